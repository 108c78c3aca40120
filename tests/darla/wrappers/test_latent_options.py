import json

import gymnasium as gym
import numpy as np
import pytest

import darla
import toy_envs  # noqa: F401
from darla.wrappers.latent_options import LatentOptions, LearningOptions
from toy_encoder import make_toy_bundle

SAVED = [
    {"standardize": True, "zero_dead": True},
    {"standardize": False, "zero_dead": True, "precision": "auto"},
    {"standardize": True, "zero_dead": False, "precision": "auto", "masked": [0, 2]},
    {"standardize": True, "zero_dead": True, "masked": [1], "removed": [[0.5, 0.0, -1.0, 0.0]]},
]


@pytest.mark.parametrize("saved", SAVED)
def test_options_are_read_and_written_as_saved_agents_hold_them(saved):
    options = LatentOptions.from_dict(saved)
    assert json.loads(json.dumps(options.to_dict())) == saved
    assert hash(options) == hash(LatentOptions.from_dict(options.to_dict()))


def test_options_that_are_missing_are_as_by_default():
    assert LatentOptions.from_dict({}) == LatentOptions()
    assert LatentOptions.from_dict({"masked": []}) == LatentOptions()
    assert LatentOptions(masked=np.array([3, 1])).masked == (3, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"maskd": [1]}, "unknown option of latents 'maskd'; did you mean 'masked'"),
        ({"precision": "float31"}, "did you mean 'float32'"),
        ({"masked": [0.5]}, "masked is .*indices of latents"),
        ({"masked": 3}, "masked is 3"),
        ({"removed": [[1.0], [1.0, 2.0]]}, "directions to remove"),
    ],
)
def test_options_that_cannot_be_are_refused(options, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        LatentOptions.from_dict(options)
    bundle = make_toy_bundle(tmp_path / "encoder")
    with pytest.raises(ValueError, match=message):
        darla.LatentObservation(gym.make("Toy/Counting-v0"), bundle, **options)


@pytest.mark.parametrize("saved", [{}, {"resampled": [0, 2], "repaint": True}])
def test_what_is_done_while_learning_is_read_and_written_as_saved_agents_hold_it(saved):
    options = LearningOptions.from_dict(saved)
    assert json.loads(json.dumps(options.to_dict())) == saved
    assert bool(options) == bool(saved)


def test_a_specification_holds_options_as_json(tmp_path):
    bundle = make_toy_bundle(tmp_path / "encoder")
    options = LatentOptions(masked=(1,), removed=((1.0, 0.0, 0.0, 0.0),), zero_dead=False)
    env = darla.LatentObservation(gym.make("Toy/Counting-v0"), bundle, **options.to_dict())
    restored = gym.envs.registration.EnvSpec.from_json(env.spec.to_json())
    again = gym.make(restored)
    assert again.get_wrapper_attr("transform").options == options
    np.testing.assert_array_equal(again.reset(seed=3)[0], env.reset(seed=3)[0])
