"""What the page is answered is what the functions of the package say."""

import json
from pathlib import Path

import numpy as np
import pytest

import darla
from darla.frames.dataset import FrameDataset
from darla.frames.pictures import resize_frames
from darla.metrics import check_samples
from darla.metrics.mutual_information import binned_information, class_entropy
from darla.probes.targets import described_target
from darla.uses import corrupt, denoise, inpaint, interpolate, rectangle, retrieve, swap_look
from darla_agents.encoder_evaluation.recorded.factors import metric_columns
from toy_envs import FactorImageEnv
from toy_explorer import ask, pixels, refusal
from toy_frames import FACTORS, toy_frames

FRAME, OTHER = {"of": "recorded", "row": 417}, {"of": "recorded", "row": 5}
SETTING = {"floor": 0.5, "agent_yaw": 1.0, "object_shape": "ball", "object_x": 0.25}


@pytest.fixture(scope="module")
def encoder(given: Path) -> darla.FrozenEncoder:
    return darla.load_encoder(given / "roles")


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    return toy_frames(1200)[0]


def test_the_page_is_told_what_was_given(port: int) -> None:
    about = ask(port, "about")
    roles, plain = about["bundles"]
    assert (roles["name"], roles["latents"], roles["size"]) == ("roles", 4, [32, 32])
    assert roles["roles"] == ["look", "look", "state", "state"] and plain["roles"] == [""] * 4
    assert roles["order"] == [1, 0, 2] and roles["active"] == [True, True, True, False]
    assert roles["tells_roles"] and not plain["tells_roles"]
    assert about["world"]["domains"] == ["source"]
    assert about["world"]["factors"]["object_shape"]["categories"] == ["box", "ball"]
    assert (about["data"]["frames"], about["data"]["factors"].keys()) == (1200, FACTORS.keys())
    assert about["agent"] is None
    assert "noise" in about["shifts"] and "background" not in about["shifts"]


def test_traversal_is_decoding(port: int, encoder: darla.FrozenEncoder, frames: np.ndarray) -> None:
    answer = ask(port, "traverse/encode", {"frame": FRAME})
    latents = encoder.encode(frames[417:418])
    first, second = answer["bundles"]
    np.testing.assert_array_equal(pixels(answer["frame"]), frames[417])
    np.testing.assert_array_equal(np.float32(first["latents"]), latents[0])
    np.testing.assert_array_equal(pixels(first["decoded"]), encoder.decode(latents)[0])
    np.testing.assert_array_equal(  # the other bundle's pictures are of its own size
        pixels(second["shown"]), resize_frames(frames[417:418], (48, 48))[0]
    )
    for index, value in ((0, -0.9), (2, 0.7)):
        moved = latents.copy()
        moved[0, index] = value
        asked = {"bundle": 0, "latents": [float(each) for each in moved[0]]}
        found = ask(port, "traverse/decode", asked)
        np.testing.assert_array_equal(pixels(found["decoded"]), encoder.decode(moved)[0])


def test_a_bundles_own_frames_are_those_it_carries(port: int, encoder: darla.FrozenEncoder) -> None:
    asked = {"frame": {"of": "reference", "bundle": 0, "row": 7}}
    found = ask(port, "frame", asked)
    np.testing.assert_array_equal(pixels(found["frame"]), encoder.reference_frames[7])


def test_the_survey_counts_the_posterior_means_and_says_what_they_hold(
    port: int, given: Path, encoder: darla.FrozenEncoder
) -> None:
    found = ask(port, "traverse/survey", {"bundle": 0})
    dataset = FrameDataset.open(given / "frames")
    latents = encoder.encode(dataset.read(0, 1200))
    assert found["origin"] == "1,200 frames of frames"
    for index, each in enumerate(found["histograms"]):
        counts, edges = np.histogram(latents[:, index], len(each["counts"]))
        np.testing.assert_allclose(each["counts"], counts, atol=2)  # batches round otherwise
        np.testing.assert_allclose([each["low"], each["high"]], [edges[0], edges[-1]], rtol=1e-4)
    targets = [described_target(*each, dataset.factors[each[0]]) for each in FACTORS.items()]
    samples = check_samples(latents, metric_columns(targets)[1], encoder.active)
    entropies = [class_entropy(factor) for factor in samples.factors]
    expected = binned_information(samples) / entropies
    assert found["factors"] == ["hue", "x", "shape"]
    np.testing.assert_allclose(found["importance"], expected, atol=0.01)
    best = int(expected[1].argmax())
    assert found["holds"][1][0]["factor"] == found["factors"][best]
    assert found["holds"][3] == []  # a dead latent holds nothing


