"""What reports measure, with an encoder of toy frames that is known in closed form."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from darla.encoder.frozen_encoder import FrozenEncoder, latent_statistics
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import Decoder, Encoder, Posterior
from darla.probes.targets import ProbeTarget
from darla.uses.reports import REPORTS, UseConfig, make_report
from darla.uses.reports.alarm_report import RaiseAlarm
from darla.uses.reports.augment_report import Augment
from darla.uses.reports.denoise_report import Denoise
from darla.uses.reports.few_labels_report import FewLabels, as_number
from darla.uses.reports.inpaint_report import Inpaint
from darla.uses.reports.interpolate_report import Interpolate
from darla.uses.reports.retrieve_report import Retrieve
from darla.uses.reports.sample_report import DrawSamples
from darla.uses.reports.swap_look_report import SwapLook
from toy_frames import toy_frames, write_toy_dataset

SIDE, STATES, NO_BUNDLE = 32, 6, Path("patched")


class SeesToys(Encoder):
    """The hue of a toy frame's background, and where its block begins, from -1 to 1."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.unit = nn.Parameter(torch.ones(()))

    def forward(self, pictures: Tensor) -> Posterior:
        white = (pictures.amin(dim=1) > 0.9).float()
        columns = white.amax(dim=1)
        first = (columns * torch.arange(SIDE)).sum(dim=1) / columns.sum(dim=1).clamp_min(1)
        x = (first - (SIDE // 2 - 1) / 2) / (SIDE // 2)
        mu = torch.stack([pictures[:, 0, 0, 0] * 2 - 1, x * 2 - 1], dim=1) * self.unit
        return Posterior(mu, torch.full_like(mu, -6.0))


class DrawsToys(Decoder):
    def forward(self, latents: Tensor) -> Tensor:
        hue, x = ((latents + 1) / 2).clamp(0, 1).unbind(dim=1)
        nothing = torch.zeros_like(hue)
        ground = torch.stack([hue, (250 / 255 - hue).clamp_min(0), nothing], dim=1)
        left = (x[:, None] * (SIDE // 2)).round()
        column, row = torch.arange(SIDE), torch.arange(SIDE)[:, None]
        across = (column >= left) & (column < left + SIDE // 2)
        block = across[:, None] & ((row >= SIDE // 4) & (row < 3 * SIDE // 4))
        picture = torch.where(block[:, None], 1.0, ground[:, :, None, None])
        return torch.logit(picture, eps=1e-5)


def toy_encoder() -> FrozenEncoder:
    shape = NetworkShape((SIDE, SIDE, 3), latents=2)
    encoder, (frames, _) = SeesToys(shape), toy_frames(64, seed=5)
    config = {"objective": {"name": "toy"}, "latent_roles": {"look": [0], "state": [1]}}
    statistics = latent_statistics(encoder, [torch.from_numpy(frames)])
    return FrozenEncoder(encoder, DrawsToys(shape), statistics, frames, config)


@pytest.fixture(autouse=True)
def _encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UseConfig, "load", lambda self: toy_encoder())


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write states, none of which looks like another, in two looks each."""
    count = 2 * STATES

    def differ(seed: int) -> bool:
        x = toy_frames(count, seed=seed, per_look=2, looks=2)[1][:, 1]
        return len(np.unique((x * SIDE).astype(int))) == STATES

    seed = next(seed for seed in range(1000) if differ(seed))
    path = tmp_path_factory.mktemp("data") / "twins"
    return write_toy_dataset(path, count, chunk_size=count, seed=seed, per_look=2, looks=2)


def numbers(config: UseConfig) -> Any:
    written = make_report(config)
    assert written.picture == config.out / f"{config.name}.png" and written.picture.is_file()
    found = json.loads(written.numbers.read_text())
    assert found.pop("settings")["data"] == str(config.data)
    return found


def test_a_swapped_look_is_what_the_twin_shows(twins: Path, tmp_path: Path) -> None:
    found = numbers(SwapLook(NO_BUNDLE, twins, tmp_path, states=2, looks=3))
    assert found["states"] == STATES // 2
    assert found["swapped"]["squared_error"] < 1e-4
    assert found["the truth, decoded"]["squared_error"] < 1e-4
    assert found["the state, decoded in its own look"]["squared_error"] > 1e-3


def test_twins_find_themselves_by_state_alone(twins: Path, tmp_path: Path) -> None:
    found = numbers(Retrieve(NO_BUNDLE, twins, tmp_path, k=2))
    assert (found["queries"], found["candidates"]) == (STATES, STATES)
    assert found["state"]["itself in another look, first"] == 1
    assert found["look"]["itself in another look, first"] < 1
    assert set(found["state"]) > {"precision by true state", "precision by true look"}
    assert {"all", "pixels", "chance"} < set(found)


def test_frames_of_another_dataset_are_judged_by_true_factors(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 200, seed=1)
    queries = write_toy_dataset(tmp_path / "queries", 50, seed=2)
    config = Retrieve(NO_BUNDLE, data, tmp_path, queries=queries, k=3, by=("state", "look"))
    found = numbers(config)
    by_look, by_state = found["look"], found["state"]
    assert by_state["precision by true state"] > 0.2 > 0.1 > by_look["precision by true state"]
    named = Retrieve(NO_BUNDLE, data, tmp_path, queries=queries, by=("look",), factors=("hue",))
    assert numbers(named)["look"]["precision by hue"] > 0.5


def test_frames_in_one_look_need_queries(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 20)
    with pytest.raises(ValueError, match="shows each state in one look"):
        make_report(Retrieve(NO_BUNDLE, data, tmp_path))
    queried = Retrieve(NO_BUNDLE, data, tmp_path, queries=data, factors=("huge",))
    with pytest.raises(ValueError, match="did you mean 'hue'"):
        make_report(queried)


def test_noise_and_what_is_left_of_it(twins: Path, tmp_path: Path) -> None:
    found = numbers(Denoise(NO_BUNDLE, twins, tmp_path, noise="blur", strength=0.0))
    assert found["noisy"] == {"squared_error": 0.0, "similarity": pytest.approx(1.0)}
    assert found["decoded"] == found["decoded from clean"]


def test_a_hole_is_compared_with_what_was_there(twins: Path, tmp_path: Path) -> None:
    config = Inpaint(NO_BUNDLE, twins, tmp_path, rectangle=(24, 0, 32, 32), how="iterate")
    errors = numbers(config)["squared error in the hole"]  # below the block, plain ground
    assert errors["iterate"] < 1e-4 < errors["mean colour"]


def test_middles_of_arcs_are_as_far_out_as_frames(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 60)
    found = numbers(Interpolate(NO_BUNDLE, data, tmp_path))
    distance = "distance of middles from the mean, of that of frames"
    assert found["spherical"][distance] == pytest.approx(1, abs=1e-3)
    assert found["linear"][distance] < 0.95
    assert found["pairs"] == 30


@pytest.mark.parametrize("source", ["prior", "aggregate", "gaussian", "grid"])
def test_samples_say_how_far_they_move_when_drawn(tmp_path: Path, twins: Path, source: Any) -> None:
    found = numbers(DrawSamples(NO_BUNDLE, twins, tmp_path, source=source, n=15, steps=4))
    assert found["movement when drawn"]["frames"] < 0.1
    assert source in found["movement when drawn"]


def test_alarms_are_counted_and_datasets_told_apart(tmp_path: Path) -> None:
    usual = write_toy_dataset(tmp_path / "usual", 400, seed=1)
    same = write_toy_dataset(tmp_path / "same", 200, seed=2)
    toys = write_toy_dataset(tmp_path / "small", 200, size=16, seed=3)  # resized: blurred edges
    against = {"against": (same, toys), "false_alarm_rate": 0.1}
    config = RaiseAlarm(NO_BUNDLE, usual, tmp_path, **against)
    found = numbers(config)
    assert found["held-out frames"] == 100 and found["usual"]["frames"] == 100
    assert found["small"]["AUROC"]["reconstruction"] > 0.9
    assert abs(found["same"]["AUROC"]["density"] - 0.5) < 0.1
    assert found["same"]["alarms"]["density"] < 0.25
    saved = tmp_path / "alarm_calibration.json"
    again = RaiseAlarm(NO_BUNDLE, same, tmp_path, against=(toys,), calibration=saved)
    assert numbers(again)["same"]["alarms"] == found["same"]["alarms"]
    twice = RaiseAlarm(NO_BUNDLE, usual, tmp_path, against=(usual,))
    with pytest.raises(ValueError, match="two datasets have one name"):
        make_report(twice)


def test_few_labels_are_enough_for_latents_that_hold_the_factors(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 240)
    few = {"labels": (40,), "draws": 2, "probe_steps": 60, "network_steps": 6}
    found = numbers(FewLabels(NO_BUNDLE, data, tmp_path, factors=("hue", "x"), **few))
    assert (found["frames to draw from"], found["tested frames"]) == (180, 60)
    for name in ("hue", "x"):
        read = found[name]["40 labels"]
        assert set(read) == {
            "latents linear",
            "latents mlp",
            "pixels linear",
            "pixels mlp",
            "network",
        }
        assert read["latents linear"]["mean"] > 0.98 > read["network"]["mean"]
        assert read["network"]["low"] < read["network"]["mean"] < read["network"]["high"]
    shown = FewLabels(NO_BUNDLE, data, tmp_path, where=("hue", 0.5), factors=("x",), **few)
    kept = numbers(shown)
    assert 100 < kept["frames to draw from"] + kept["tested frames"] < 140
    assert set(kept) == {"frames to draw from", "tested frames", "x"}
    with pytest.raises(ValueError, match="did you mean 'hue'"):
        make_report(FewLabels(NO_BUNDLE, data, tmp_path, factors=("huge",), **few))
    with pytest.raises(ValueError, match="of 20 to 180, which there are"):
        make_report(FewLabels(NO_BUNDLE, data, tmp_path, labels=(200,)))


def test_an_angle_within_half_a_circle_is_a_number() -> None:
    angles = np.array([-0.7, 0.1, 0.6])
    target = ProbeTarget("bearing", "circular", angles, np.ones(3, bool), -np.pi, np.pi)
    assert as_number(target).kind == "continuous"
    wide = ProbeTarget("yaw", "circular", angles * 4, np.ones(3, bool), -np.pi, np.pi)
    assert as_number(wide) is wide


def test_copies_keep_the_state_and_wear_the_looks_that_were_drawn(
    twins: Path, tmp_path: Path
) -> None:
    found = numbers(Augment(NO_BUNDLE, twins, tmp_path, states=2, copies=3, details=False))
    assert found["frames"] == 2 * STATES and found["frames per second"] > 0
    assert found["the state moves by"] < 0.1
    assert found["the look is off by"] < 0.1 < 0.5 < found["two looks are apart by"]


def test_every_use_has_a_name_of_its_own() -> None:
    names = [kind.name for kind in REPORTS]
    assert len(set(names)) == len(names) and all(names)
