"""A configuration and an encoder give one final description of the agent."""

from pathlib import Path

import numpy as np
import pytest

import toy_tasks  # noqa: F401
from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.wrappers.latent_options import LatentOptions, LearningOptions
from darla.wrappers.latent_transform import LatentTransform
from darla_agents.agent.spec import AgentSpec
from darla_agents.learning.config import TrainAgentConfig, make_spec
from darla_agents.learning.resolve_spec import resolve_spec
from toy_encoder import make_toy_bundle

LOOK = {"look": [2], "state": [0, 1, 3]}


@pytest.fixture
def encoder(tmp_path: Path) -> FrozenEncoder:
    return load_encoder(make_toy_bundle(tmp_path / "encoder"))


def resolve(encoder: FrozenEncoder, roles: dict | None = None, **changes: object) -> AgentSpec:
    """The final description of an agent whose encoder says that latents have these roles."""
    if roles is not None:
        encoder.config["latent_roles"] = roles
    values = {"task": "Toy/BrightSide-v0", "encoder": encoder.path, "precision": "float32"}
    config = TrainAgentConfig(**(values | changes))
    return resolve_spec(config, make_spec(config), encoder)


def test_nothing_is_hidden_unless_asked_for(encoder: FrozenEncoder) -> None:
    spec = resolve(encoder)
    assert (spec.latent_options, spec.learning_options) == (LatentOptions(), LearningOptions())


def test_the_look_is_masked_besides_what_stands_still(encoder: FrozenEncoder) -> None:
    assert resolve(encoder, LOOK, mask_look=True).latent_options == LatentOptions(masked=(2,))
    still = resolve(encoder, mask_still=0.01).latent_options.masked
    both = resolve(encoder, LOOK, mask_look=True, mask_still=0.01).latent_options.masked
    assert both == tuple(sorted({2, *still}))


def test_encoders_that_tell_nothing_apart_are_refused(encoder: FrozenEncoder) -> None:
    with pytest.raises(ValueError, match="does not say which latents hold the look; train an"):
        resolve(encoder, mask_look=True)


def test_something_must_be_left_to_see(encoder: FrozenEncoder) -> None:
    active = np.flatnonzero(encoder.active).tolist()
    with pytest.raises(ValueError, match=r"masking the look hides every latent of .* active"):
        resolve(encoder, {"look": active}, mask_look=True)


@pytest.mark.parametrize(
    ("treatment", "masked", "repaint"),
    [("resample", (), False), ("repaint", (), True), ("mask_repaint", (2,), True)],
)
def test_the_look_can_move_while_learning_in_place_of_being_hidden(
    encoder: FrozenEncoder, treatment: str, masked: tuple[int, ...], repaint: bool
) -> None:
    spec = resolve(encoder, LOOK, mask_look=True, look_treatment=treatment)
    assert spec.latent_options.masked == masked
    assert spec.learning_options == LearningOptions((2,), repaint)
    assert AgentSpec.from_dict(spec.to_dict()) == spec


def test_agents_without_a_look_stay_as_they_are(encoder: FrozenEncoder) -> None:
    spec = resolve(encoder, mask_still=1e-9, look_treatment="resample")
    assert (spec.latent_options, spec.learning_options) == (LatentOptions(), LearningOptions())


def test_directions_that_stand_still_are_removed(encoder: FrozenEncoder) -> None:
    spec = resolve(encoder, mask_directions=0.5)
    found = np.array(spec.latent_options.removed)
    transform = LatentTransform(spec.encoder, spec.latent_options)
    frames = np.random.default_rng(0).integers(0, 256, (9, 32, 32, 3), dtype=np.uint8)
    np.testing.assert_allclose(transform(frames) @ found.T, 0, atol=1e-5)
    assert transform(frames).any()
    assert AgentSpec.from_dict(spec.to_dict()) == spec


def test_directions_are_of_standardised_latents(encoder: FrozenEncoder) -> None:
    with pytest.raises(ValueError, match="leave standardize on"):
        resolve(encoder, mask_directions=0.5, standardize=False)