def test_dragging_is_answered_with_latents_and_their_picture(
    port: int, encoder: darla.FrozenEncoder
) -> None:
    latents = encoder.encode(encoder.reference_frames[:1])
    asked = {"bundle": 0, "latents": [float(each) for each in latents[0]]}
    found = ask(port, "traverse/drag", {**asked, "start": [0.2, 0.2], "end": [0.8, 1.0]})
    moved = np.float32([found["latents"]])
    np.testing.assert_array_equal(pixels(found["decoded"]), encoder.decode(moved)[0])
    assert moved[0, 3] == latents[0, 3]  # a dead one
    refusal(port, "traverse/drag", {**asked, "start": [0.2, 0.2], "end": [0.8, 1.1]})


def test_a_setting_is_drawn_as_the_environment_draws_it(
    port: int, encoder: darla.FrozenEncoder
) -> None:
    env = FactorImageEnv()
    shown, info = env.reset(options={"factors": SETTING})
    found = ask(port, "world/draw", {"domain": "source", "setting": SETTING})
    np.testing.assert_array_equal(pixels(found["frame"]), shown)
    assert found["factors"] == info["factors"]
    latents = encoder.encode(resize_frames(shown[None], (32, 32)))[0]
    np.testing.assert_array_equal(np.float32(found["bundles"][0]["latents"]), latents)
    again = ask(port, "frame", {"frame": {"of": "drawn", "domain": "source", "setting": SETTING}})
    np.testing.assert_array_equal(pixels(again["frame"]), shown)


def test_a_sweep_moves_one_factor_through_its_range(
    port: int, encoder: darla.FrozenEncoder
) -> None:
    asked = {"domain": "source", "setting": SETTING, "factor": "floor", "pictures": True}
    found = ask(port, "world/sweep", asked)
    assert found["values"] == pytest.approx(np.linspace(0, 1, 7))
    drawn = np.stack([pixels(each) for each in found["pictures"]])
    np.testing.assert_array_equal(drawn[:, 1, 0, 0], np.rint(255 * np.linspace(0, 1, 7)))
    latents = encoder.encode(resize_frames(drawn, (32, 32)))
    np.testing.assert_allclose(
        found["moved"][0], latents.std(axis=0) / encoder.statistics.std, rtol=1e-4, atol=1e-6
    )
    around = ask(port, "world/sweep", {**asked, "factor": "agent_yaw", "steps": 4})
    assert around["values"] == pytest.approx(np.arange(4) * np.pi / 2)  # both ends are one
    kinds = ask(port, "world/sweep", {**asked, "factor": "object_shape"})
    assert kinds["values"] == ["box", "ball"]
    said = refusal(port, "world/sweep", {**asked, "factor": "object_visible"})
    assert "unknown factor to move 'object_visible'" in said


def test_a_sampled_setting_is_complete_and_follows_from_its_seed(port: int) -> None:
    asked = {"domain": "source", "seed": 3, "in_view": True}
    first, again = (ask(port, "world/sample", asked) for _ in range(2))
    assert first == again and first["setting"].keys() == SETTING.keys()
    assert first["factors"]["object_visible"] == 1
    assert ask(port, "world/sample", {**asked, "seed": 4}) != first


def test_uses_are_those_of_the_package(
    port: int, encoder: darla.FrozenEncoder, frames: np.ndarray
) -> None:
    one, other, both = frames[417:418], frames[5:6], {"first": FRAME, "second": OTHER}
    found = ask(port, "uses/interpolate", {"bundle": 0, **both, "steps": 5, "how": "spherical"})
    expected = interpolate(encoder, one, other, 5, "spherical")[0]
    np.testing.assert_array_equal([pixels(each) for each in found["pictures"]], expected)

    found = ask(port, "uses/swap", {"bundle": 0, **both})
    swapped = swap_look(encoder, one, other)[0], swap_look(encoder, other, one)[0]
    np.testing.assert_array_equal([pixels(each) for each in found["swapped"]], swapped)

    hole = {"top": 0.25, "left": 0.5, "bottom": 0.5, "right": 1.0}
    found = ask(port, "uses/inpaint", {"bundle": 0, "frame": FRAME, **hole})
    mask = rectangle((32, 32), 8, 16, 16, 32)
    filled = inpaint(encoder, one, mask)[0]
    np.testing.assert_array_equal(pixels(found["filled"]), filled)
    wrong = (filled.astype(float) - one[0])[mask]
    assert found["error"] == pytest.approx(np.sqrt(np.square(wrong).mean()), rel=1e-3)
    assert (pixels(found["hidden"])[mask] == pixels(found["hidden"])[8, 16]).all()
    np.testing.assert_array_equal(pixels(found["hidden"])[~mask], one[0][~mask])

    spoiled = {"bundle": 0, "frame": FRAME, "shift": "noise", "strength": 0.5, "seed": 2}
    found = ask(port, "uses/denoise", spoiled)
    noisy = corrupt(one, "noise", 0.5, 2)
    np.testing.assert_array_equal(pixels(found["spoiled"]), noisy[0])
    np.testing.assert_array_equal(pixels(found["clean"]), denoise(encoder, noisy)[0])

    found = ask(port, "uses/nearest", {"bundle": 0, "frame": FRAME, "by": "state"})
    nearest = retrieve(encoder, one, frames, 8, "state")  # some are as near as others
    np.testing.assert_allclose(found["distances"], nearest.distances[0], atol=1e-3)
    for row, shown in zip(found["rows"], found["pictures"], strict=True):
        np.testing.assert_array_equal(pixels(shown), frames[row])


