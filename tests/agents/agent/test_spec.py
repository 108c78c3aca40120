import json

import pytest

from darla.environments.looks import Look, Looks
from darla.environments.spec import EnvironmentSpec
from darla_agents.agent.spec import AgentSpec

FIELDS = {
    "task": "Toy/BrightSide-v0",
    "kind": "latent",
    "algorithm": "ppo",
    "domain": "source",
    "seed": 3,
    "encoder": "runs/vision/encoder",
    "total_timesteps": 100,
    "settings": {"n_steps": 16},
    "latent_options": {"standardize": False},
}
PIXELS = {"kind": "pixels", "encoder": None, "latent_options": {}}


@pytest.mark.parametrize(
    "changes", [{}, {"label": "darla+v1.2-x"}, {**PIXELS, "augmentation": "color"}]
)
def test_a_spec_survives_json(changes):
    spec = AgentSpec.from_dict(FIELDS | changes)
    assert AgentSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "latents"}, "did you mean 'latent'"),
        ({"algorithm": "dqm"}, "did you mean 'dqn'"),
        ({"encoder": None}, "needs an encoder"),
        ({"kind": "pixels"}, "has no encoder"),
        ({"sed": 1}, "did you mean 'seed'"),
        ({"kind": "finetuned", "encoder": None}, "of kind finetuned needs an encoder"),
        ({"augmentation": "shift"}, "sees no pictures; those of kinds pixels and finetuned do"),
        ({**PIXELS, "augmentation": "shfit"}, "did you mean 'shift'"),
        ({**PIXELS, "augmentation": "shift", "augmentation_share": 2}, "at most 1"),
        ({**PIXELS, "augmentation_each": "step"}, "there is no augmentation"),
        ({"label": "random"}, "label is 'random', but must be"),
        ({"label": "two words"}, "must be of letters, digits"),
        ({"label": "a,b"}, "must be of letters, digits"),
        ({"label": "ends\n"}, "must be of letters, digits"),
        ({"label": "pixels"}, "label is 'pixels', but the agent is of kind latent"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        AgentSpec.from_dict(FIELDS | changes)


def test_missing_entries_are_named():
    incomplete = {name: value for name, value in FIELDS.items() if name not in ("task", "seed")}
    with pytest.raises(ValueError, match="task, seed"):
        AgentSpec.from_dict(incomplete)


def test_descriptions_from_before_there_were_augmentations_and_labels_are_read():
    spec = AgentSpec.from_dict(FIELDS)
    assert (spec.augmentation, spec.label) == ("none", "")


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "latent"),
        ({"label": "darla"}, "darla"),
        ({"label": "latent"}, "latent"),
        ({"kind": "finetuned"}, "finetuned"),
        (PIXELS, "pixels"),
        ({**PIXELS, "augmentation": "shift"}, "pixels_shift"),
        ({**PIXELS, "augmentation": "shift", "label": "drq"}, "drq"),
        (
            {**PIXELS, "augmentation": "shift+conv", "augmentation_share": 0.25},
            "pixels_shift+conv_0.25",
        ),
        ({**PIXELS, "augmentation": "recolor", "augmentation_each": "step"}, "pixels_recolor_step"),
    ],
)
def test_what_tables_call_an_agent(changes, shown):
    assert AgentSpec.from_dict(FIELDS | changes).shown_kind == shown


def test_descriptions_from_before_environments_were_described_are_of_plain_ones():
    assert AgentSpec.from_dict(FIELDS).environment == EnvironmentSpec("Toy/BrightSide-v0")


def test_the_environment_survives_json_with_all_that_it_is_made_with():
    looks = Looks({"day": Look(), "dark": Look({"light": 0.5})}, "day", None, ("dark",))
    spec = AgentSpec.from_dict(
        {
            **FIELDS,
            "env_kwargs": {"size": [64, 48]},
            "wrappers": ["m:W(2)"],
            "looks": looks.to_json(),
        }
    )
    assert spec.environment == EnvironmentSpec(
        "Toy/BrightSide-v0", {"size": [64, 48]}, ("m:W(2)",), looks
    )
    again = AgentSpec.from_dict(json.loads(json.dumps(spec.to_dict())))
    assert again == spec
    assert again.environment.text == spec.environment.text
    with pytest.raises(ValueError, match="which is no literal"):
        AgentSpec.from_dict({**FIELDS, "wrappers": ["m:W(exit())"]})
