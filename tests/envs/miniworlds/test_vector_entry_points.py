"""MiniWorld's own ids through ``gym.make_vec``."""

import darla_envs.stock  # noqa: F401  (before MiniWorld)

# isort: split
import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from darla.environments.spec import EnvironmentSpec
from darla.environments.vectors import make_vector_env
from darla_envs.batch.vector_env import BatchedVectorEnv

ONE_ROOM = "MiniWorld-OneRoom-v0"


def test_every_id_of_miniworlds_makes_batches():
    ids = [name for name in gym.registry if name.startswith("MiniWorld-")]
    assert len(ids) > 20
    assert all(gym.spec(name).vector_entry_point for name in ids)


def test_arguments_reach_the_batch_and_each_environment():
    made = gym.make_vec(
        ONE_ROOM,
        num_envs=2,
        obs_width=20,
        obs_height=12,
        num_threads=1,
        antialias=False,
        autoreset_mode="SameStep",
        render_mode="rgb_array",
        domain={"floor": (0.2, 0.3, 0.4)},
        size=6,
        env_kwargs={"domain_rand": True},
    )
    assert isinstance(made, BatchedVectorEnv)
    observations, _ = made.reset(seed=0)
    assert observations.shape == (2, 12, 20, 3)
    assert np.array_equal(made.render()[1], observations[1])
    assert made.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    worlds = made.batch.worlds
    assert [(each.unwrapped.size, each.unwrapped.domain_rand) for each in worlds.envs] == [
        (6, True)
    ] * 2
    assert worlds.domain.floor == (0.2, 0.3, 0.4)
    made.close()


def test_specifications_can_still_be_written_as_json():
    assert ONE_ROOM in gym.spec(ONE_ROOM).to_json()


def test_single_environments_side_by_side_can_still_be_had():
    made = gym.make_vec(ONE_ROOM, num_envs=1, vectorization_mode="sync")
    assert isinstance(made, gym.vector.SyncVectorEnv)
    made.close()


def test_frames_are_collected_from_batches_that_draw_in_one_thread():
    made = make_vector_env(
        EnvironmentSpec(ONE_ROOM, {"obs_width": 16, "obs_height": 16}),
        2,
        imports=["darla_envs.stock"],
    )
    assert isinstance(made, BatchedVectorEnv)
    assert made.batch.worlds._renderer._num_threads == 1
    made.close()


def test_an_attribute_that_is_no_id_is_missing():
    from darla_envs.miniworlds import vector_entry_points

    with pytest.raises(AttributeError, match="no attribute 'MiniWorld-Rom-v0'"):
        getattr(vector_entry_points, "MiniWorld-Rom-v0")


@pytest.mark.parametrize(
    ("env_id", "settings", "message"),
    [
        (ONE_ROOM, {"obs_width": 0}, "the pictures' width is 0, but must be from 1"),
        (ONE_ROOM, {"domain": "new_flor"}, "has no domain 'new_flor'; did you mean 'new_floor'?"),
        (ONE_ROOM, {"obs_widht": 8}, "unexpected keyword argument 'obs_widht'"),
        ("MiniWorld-OneRom-v0", {}, "did you mean 'MiniWorld-OneRoom-v0'?"),
        ("CartPole-v1", {}, "CartPole-v1 is no MiniWorld environment"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(env_id, settings, message):
    from darla_envs.miniworlds.vector_entry_points import make_miniworld

    with pytest.raises(ValueError, match=message.replace("?", r"\?")) as error:
        make_miniworld(env_id, 2, **settings)
    assert "\n" not in str(error.value)
