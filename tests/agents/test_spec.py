import json

import pytest

from agents.spec import AgentSpec

FIELDS = {
    "task": "Toy/BrightSide-v0",
    "kind": "latent",
    "algorithm": "ppo",
    "domain": "source",
    "seed": 3,
    "encoder": "runs/vision/encoder",
    "total_timesteps": 100,
    "settings": {"n_steps": 16},
    "latent_options": {"standardize": True},
}


def test_a_spec_survives_json():
    spec = AgentSpec(**FIELDS)
    assert AgentSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "latents"}, "did you mean 'latent'"),
        ({"algorithm": "a3c"}, "did you mean 'a2c'"),
        ({"encoder": None}, "needs an encoder"),
        ({"kind": "pixels"}, "has no encoder"),
        ({"sed": 1}, "did you mean 'seed'"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        AgentSpec.from_dict(FIELDS | changes)


def test_missing_entries_are_named():
    incomplete = {name: value for name, value in FIELDS.items() if name not in ("task", "seed")}
    with pytest.raises(ValueError, match="task, seed"):
        AgentSpec.from_dict(incomplete)
