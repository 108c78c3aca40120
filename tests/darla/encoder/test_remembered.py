"""Encoders with memory: frame by frame as all at once, bundles that load, and refusals."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from darla.encoder.bundle import load_encoder, random_encoder
from darla.encoder.network_shape import MemoryShape, NetworkShape
from darla.encoder.networks import MemoryEncoder, make_encoder
from darla.encoder.remembered import encode_next, encode_sequence, foretell, memory_of, remembers
from darla.encoder.told_actions import told_actions
from toy_encoder import LATENTS, UNITS, make_memory_bundle, make_toy_bundle

STEPS = 7
RANDOM = np.random.default_rng(0)
FRAMES = RANDOM.integers(0, 256, (STEPS, 32, 32, 3), dtype=np.uint8)
STARTS = np.isin(np.arange(STEPS), [0, 4])


@pytest.mark.parametrize(("choices", "numbers"), [(3, 0), (0, 2)])
def test_frames_are_encoded_one_by_one_as_all_at_once(
    tmp_path: Path, choices: int, numbers: int
) -> None:
    encoder = load_encoder(make_memory_bundle(tmp_path, choices, numbers))
    actions = RANDOM.integers(3, size=STEPS) if choices else RANDOM.normal(size=(STEPS, 2))
    whole = encode_sequence(encoder, FRAMES, actions, STARTS)
    assert whole.shape == (STEPS, LATENTS + UNITS) and whole.dtype == np.float32
    before = np.full((1, LATENTS + UNITS), 9.0, np.float32)  # of no meaning: an episode begins
    for step in range(STEPS):
        one = slice(step, step + 1)
        before = encode_next(encoder, FRAMES[one], before, actions[one], STARTS[one])
        np.testing.assert_allclose(before[0], whole[step], atol=1e-5)
    # Each first frame is as it is by itself, and the others are not.
    alone = encoder.encode(FRAMES)
    np.testing.assert_allclose(whole[STARTS], alone[STARTS], atol=1e-5)
    assert (np.abs(whole - alone).max(axis=1)[~STARTS] > 1e-3).all()
    changed = actions.copy()
    changed[2] = (actions[2] + 1) % 3
    other = encode_sequence(encoder, FRAMES, changed, STARTS)
    moved = np.abs(other - whole).max(axis=1)
    assert (moved[:2] < 1e-5).all() and (moved[2:4] > 1e-6).all() and (moved[4:] < 1e-5).all()


def test_what_is_foretold_needs_no_frame(tmp_path: Path) -> None:
    encoder = load_encoder(make_memory_bundle(tmp_path))
    before = encoder.encode(FRAMES[:2])
    actions = np.array([[0, 1], [2, 1], [1, 1]])
    found = foretell(encoder, before, actions)
    assert found.shape == (3, 2, LATENTS + UNITS)
    np.testing.assert_allclose(foretell(encoder, before, actions[:1]), found[:1], atol=1e-6)
    assert np.abs(foretell(encoder, before, actions[:, ::-1]) - found).max() > 1e-4
    assert foretell(encoder, before, actions[:0]).shape == (0, 2, LATENTS + UNITS)


def test_bundles_hold_the_memory(tmp_path: Path) -> None:
    folder = make_memory_bundle(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    assert config["network"]["memory"] == {"units": UNITS, "choices": 3, "numbers": 0}
    encoder = load_encoder(folder)
    assert remembers(encoder) and memory_of(encoder) == MemoryShape(UNITS, choices=3)
    assert encoder.decode(encoder.encode(FRAMES)).shape == FRAMES.shape
    untrained = random_encoder(folder, seed=3)
    assert (untrained.statistics.std > 0).all()  # of the memory too, whose first state is one
    assert not np.allclose(untrained.encode(FRAMES), encoder.encode(FRAMES))
    lower = encoder.in_precision("bfloat16")
    close = encode_sequence(lower, FRAMES, np.zeros(STEPS, int), STARTS)
    np.testing.assert_allclose(
        close, encode_sequence(encoder, FRAMES, np.zeros(STEPS, int), STARTS), atol=0.1
    )


@pytest.mark.parametrize(
    "memory",
    [
        {"units": 10, "choices": 3, "numbers": 0},
        {"units": UNITS, "choices": 3, "numbers": 1},
        {"units": UNITS, "choices": 0, "numbers": 0},
        {"units": UNITS, "choices": -1, "numbers": 0},
        {"units": 1 << 20, "choices": 3, "numbers": 0},
        {"units": UNITS, "choices": 3},
        [2, 3, 0],
    ],
)
def test_damaged_memories_are_refused_in_one_line(tmp_path: Path, memory: object) -> None:
    folder = make_memory_bundle(tmp_path)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["network"]["memory"] = memory
    path.write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"config\.json") as error:
        load_encoder(folder)
    assert "\n" not in str(error.value)


def test_a_memory_goes_with_a_point_posterior_alone() -> None:
    with pytest.raises(ValueError, match="expected fewer units than latents, and a point"):
        NetworkShape((32, 32, 3), latents=4, memory=MemoryShape(2, 3))
    shape = NetworkShape((32, 32, 3), latents=4, posterior="point", memory=MemoryShape(2, 3))
    assert NetworkShape.from_json(shape.to_json(), "it", "mend it") == shape
    encoder = make_encoder(shape)
    assert isinstance(encoder, MemoryEncoder) and encoder.layers()[-1] == "bottleneck"
    pictures = torch.rand(2, 3, 32, 32)
    assert torch.equal(encoder.features(pictures, "bottleneck"), encoder(pictures).mu)
    assert encoder.features(pictures, "conv1").ndim == 2


def test_encoders_without_a_memory_say_so(tmp_path: Path) -> None:
    encoder = load_encoder(make_toy_bundle(tmp_path))
    assert not remembers(encoder)
    with pytest.raises(ValueError, match="remembers nothing of the frames before; take one of"):
        encode_sequence(encoder, FRAMES, np.zeros(STEPS, int), STARTS)


def test_what_is_told_of_actions() -> None:
    starts = np.array([True, False, False])
    told = told_actions(np.array([-1, 2, -1]), starts, 3)
    np.testing.assert_array_equal(told, [[0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]])
    numbers = np.array([[5.0, 5.0], [np.e - 1, 1 - np.e], [np.nan, np.nan]])
    told = told_actions(numbers, starts, 0)
    np.testing.assert_allclose(told, [[0, 0, 1], [1, -1, 0], [0, 0, 0]], atol=1e-6)
    with pytest.raises(ValueError, match="an action is 3, but the encoder has learnt of 0 to 2"):
        told_actions(np.array([9, 3, 0]), starts, 3)
    with pytest.raises(ValueError, match=r"actions have shape \(3, 2\) for 3 frames"):
        told_actions(numbers, starts, 3)
