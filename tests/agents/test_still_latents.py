import numpy as np
import pytest
import toy_tasks  # noqa: F401
from toy_encoder import make_toy_bundle

from agents.environments import make_vec_env
from agents.spec import AgentSpec
from agents.still_latents import hide_still_latents
from darla.bundle import load_encoder
from darla.latents import LatentTransform


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
    LatentTransform(spec.encoder, **hidden.latent_options)


def test_hiding_everything_is_refused(spec):
    with pytest.raises(ValueError, match="hides every latent"):
        hide_still_latents(spec, load_encoder(spec.encoder), 1e9)
