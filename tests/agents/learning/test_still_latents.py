"""What stands still in the source is found there alone."""

from dataclasses import replace

import numpy as np
import pytest

import toy_tasks  # noqa: F401
from darla.encoder.bundle import load_encoder
from darla_agents.agent.spec import AgentSpec
from darla_agents.learning.still_latents import (
    latents_in_source,
    still_directions,
    still_latents,
)
from toy_encoder import make_toy_bundle
from toy_tasks import ACTIONS


@pytest.fixture
def spec(tmp_path):
    bundle = str(make_toy_bundle(tmp_path / "encoder"))
    return AgentSpec("Toy/BrightSide-v0", "latent", "ppo", "source", 0, bundle, 100, {})


def test_what_stands_still_in_the_source_is_found_and_nothing_else(spec):
    encoder = load_encoder(spec.encoder)
    latents = latents_in_source(spec, encoder)
    spread = latents.std(axis=0)
    share = float(np.sort(spread[encoder.active])[:2].mean())  # between two of them
    found = still_latents(latents, encoder, share)
    assert found == np.flatnonzero((spread < share) & encoder.active).tolist()
    assert len(found) == 1


@pytest.mark.parametrize(
    "task", ["Toy/BrightSide-v0", "Toy/Dict-v0", *(f"Toy/Acted_{name}-v0" for name in ACTIONS)]
)
def test_a_seed_gives_the_same_latents_whatever_the_actions(spec, task):
    spec = replace(spec, task=task)
    encoder = load_encoder(spec.encoder)
    seen = latents_in_source(spec, encoder)
    assert seen.shape == (8 * 251, encoder.latent_dim)
    np.testing.assert_array_equal(seen, latents_in_source(spec, encoder))


def test_hiding_everything_is_refused(spec):
    encoder = load_encoder(spec.encoder)
    latents = latents_in_source(spec, encoder)
    with pytest.raises(ValueError, match="hides every latent"):
        still_latents(latents, encoder, 1e9)
    with pytest.raises(ValueError, match="removes all that"):
        still_directions(latents, encoder.active, 1e9)


def test_directions_that_stand_still_are_found_and_no_others(spec):
    encoder = load_encoder(spec.encoder)
    alive = np.flatnonzero(encoder.active)
    latents = latents_in_source(spec, encoder)
    sizes, axes = np.linalg.eigh(np.cov(latents[:, alive], rowvar=False))
    assert np.allclose(sizes[:2], 0, atol=1e-6) and sizes[2] > 1  # this task moves along one line
    found = still_directions(latents, encoder.active, 0.5)
    assert found.shape == (2, len(encoder.active))
    np.testing.assert_allclose(found[:, alive] @ axes[:, 2], 0, atol=1e-3)
    assert not found[:, ~encoder.active].any()
