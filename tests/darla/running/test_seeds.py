from darla.running.seeds import Purpose, derive_seed


def test_seeds_of_purposes_differ():
    seeds = {derive_seed(seed, purpose) for seed in range(20) for purpose in range(3)}
    assert len(seeds) == 60
    assert derive_seed(1, 2) == derive_seed(1, 2)


def test_purposes_have_the_numbers_that_earlier_results_come_from():
    numbers = {purpose.name: int(purpose) for purpose in Purpose}
    assert numbers == {
        "TRAINING": 1,
        "SOURCE_EVALUATION": 2,
        "STILL_LATENTS": 3,
        "RESAMPLED_LOOKS": 4,
        "AUGMENTATION": 5,
        "RESTYLING": 6,
        "SWEPT_SETTINGS": 7,
        "STACKED_SEEDS": 8,
        "TRANSFER": 7_000,
        "RANDOM_POLICY": 7_001,
        "AGENT_ACTIONS": 7_002,
        "DRAWN_LOOKS": 4_108,
    }
    assert derive_seed(3, Purpose.TRAINING, 8) == derive_seed(3, 1, 8)
