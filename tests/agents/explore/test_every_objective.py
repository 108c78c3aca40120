"""Encoders of every objective are explored, side by side, and refuse in one line what they lack."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

import darla
from darla.encoder.bundle import save_bundle
from darla.encoder.frozen_encoder import latent_statistics
from darla.objectives import OBJECTIVES
from darla_agents.explore import ExploreConfig, open_explorer
from toy_datasets import write_dataset
from toy_explorer import ask, pixels, refusal
from toy_frames import tiny_objective, toy_frames

FRAME, OTHER = {"of": "recorded", "row": 3}, {"of": "reference", "bundle": 0, "row": 5}
NAMES = [*OBJECTIVES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an untrained bundle for each, and a dataset whose factors have no limits."""
    folder = tmp_path_factory.mktemp("objectives")
    frames, _ = toy_frames(40)
    for name in NAMES:
        objective = tiny_objective(name)
        statistics = latent_statistics(objective.encoder, [torch.from_numpy(frames)])
        statistics.kl[:], statistics.std[:] = 1, np.maximum(statistics.std, 0.1)
        about = {"objective": {"name": name, "settings": {}}}
        networks = objective.encoder, objective.decoder
        save_bundle(folder / name, *networks, statistics, frames[:8], about)
    write_dataset(folder / "frames", num_frames=50, chunk_size=20, action_size=2)
    return folder


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    bundles = tuple(folder / name for name in NAMES)
    with open_explorer(ExploreConfig(bundles, data=folder / "frames")) as serving:
        yield serving.port


def test_all_encode_one_frame_side_by_side(port: int, folder: Path) -> None:
    assert [each["name"] for each in ask(port, "about")["bundles"]] == NAMES
    found = ask(port, "traverse/encode", {"frame": OTHER})["bundles"]
    for name, each in zip(NAMES, found, strict=True):
        encoder = darla.load_encoder(folder / name)
        latents = encoder.encode(encoder.reference_frames[5:6])
        np.testing.assert_array_equal(np.float32(each["latents"]), latents[0])
        np.testing.assert_array_equal(pixels(each["decoded"]), encoder.decode(latents)[0])


@pytest.mark.parametrize("name", NAMES)
def test_each_is_traversed_and_used_or_says_why_not(port: int, name: str) -> None:
    bundle = NAMES.index(name)
    about = ask(port, "about")["bundles"][bundle]
    latents = [0.25] * about["latents"]
    assert ask(port, "traverse/decode", {"bundle": bundle, "latents": latents})["decoded"]
    found = ask(port, "traverse/survey", {"bundle": bundle})
    assert len(found["histograms"]) == about["latents"]
    assert found["factors"] == [] and found["origin"] == "50 frames of frames"  # too few
    asked = {"bundle": bundle, "latents": latents, "start": [0.2, 0.2], "end": [0.6, 0.6]}
    between = {"bundle": bundle, "first": FRAME, "second": OTHER, "steps": 3}
    if about["quantized"]:
        assert "few values alone" in refusal(port, "traverse/drag", asked)
        assert "few values alone" in refusal(port, "uses/interpolate", between)
    else:
        assert len(ask(port, "traverse/drag", asked)["latents"]) == about["latents"]
        assert len(ask(port, "uses/interpolate", between)["pictures"]) == 3
    hole = {"top": 0.2, "left": 0.2, "bottom": 0.5, "right": 0.5, "how": "iterate"}
    assert ask(port, "uses/inpaint", {"bundle": bundle, "frame": FRAME, **hole})["filled"]
    nearest = ask(port, "uses/nearest", {"bundle": bundle, "frame": FRAME})
    assert nearest["distances"][0] == pytest.approx(0, abs=1e-3)
    said = refusal(port, "uses/alarm", {"bundle": bundle, "frame": FRAME})
    assert "50 frames are too few to calibrate an alarm on" in said


def test_factors_without_limits_range_over_their_values(port: int) -> None:
    data = ask(port, "about")["data"]
    for factor in data["factors"].values():
        assert factor["low"] is None and factor["from"] < factor["to"]
    sheet = ask(port, "data/sheet", {"within": {}})
    assert [sum(counts) for counts in sheet["coverage"].values()] == [50, 50]
    record = ask(port, "data/record", {"row": 3})["recorded"]
    assert len(record["action numbers"]) == 2
