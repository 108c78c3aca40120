import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import darla.vision.log
from darla.encoder.bundle import load_encoder
from darla.objectives import LossTerms
from darla.vision.log import VisionLog
from darla.vision.loss_means import LossMeans
from darla.vision.train import train_vision
from toy_frames import tiny_config, write_toy_bundle, write_toy_dataset
from toy_sinks import events_of, scalars_of, toy_tracker


def losses(total: float) -> LossTerms:
    kl = torch.tensor([total, 0.001])
    return LossTerms(torch.tensor(total), {"loss/kl": kl.sum()}, kl)


def write(log: VisionLog, step: int, *every: LossTerms) -> float:
    """Write the means of some losses, and return that of the total one."""
    summed = LossMeans()
    for each in every:
        summed.add(each, frames=8)
    (means,) = summed.taken()
    log.write(means, step)
    return means.terms["loss/total"]


def read(folder: Path) -> EventAccumulator:
    return EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()


def test_entries_are_means_since_the_one_before(tmp_path: Path) -> None:
    log = VisionLog(tmp_path, start=0)
    assert write(log, 2, losses(1.0), losses(3.0)) == 2.0
    assert write(log, 3, losses(10.0)) == 10.0
    log.close()
    events = read(tmp_path)
    assert [(e.step, e.value) for e in events.Scalars("loss/total")] == [(2, 2.0), (3, 10.0)]
    assert [e.value for e in events.Scalars("kl_latent/0")] == [2.0, 10.0]
    assert [e.value for e in events.Scalars("active_latents")] == [1.0, 1.0]


def test_losses_may_be_written_over_by_the_next_step() -> None:
    summed, kept = LossMeans(), losses(0.0)
    for total in (1.0, 3.0, 8.0):
        assert kept.kl_per_latent is not None
        for tensor in (kept.total, *kept.terms.values(), kept.kl_per_latent):
            tensor.fill_(total)
        summed.add(kept, frames=8)
    (means,) = summed.taken()
    assert means.terms == {"loss/total": 4.0, "loss/kl": 4.0}
    assert means.kl_per_latent is not None and means.kl_per_latent.tolist() == [4.0, 4.0]


def test_a_loss_may_have_a_term_now_and_then(tmp_path: Path) -> None:
    log = VisionLog(tmp_path, start=0)
    rare = LossTerms(torch.tensor(2.0), {"beta": torch.tensor(4.0)})
    assert write(log, 2, losses(1.0), rare) == 1.5
    log.close()
    assert [e.value for e in read(tmp_path).Scalars("beta")] == [2.0]


def test_a_resumed_run_hides_what_a_killed_one_logged_too_far(tmp_path: Path) -> None:
    for start, total in ((0, 1.0), (5, 2.0)):
        log = VisionLog(tmp_path, start)
        for step in range(start + 1, 11):
            write(log, step, losses(total))
        log.close()
    values = {e.step: e.value for e in read(tmp_path).Scalars("loss/total")}
    assert values == {step: 1.0 if step <= 5 else 2.0 for step in range(1, 11)}


def test_collapse_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frozen = load_encoder(write_toy_bundle(tmp_path / "encoder"))
    frozen.statistics.kl[:] = 0
    log = VisionLog(tmp_path / "log", start=0)
    for step in (10, 20):
        log.warn_of_collapse(frozen, step)
    log.close()
    assert capsys.readouterr().err.count("all 4 latents have collapsed") == 1
    assert "warnings/text_summary" in read(tmp_path / "log").Tags()["tensors"]


def test_every_tag_that_is_written_is_documented(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 40)
    for objective in ("darla_2017", "annealed_vae"):
        shown = {"pictures_per_stage": 1}
        train_vision(tiny_config(data, tmp_path / objective, objective=objective, **shown))
    written: set[str] = set()
    for folder in tmp_path.glob("*/tensorboard/*"):
        tags = read(folder).Tags()
        written |= {*tags["scalars"], *tags["images"], *tags["histograms"]}
    documented = darla.vision.log.__doc__
    assert documented is not None
    for tag in written:
        name = "kl_latent/<i>" if tag.startswith("kl_latent/") else tag
        assert f"``{name}``" in documented, f"{tag} is not documented"
    assert {
        "loss/total",
        "loss/reconstruction",
        "loss/pixel",
        "loss/kl",
        "beta",
        "beta_normalised",
        "capacity",
        "kl_per_latent",
        "kl_latent/0",
        "active_latents",
        "frames_per_second",
        "pictures/reconstructions",
        "pictures/traversals",
        "pictures/interpolation",
        "pictures/posteriors",
    } <= written


@pytest.mark.parametrize(
    ("often", "log_every", "steps"),
    [(0, 1, []), (1, 1, [12]), (3, 1, [4, 8, 12]), (3, 6, [6, 12]), (3, 100, [12])],
)
def test_a_stage_shows_what_it_sees_so_often(
    tmp_path: Path, often: int, log_every: int, steps: list[int]
) -> None:
    data = write_toy_dataset(tmp_path / "data", 96)
    shown = {"pictures_per_stage": often, "log_every": log_every}
    train_vision(tiny_config(data, tmp_path / "run", **shown))
    events = read(tmp_path / "run/tensorboard/beta_vae")
    tag = "pictures/traversals"
    images = events.Images(tag) if tag in events.Tags()["images"] else []
    assert [each.step for each in images] == steps


def test_each_stage_is_a_run_of_a_tracker_with_all_that_tensorboard_has(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 40)
    shown = {"pictures_per_stage": 1, "readout_epochs": 0.5, "log_every": 2}
    config = tiny_config(data, tmp_path / "run", "darla_2017", tracker="toy", **shown)
    own = config.out / "readout"
    stages = [(config.out, "dae"), (config.out, "darla_2017"), (own, "readout")]
    with toy_tracker() as toy:
        train_vision(config)
    assert toy.opened == [(f"run{number}", False) for number in range(3)]
    assert toy.ended == [(f"run{number}", True) for number in range(3)]
    names = [each.name for each in toy.runs.values()]
    assert names == [f"{config.out}/dae", f"{config.out}/darla_2017", str(own)]
    for (run, told), (out, stage) in zip(toy.runs.items(), stages, strict=True):
        assert told.group == str(out)
        assert told.config["stage"] == stage
        assert told.config["objective"] == "darla_2017" and told.config["seed"] == 0
        assert toy.scalars(run) == scalars_of(out / "tensorboard" / stage)
        tags = events_of(out / "tensorboard" / stage).Tags()
        rows = toy.rows_of(run)
        assert {tag for row in rows for tag in row.pictures} == set(tags["images"])
        assert {tag for row in rows for tag in row.histograms} == set(tags["histograms"])


def test_a_tracker_changes_nothing_that_is_learnt_and_may_come_later(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 40)
    config = tiny_config(data, tmp_path / "run")
    train_vision(config)
    with toy_tracker() as toy:
        train_vision(dataclasses.replace(config, tracker="toy"))  # is finished: nothing to do
        assert toy.opened == []
        toy.fails["open"] = ConnectionError("down")
        other = dataclasses.replace(config, out=tmp_path / "other", tracker="toy")
        trained = train_vision(other)
    weights = [load_file(out / "encoder/model.safetensors") for out in (config.out, other.out)]
    assert trained.is_there
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
