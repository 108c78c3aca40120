"""Every objective has the uses that it can have, and refuses the others in one line."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from darla.encoder.frozen_encoder import FrozenEncoder, latent_statistics
from darla.objectives import OBJECTIVES
from darla.uses import (
    alarm,
    calibrate,
    denoise,
    inpaint,
    interpolate,
    predict,
    rectangle,
    retrieve,
    sample,
)
from toy_frames import tiny_objective, toy_frames

FRAMES, _ = toy_frames(40)
HOLE = rectangle((32, 32), 8, 8, 16, 16)
FOR_ALL: dict[str, Callable[[FrozenEncoder], np.ndarray]] = {
    "denoise": lambda encoder: denoise(encoder, FRAMES),
    "inpaint": lambda encoder: inpaint(encoder, FRAMES, HOLE, "iterate", 1),
    "sample": lambda encoder: sample(encoder, 4, "aggregate", FRAMES).frames,
    "retrieve": lambda encoder: retrieve(encoder, FRAMES, FRAMES, 1).rows,
    "alarm": lambda encoder: alarm(encoder, FRAMES, calibrate(encoder, FRAMES, FRAMES, 0.2)).scores[
        "worst"
    ],
}
NOT_FOR_CODES: dict[str, Callable[[FrozenEncoder], np.ndarray]] = {
    "interpolate": lambda encoder: interpolate(encoder, FRAMES[:2], FRAMES[2:4], 3, "spherical"),
    "gradient": lambda encoder: inpaint(encoder, FRAMES[:2], HOLE, "gradient", 2),
    "gaussian": lambda encoder: sample(encoder, 4, "gaussian", FRAMES).frames,
}


@pytest.fixture(scope="module", params=OBJECTIVES)
def encoder(request: pytest.FixtureRequest) -> FrozenEncoder:
    """Freeze an untrained model, all of whose latents count as active."""
    objective = tiny_objective(request.param)
    statistics = latent_statistics(objective.encoder, [torch.from_numpy(FRAMES)])
    statistics.kl[:], statistics.std[:] = 1, np.maximum(statistics.std, 0.1)
    config = {"objective": {"name": request.param}}
    return FrozenEncoder(objective.encoder, objective.decoder, statistics, FRAMES, config)


@pytest.mark.parametrize("use", FOR_ALL)
def test_it_has_what_all_have(encoder: FrozenEncoder, use: str) -> None:
    found = FOR_ALL[use](encoder)
    assert len(found) == (4 if use == "sample" else len(FRAMES))
    assert np.isfinite(found).all()


@pytest.mark.parametrize("use", NOT_FOR_CODES)
def test_it_has_what_continuous_latents_have(encoder: FrozenEncoder, use: str) -> None:
    if not encoder.encoder.shape.quantized:
        assert len(NOT_FOR_CODES[use](encoder))
        return
    with pytest.raises(ValueError, match="a few values alone") as error:
        NOT_FOR_CODES[use](encoder)
    assert "\n" not in str(error.value)


def test_it_predicts_or_says_that_it_remembers_nothing(encoder: FrozenEncoder) -> None:
    frames, actions = FRAMES.reshape(8, 5, *FRAMES.shape[1:]), np.zeros((8, 7), int)
    if encoder.encoder.shape.memory:
        assert predict(encoder, frames, actions).shape == (8, 2, *FRAMES.shape[1:])
        return
    with pytest.raises(ValueError, match="remembers nothing of the frames before; take one of seq"):
        predict(encoder, frames, actions)


def test_it_has_a_prior_or_says_what_it_has_instead(encoder: FrozenEncoder) -> None:
    if encoder.encoder.shape.posterior == "gaussian":
        assert len(sample(encoder, 3, "prior").frames) == 3
        return
    with pytest.raises(ValueError, match=r"no prior to sample from .*; sample from 'aggregate'$"):
        sample(encoder, 3, "prior")
