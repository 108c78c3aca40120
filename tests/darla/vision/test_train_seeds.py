"""Several seeds at once leave the runs that each would have had alone, whatever stops them."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

import darla.vision.run
from darla.encoder.bundle import load_encoder
from darla.frames.order import FrameOrder
from darla.objectives.base import LossTerms
from darla.objectives.beta_vae import BetaVAE
from darla.running.step_folders import step_folders
from darla.vision.checkpoints import resume
from darla.vision.config import VisionConfig
from darla.vision.results import TrainedVision
from darla.vision.stacked_batches import StackedBatches
from darla.vision.train import train_seeds, train_vision
from toy_frames import tiny_config, toy_frames
from toy_runs import COUNT, Killed, assert_same_weights, die_after, weights
from toy_sinks import toy_tracker

SEEDS = (0, 1, 4)


def die_at_call(name: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the run die when it calls a function of its module for the ``number``-th time."""
    original, calls = getattr(darla.vision.run, name), 0

    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise Killed
        return original(*arguments, **named)

    monkeypatch.setattr(darla.vision.run, name, dying)


def of_seeds(data: Path, out: Path, objective: str = "beta_vae", **changes: Any) -> VisionConfig:
    """Return settings that train tiny networks of all seeds."""
    changes = {"checkpoint_every": 4, "seeds": SEEDS, **changes}
    config: VisionConfig = tiny_config(data, out, objective=objective, **changes)
    return config