def test_uses_that_an_encoder_cannot_are_said(port: int) -> None:
    both = {"first": FRAME, "second": OTHER}
    assert "does not tell apart" in refusal(port, "uses/swap", {"bundle": 1, **both})
    hole = {"top": 0.5, "left": 0.5, "bottom": 0.5, "right": 1.0}
    said = refusal(port, "uses/inpaint", {"bundle": 0, "frame": FRAME, **hole})
    assert "the rectangle is rows 16 to 16" in said
    asked = {"bundle": 0, "frame": FRAME, "shift": "noyse", "strength": 0.5}
    assert "did you mean 'noise'" in refusal(port, "uses/denoise", asked)


def test_the_dial_stands_higher_for_stranger_frames(port: int) -> None:
    asked = {"bundle": 0, "frame": FRAME}
    quiet = ask(port, "uses/alarm", asked)
    loud = ask(port, "uses/alarm", {**asked, "shift": "recolor", "strength": 1.0})
    assert quiet["held_out"] == 500 and not quiet["raised"]
    assert loud["worst"] > quiet["worst"] and loud["stranger_than"] > quiet["stranger_than"]
    assert loud["raised"] == (loud["worst"] > loud["threshold"])
    assert [each["name"] for each in quiet["scores"]] == ["reconstruction", "kl", "density"]


def test_sheets_hold_the_frames_that_are_wanted(port: int, given: Path, frames: np.ndarray) -> None:
    factors = FrameDataset.open(given / "frames").factors
    within = {"hue": {"low": 0.2, "high": 0.4}, "shape": {"low": 1, "high": 1}}
    wanted = np.flatnonzero(
        (factors["hue"] >= 0.2) & (factors["hue"] <= 0.4) & (factors["shape"] == 1)
    )
    found = ask(port, "data/sheet", {"within": within, "page": 1})
    assert found["found"] == len(wanted) > 108
    assert found["rows"] == wanted[108:216].tolist()
    np.testing.assert_array_equal(pixels(found["pictures"][0]), frames[wanted[108]])
    assert found["coverage"]["shape"] == [0, len(wanted)]
    assert sum(found["coverage"]["x"]) == len(wanted)
    whole = ask(port, "data/sheet", {"within": {}})
    assert (whole["found"], whole["rows"]) == (1200, list(range(108)))
    assert ask(port, "data/sheet", {"within": {}, "page": 2**30})["pictures"] == []
    nothing = ask(port, "data/sheet", {"within": {"hue": {"low": 2, "high": 3}}})
    assert (nothing["found"], nothing["pictures"]) == (0, [])
    said = refusal(port, "data/sheet", {"within": {"huo": {"low": 0, "high": 1}}})
    assert "did you mean 'hue'" in said


def test_a_record_holds_all_that_is_known_of_a_frame(
    port: int, given: Path, frames: np.ndarray
) -> None:
    dataset = FrameDataset.open(given / "frames")
    found = ask(port, "data/record", {"row": 901})
    np.testing.assert_array_equal(pixels(found["frame"]), frames[901])
    assert found["factors"]["shape"] == "ball"
    assert found["factors"]["hue"] == pytest.approx(float(dataset.factors["hue"][901]))
    starts = np.flatnonzero(dataset.episode_starts[:902])
    recorded = found["recorded"]
    assert (recorded["row"], recorded["episode"]) == (901, len(starts) - 1)
    assert recorded["step of the episode"] == 901 - starts[-1]
    assert recorded["action"] == dataset.actions[901]
    assert "row is 1200" in refusal(port, "data/record", {"row": 1200})


def test_numbers_that_are_not_known_are_null(port: int) -> None:
    answer = ask(port, "about")
    assert "NaN" not in json.dumps(answer)
