import numpy as np
import pytest

import toy_tasks  # noqa: F401
from darla.encoder.bundle import load_encoder
from darla.wrappers.latent_options import LatentOptions
from darla.wrappers.latent_transform import LatentTransform
from darla_agents.agent.spec import AgentSpec
from darla_agents.learning.still_latents import hide_still_directions, hide_still_latents
from darla_agents.worlds.environments import make_vec_env
from toy_encoder import make_toy_bundle


@pytest.fixture
def spec(tmp_path):
    bundle = str(make_toy_bundle(tmp_path / "encoder"))
    options = {"standardize": True, "zero_dead": True}
    return AgentSpec("Toy/BrightSide-v0", "latent", "ppo", "source", 0, bundle, 100, {}, options)


def _spread(spec):
    """The standardised latents' standard deviation over the source's pictures, by hand."""
    plain = AgentSpec(**{**spec.to_dict(), "latent_options": {"zero_dead": False}})
    venv = make_vec_env(plain, "source", 8, seed=99)
    seen = [venv.reset(), *(venv.step(np.zeros(8, int))[0] for _ in range(100))]
    return np.concatenate(seen).std(axis=0)


def test_what_stands_still_in_the_source_is_masked_and_nothing_else(spec):
    encoder = load_encoder(spec.encoder)
    spread = _spread(spec)
    share = float(np.sort(spread[encoder.active])[:2].mean())  # between two of them
    masked = hide_still_latents(spec, encoder, share).latent_options["masked"]
    assert masked == np.flatnonzero((spread < share) & encoder.active).tolist()
    assert len(masked) == 1


def test_the_other_options_stay(spec):
    hidden = hide_still_latents(spec, load_encoder(spec.encoder), 1e-9)
    assert hidden.latent_options == {"standardize": True, "zero_dead": True, "masked": []}
    LatentTransform(spec.encoder, LatentOptions.from_dict(hidden.latent_options))


def test_hiding_everything_is_refused(spec):
    with pytest.raises(ValueError, match="hides every latent"):
        hide_still_latents(spec, load_encoder(spec.encoder), 1e9)


def test_directions_that_stand_still_in_the_source_are_removed_and_no_others(spec):
    encoder = load_encoder(spec.encoder)
    alive = np.flatnonzero(encoder.active)
    plain = AgentSpec(**{**spec.to_dict(), "latent_options": {"zero_dead": False}})
    venv = make_vec_env(plain, "source", 8, seed=99)
    seen = [venv.reset(), *(venv.step(np.zeros(8, int))[0] for _ in range(100))]
    latents = np.concatenate(seen)[:, alive]
    sizes, axes = np.linalg.eigh(np.cov(latents, rowvar=False))
    assert np.allclose(sizes[:2], 0, atol=1e-6) and sizes[2] > 1  # this task moves along one line
    hidden = hide_still_directions(spec, encoder, 0.5)
    found = np.array(hidden.latent_options["removed"])
    assert found.shape == (2, len(encoder.active))
    np.testing.assert_allclose(found[:, alive] @ axes[:, 2], 0, atol=1e-3)
    assert not found[:, ~encoder.active].any()
    transform = LatentTransform(spec.encoder, LatentOptions.from_dict(hidden.latent_options))
    frames = np.random.default_rng(0).integers(0, 256, (9, 32, 32, 3), dtype=np.uint8)
    np.testing.assert_allclose(transform(frames) @ found.T, 0, atol=1e-5)
    assert transform(frames).any()
    assert AgentSpec.from_dict(hidden.to_dict()) == hidden


def test_removing_every_direction_is_refused(spec):
    with pytest.raises(ValueError, match="removes all that"):
        hide_still_directions(spec, load_encoder(spec.encoder), 1e9)
