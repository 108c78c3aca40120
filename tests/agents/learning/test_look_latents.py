import numpy as np
import pytest

from darla.encoder.bundle import load_encoder
from darla.wrappers.latent_options import LatentOptions
from darla.wrappers.latent_transform import LatentTransform
from darla_agents.agent.spec import AgentSpec
from darla_agents.learning.look_latents import hide_look_latents, treat_look
from toy_encoder import make_toy_bundle


@pytest.fixture
def spec(tmp_path):
    bundle = str(make_toy_bundle(tmp_path / "encoder"))
    options = {"standardize": True, "zero_dead": True}
    return AgentSpec("Toy/BrightSide-v0", "latent", "ppo", "source", 0, bundle, 100, {}, options)


def _knowing(spec, **roles):
    encoder = load_encoder(spec.encoder)
    encoder.config["latent_roles"] = roles
    return encoder


def test_the_look_is_masked_besides_what_was(spec):
    masked = hide_look_latents(spec, _knowing(spec, look=[2], state=[0, 1, 3]))
    assert masked.latent_options == {**spec.latent_options, "masked": [2]}
    more = hide_look_latents(masked, _knowing(spec, look=[0], state=[1, 2, 3]))
    assert more.latent_options == {**spec.latent_options, "masked": [0, 2]}
    LatentTransform(spec.encoder, LatentOptions.from_dict(more.latent_options))


def test_encoders_that_tell_nothing_apart_are_refused(spec):
    with pytest.raises(ValueError, match="does not say which latents hold the look; train an"):
        hide_look_latents(spec, load_encoder(spec.encoder))


def test_something_must_be_left_to_see(spec):
    active = np.flatnonzero(load_encoder(spec.encoder).active).tolist()
    with pytest.raises(ValueError, match=r"masking the look hides every latent of .* active"):
        hide_look_latents(spec, _knowing(spec, look=active))


@pytest.mark.parametrize(
    ("treatment", "masked", "repaint"),
    [("resample", None, False), ("repaint", None, True), ("mask_repaint", [2], True)],
)
def test_the_look_can_move_while_learning_in_place_of_being_hidden(
    spec, treatment, masked, repaint
):
    found = hide_look_latents(spec, _knowing(spec, look=[2], state=[0, 1, 3]))
    treated = treat_look(found, treatment)
    assert treated.latent_options.get("masked") == masked
    assert treated.learning_options == {"resampled": [2], "repaint": repaint}
    assert AgentSpec.from_dict(treated.to_dict()) == treated


def test_masks_and_agents_without_a_look_stay_as_they_are(spec):
    found = hide_look_latents(spec, _knowing(spec, look=[2], state=[0, 1, 3]))
    assert treat_look(found, "mask") is found
    assert treat_look(spec, "resample") is spec