@pytest.fixture(scope="module")
def unbroken(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of all seeds that nothing has stopped."""
    config = of_seeds(data, tmp_path_factory.mktemp("unbroken"))
    train_seeds(config)
    return config.out


def assert_same_seeds(left: Path, right: Path) -> None:
    for seed in SEEDS:
        assert_same_weights(left / f"seed_{seed}", right / f"seed_{seed}")


@pytest.mark.parametrize("objective", ["autoencoder", "sparse_autoencoder"])
def test_seeds_are_those_that_they_are_alone(objective: str, data: Path, tmp_path: Path) -> None:
    """Weights at first and the order of frames: all there is, where a step draws nothing."""
    config = of_seeds(data, tmp_path / "seeds", objective, learning_rate_decay=0.5)
    train_seeds(config)
    for seed in SEEDS:
        alone = dataclasses.replace(config, out=tmp_path / f"{seed}", seeds=(), seed=seed)
        train_vision(alone)
        expected, found = weights(alone.out), weights(config.out / f"seed_{seed}")
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            if name.startswith("random."):
                continue
            # Adam makes steps of its rate of gradients that are nothing but rounding.
            torch.testing.assert_close(found[name], value, rtol=1e-3, atol=3e-3, msg=name)


def files(out: Path) -> set[str]:
    """Return what lies in a run's folder, events by their folder alone."""
    found = (path.relative_to(out) for path in out.rglob("*") if path.is_file())
    return {str(each.parent if "tfevents" in each.name else each) for each in found}


def test_each_seed_leaves_a_run_like_any_other(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = {"pictures_per_stage": 1, "log_every": 4, "dae_epochs": 1.0}
    config = of_seeds(data, tmp_path / "seeds", "darla_2017", **shown)
    trained = train_seeds(config)
    told = capsys.readouterr().err
    assert "train dae, 3 seeds" in told and "frames/s" in told
    assert "warning: on a CPU seeds that are trained at once take longer" in told
    alone = dataclasses.replace(config, out=tmp_path / "alone", seeds=(), seed=4)
    train_vision(alone)
    for seed, each in zip(SEEDS, trained, strict=True):
        out = config.out / f"seed_{seed}"
        assert each == TrainedVision.in_folder(out) and each.is_there
        assert files(out) == files(alone.out)
        frozen = load_encoder(each.bundle)
        assert frozen.encode(toy_frames(4)[0]).shape == (4, 4)
        record = json.loads((out / "run.json").read_text())
        assert record["seed"] == record["config"]["seed"] == seed
        assert record["config"]["seeds"] == frozen.config["training"]["seeds"] == list(SEEDS)
        assert frozen.config["training"]["seed"] == seed
    one, other = (load_encoder(each.bundle) for each in trained[:2])
    assert (one.reference_frames != other.reference_frames).any()
    frozen = load_encoder(alone.out / "encoder")
    assert (load_encoder(trained[2].bundle).reference_frames == frozen.reference_frames).all()


@pytest.mark.parametrize(
    ("objective", "changes"),
    [
        ("beta_vae", {"learning_rate_decay": 0.5}),
        ("darla_2017", {"dae_epochs": 1.5}),
        ("factor_vae", {"discriminator_layers": 1, "discriminator_units": 8}),
        ("look_state_nce", {}),
        ("vq_vae", {"codes": 4}),
    ],
    ids=["decay", "two stages", "adversary", "pairs", "running means"],
)
def test_seeds_that_were_killed_end_as_unbroken_ones(
    objective: str, changes: dict[str, Any], data: Path, tmp_path: Path
) -> None:
    unbroken = of_seeds(data, tmp_path / "unbroken", objective, **changes)
    train_seeds(unbroken)
    broken = dataclasses.replace(unbroken, out=tmp_path / "broken")
    for steps in (6, 8, 6):  # a first stage of 9 steps, a second of 12, or 12 in all
        with pytest.MonkeyPatch.context() as monkeypatch:
            die_after(steps, monkeypatch, StackedBatches)
            try:
                train_seeds(broken)
            except Killed:
                continue
            break
    else:
        train_seeds(broken)
    assert_same_seeds(unbroken.out, broken.out)


# Of 12 steps checkpoints are written after 4, 8 and 12, of one seed after the other.
@pytest.mark.parametrize(
    ("name", "number"),
    [("save_checkpoint", each) for each in (2, 6, 8)] + [("save_trained", each) for each in (1, 3)],
)
def test_a_kill_between_two_seeds_is_none_of_a_step(
    name: str, number: int, data: Path, unbroken: Path, tmp_path: Path
) -> None:
    broken = of_seeds(data, tmp_path / "broken")
    with pytest.MonkeyPatch.context() as monkeypatch:
        die_at_call(name, number, monkeypatch)
        with pytest.raises(Killed):
            train_seeds(broken)
    # Other checkpoints are due now: what one seed has of later steps must not outlive them.
    train_seeds(dataclasses.replace(broken, checkpoint_every=5))
    assert_same_seeds(unbroken, broken.out)
    kept = [step_folders(broken.out / f"seed_{seed}" / "checkpoints") for seed in SEEDS]
    assert len({tuple(path.name for path in each) for each in kept}) == 1


def test_a_damaged_checkpoint_of_one_seed_takes_all_back(
    data: Path, unbroken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = of_seeds(data, tmp_path / "seeds")
    with pytest.MonkeyPatch.context() as monkeypatch:
        die_after(9, monkeypatch, StackedBatches)
        with pytest.raises(Killed):
            train_seeds(config)
    newest = step_folders(config.out / "seed_1/checkpoints")[-1]
    assert newest.name == "step_0000000008"
    (newest / "state.safetensors").write_bytes(b"")
    train_seeds(config)
    told = capsys.readouterr()
    assert "passing over the damaged checkpoint" in told.err and "after step 4" in told.out
    assert_same_seeds(config.out, unbroken)


def nan_of_seed(seed: int, step: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the loss of one seed be NaN at a step, and return the frames of that step."""
    indices = FrameOrder(COUNT, 20, 5, (seed, 0)).indices(step * 16, step * 16 + 16)
    corner = torch.from_numpy(toy_frames(COUNT, per_look=4)[0][indices[:8], 0, 0] / 255).float()
    original = BetaVAE.losses

    def losses(objective: BetaVAE, pictures: Tensor, now: Tensor) -> LossTerms:
        terms = original(objective, pictures, now)
        theirs = ((pictures[:8, :, 0, 0] - corner).abs() < 1e-3).all()
        poison = torch.where(theirs & (now == step), torch.nan, 1.0)
        return dataclasses.replace(terms, total=terms.total * poison)

    monkeypatch.setattr(BetaVAE, "losses", losses)
    found: list[int] = indices.tolist()
    return found


def test_a_nan_is_named_with_its_seed_and_the_others_go_on(data: Path, tmp_path: Path) -> None:
    config = of_seeds(data, tmp_path / "seeds")
    with pytest.MonkeyPatch.context() as monkeypatch:
        frames = nan_of_seed(1, 6, monkeypatch)
        with pytest.raises(
            ValueError, match=r"at step 6 of stage 'beta_vae' of seed 1, .*: --seeds 0 4$"
        ) as error:
            train_seeds(config)
        assert "\n" not in str(error.value)
        report = json.loads((config.out / "seed_1/not_finite.json").read_text())
        assert report == {"stage": "beta_vae", "step": 6, "frames": frames}
        assert not (config.out / "seed_0/not_finite.json").exists()
        for seed in SEEDS:
            kept = resume(config.out / f"seed_{seed}/checkpoints", lambda found: found)
            assert kept is not None and kept.step == 4
        others = train_seeds(dataclasses.replace(config, seeds=(0, 4)))
        assert all(each.is_there for each in others)
    assert not (config.out / "seed_1/encoder").exists()
    train_seeds(config)  # the trouble is over
    assert (config.out / "seed_1/encoder/config.json").is_file()


def test_finished_seeds_are_left_and_others_come_later(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = of_seeds(data, tmp_path / "seeds", seeds=(0, 1))
    train_seeds(config)
    before = (config.out / "seed_0/encoder/model.safetensors").read_bytes()
    capsys.readouterr()
    train_seeds(dataclasses.replace(config, seeds=(0, 1, 2)))
    assert capsys.readouterr().out.count("already trained") == 2
    assert (config.out / "seed_0/encoder/model.safetensors").read_bytes() == before
    train_vision(dataclasses.replace(config, seeds=(), seed=2, out=tmp_path / "alone"))
    assert_same_weights(config.out / "seed_2", tmp_path / "alone")


def test_a_seed_can_go_on_alone(data: Path, tmp_path: Path) -> None:
    config = of_seeds(data, tmp_path / "seeds", "autoencoder")
    with pytest.MonkeyPatch.context() as monkeypatch:
        die_after(5, monkeypatch, StackedBatches)
        with pytest.raises(Killed):
            train_seeds(config)
    one = dataclasses.replace(config, seeds=(), seed=1, out=config.out / "seed_1")
    train_vision(one)
    train_seeds(config)
    train_seeds(dataclasses.replace(config, out=tmp_path / "unbroken"))
    for seed in SEEDS:
        found = load_file(config.out / f"seed_{seed}/encoder/model.safetensors")
        expected = load_file(tmp_path / f"unbroken/seed_{seed}/encoder/model.safetensors")
        for name, value in expected.items():
            torch.testing.assert_close(found[name], value, rtol=1e-2, atol=3e-3)


def begun(config: VisionConfig) -> None:
    """Begin a run, and kill it after a checkpoint."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        die_at_call("save_trained", 1, monkeypatch)
        with pytest.raises(Killed):
            train_seeds(config) if config.seeds else train_vision(config)


def test_seeds_that_were_not_begun_together_are_refused(data: Path, tmp_path: Path) -> None:
    config = of_seeds(data, tmp_path / "seeds", seeds=(0, 1))
    begun(config)
    with pytest.raises(ValueError, match=r"seed_0 was begun at once with .* with --seeds 0 1, or"):
        train_seeds(dataclasses.replace(config, seeds=(0, 1, 2)))
    alone = dataclasses.replace(config, seeds=(), out=tmp_path / "other/seed_0")
    begun(alone)
    with pytest.raises(ValueError, match=r"seed_0 was begun alone; .* --seed 0, or give"):
        train_seeds(dataclasses.replace(config, out=tmp_path / "other"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"objective": "pca"}, "seeds of 'pca' cannot be trained at once: it is fitted in closed"),
        ({"max_memory_gb": 1e-4}, "frames in memory, and these take 0.0 GB; raise max_memory_gb"),
        ({"seeds": (1, 1)}, r"seeds is \(1, 1\); give each seed once"),
        ({"seeds": (0, -1)}, "seeds is -1; expected a whole number of at least 0"),
        ({"seeds": ()}, "no seeds were given"),
    ],
)
def test_what_cannot_be_trained_at_once_is_refused(
    changes: dict[str, Any], message: str, data: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message) as error:
        train_seeds(of_seeds(data, tmp_path / "seeds", **changes))
    assert "\n" not in str(error.value)
    assert not (tmp_path / "seeds").exists()


def test_one_seed_is_not_several(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="train_vision trains one; give seed, or call train_seeds"):
        train_vision(of_seeds(data, tmp_path / "run"))


def test_decoders_for_eyes_are_trained_at_once_too(data: Path, tmp_path: Path) -> None:
    config = of_seeds(data, tmp_path / "seeds", readout_epochs=1.0, seeds=(0, 1))
    with pytest.MonkeyPatch.context() as monkeypatch:
        die_after(12 + 5, monkeypatch, StackedBatches)
        with pytest.raises(Killed):
            train_seeds(config)
    assert all(each.has_readout for each in train_seeds(config))
    unbroken = dataclasses.replace(config, out=tmp_path / "unbroken")
    train_seeds(unbroken)
    for seed in (0, 1):
        for what in (f"seed_{seed}", f"seed_{seed}/readout"):
            one, other = (
                resume(each.out / what / "checkpoints", lambda found: found.tensors)
                for each in (config, unbroken)
            )
            assert one is not None and other is not None and one.keys() == other.keys()
            assert all(torch.equal(one[name], other[name]) for name in one)


def test_each_seed_is_a_run_of_a_tracker(data: Path, tmp_path: Path) -> None:
    config = of_seeds(data, tmp_path / "seeds", tracker="toy", log_every=3)
    with toy_tracker() as toy:
        train_seeds(config)
    names = [f"{config.out}/seed_{seed}/beta_vae" for seed in SEEDS]
    assert [each.name for each in toy.runs.values()] == names
    totals = []
    for run in toy.runs:
        logged = toy.scalars(run)["loss/total"]
        assert [step for step, _ in logged] == [3, 6, 9, 12]
        totals.append(tuple(value for _, value in logged))
    assert len(set(totals)) == len(SEEDS)
