from dataclasses import replace
from pathlib import Path

import pytest

from darla.wrappers.latent_options import LatentOptions
from darla_agents.learning.config import TrainAgentConfig, default_folder, make_spec, run_identity


def test_the_defaults_describe_an_agent_on_latents():
    config = TrainAgentConfig()
    spec = make_spec(config)
    assert (spec.task, spec.kind, spec.algorithm) == ("Darla/GoToObject-v0", "latent", "ppo")
    assert spec.encoder == "runs/vision/encoder"
    assert spec.latent_options == LatentOptions(precision="auto")
    folder = default_folder(spec)
    assert folder == Path("runs/agents/Darla-GoToObject-v0__latent__ppo__s0")


@pytest.mark.parametrize("kind", ["pixels", "factors"])
def test_kinds_without_an_encoder_have_none(kind):
    spec = make_spec(TrainAgentConfig(kind=kind))
    assert spec.encoder is None
    assert spec.latent_options == LatentOptions()
    assert spec.to_dict()["latent_options"] == {}


def test_a_finetuned_agent_begins_with_an_encoder_and_its_latents():
    config = TrainAgentConfig(kind="finetuned", standardize=False)
    spec = make_spec(config)
    assert spec.encoder == "runs/vision/encoder"
    assert spec.latent_options == LatentOptions(standardize=False)
    assert run_identity(config) != run_identity(TrainAgentConfig(kind="finetuned"))


@pytest.mark.parametrize(
    ("changes", "folder"),
    [
        ({"augmentation": "conv"}, "pixels_conv__ppo__s0"),
        ({"augmentation": "conv", "label": "netrand"}, "netrand__ppo__s0"),
    ],
)
def test_agents_that_tables_tell_apart_have_folders_of_their_own(changes, folder):
    spec = make_spec(TrainAgentConfig(kind="pixels", **changes))
    assert default_folder(spec).name == f"Darla-GoToObject-v0__{folder}"


def test_no_latent_of_a_random_encoder_is_dead():
    assert not make_spec(TrainAgentConfig(kind="random_encoder")).latent_options.zero_dead


def test_settings_are_complete_and_overridden():
    spec = make_spec(TrainAgentConfig(settings=("n_steps=16",)))
    assert spec.settings["n_steps"] == 16
    assert "gamma" in spec.settings


def test_what_makes_a_run():
    identity = run_identity(TrainAgentConfig(kind="pixels", eval_freq=5))
    assert "encoder" not in identity
    assert "eval_freq" not in identity
    assert identity == run_identity(TrainAgentConfig(kind="pixels", encoder=Path("x")))
    assert identity != run_identity(TrainAgentConfig(kind="pixels", seed=1))
    assert identity != run_identity(TrainAgentConfig(kind="pixels", rendering="stock"))
    assert identity != run_identity(TrainAgentConfig(kind="pixels", augmentation="conv"))
    assert identity != run_identity(TrainAgentConfig(kind="pixels", label="plain"))
    latent = run_identity(TrainAgentConfig())
    assert latent != run_identity(TrainAgentConfig(encoder=Path("x")))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"total_timesteps": 0}, "total_timesteps is 0"),
        ({"num_envs": -1}, "num_envs is -1"),
        ({"seed": -1}, "0 or more"),
        ({"threads": -2}, "threads is -2"),
    ],
)
def test_numbers_out_of_range_are_said(values, message):
    with pytest.raises(ValueError, match=message):
        make_spec(TrainAgentConfig(kind="pixels", **values))


def test_a_look_treatment_needs_latents_to_treat():
    config = TrainAgentConfig(look_treatment="resample")
    with pytest.raises(ValueError, match="no latents are to be treated; give mask_look or mask_st"):
        make_spec(config)
    make_spec(replace(config, mask_look=True))
    with pytest.raises(ValueError, match="did you mean 'repaint'"):
        make_spec(replace(config, mask_look=True, look_treatment="repant"))
