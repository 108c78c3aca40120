from darla.running.seeds import derive_seed


def test_seeds_of_purposes_differ():
    seeds = {derive_seed(seed, purpose) for seed in range(20) for purpose in range(3)}
    assert len(seeds) == 60
    assert derive_seed(1, 2) == derive_seed(1, 2)
