import gymnasium as gym
import numpy as np
import pytest

import darla_envs  # noqa: F401  (registers the tasks)
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.single.factor_observation import FactorObservation
from darla_envs.single.shifted_look import ShiftedLook


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_true_factors_do_not_know_the_look(task):
    source = FactorObservation(gym.make(task, domain="source"))
    target = FactorObservation(gym.make(task, domain="all_three"))
    first, second = source.reset(seed=3)[0], target.reset(seed=3)[0]
    np.testing.assert_array_equal(first, second)
    for action in (0, 2, 2, 1):
        first, second = source.step(action)[0], target.step(action)[0]
        assert source.observation_space.contains(first)
        np.testing.assert_array_equal(first, second)


def test_true_factors_list_the_nearest_object_first():
    env = FactorObservation(gym.make(SEEK_AVOID))
    observation, info = env.reset(seed=0)
    per_object = observation[4:].reshape(4, 8)
    assert (np.diff(per_object[:, 3]) >= 0).all()
    nearest = min(env.unwrapped.task.objects, key=lambda name: info["factors"][f"{name}_distance"])
    assert per_object[0, 1] == pytest.approx(np.sin(info["factors"][f"{nearest}_bearing"]))


def test_true_factors_need_factors():
    with pytest.raises(ValueError, match="reports no factors"):
        FactorObservation(gym.make("MiniWorld-Hallway-v0"))


@pytest.mark.parametrize("name", ["Hallway", "FourRooms", "PickupObjects", "Sign", "Sidewalk"])
def test_a_shift_changes_the_picture_and_nothing_else(name):
    plain = gym.make(f"MiniWorld-{name}-v0")
    shifted = ShiftedLook(
        gym.make(f"MiniWorld-{name}-v0"), floor=(0.3, 0.4, 1.0), wall=(1.0, 0.5, 0.5), light=0.8
    )

    def picture(observation):
        return (observation["obs"] if isinstance(observation, dict) else observation).astype(int)

    for seed in range(2):
        before, after = plain.reset(seed=seed)[0], shifted.reset(seed=seed)[0]
        for action in (2, 0, 2, 2):
            assert np.abs(picture(before) - picture(after)).mean() > 3
            before, reward, *_ = plain.step(action)
            after, same_reward, *_ = shifted.step(action)
            assert reward == same_reward
            np.testing.assert_allclose(plain.unwrapped.agent.pos, shifted.unwrapped.agent.pos)


def test_no_shift_leaves_the_picture():
    plain = gym.make("MiniWorld-MazeS3-v0", domain_rand=True)
    same = ShiftedLook(gym.make("MiniWorld-MazeS3-v0", domain_rand=True))
    np.testing.assert_array_equal(plain.reset(seed=5)[0], same.reset(seed=5)[0])


def test_objects_are_painted():
    env = ShiftedLook(gym.make("MiniWorld-PickupObjects-v0"), objects=(0.0, 0.0, 1.0))
    env.reset(seed=0)
    world = env.unwrapped
    box = next(entity for entity in world.entities if hasattr(entity, "color_vec"))
    assert box.color_vec.tolist() == [0.0, 0.0, 1.0]


def test_shifts_survive_their_spec():
    env = ShiftedLook(gym.make("MiniWorld-Hallway-v0"), floor=(0.1, 0.2, 0.3))
    spec = gym.envs.registration.EnvSpec.from_json(env.spec.to_json())
    again = gym.make(spec)
    np.testing.assert_array_equal(env.reset(seed=0)[0], again.reset(seed=0)[0])


@pytest.mark.parametrize(
    ("shift", "message"),
    [
        ({"floor": (1.0, 2.0, 0.0)}, "floor must be three numbers"),
        ({"wall": (0.5, 0.5)}, "wall must be three numbers"),
        ({"light": -1.0}, "light must be at least 0"),
    ],
)
def test_wrong_shifts_are_named(shift, message):
    with pytest.raises(ValueError, match=message):
        ShiftedLook(gym.make("MiniWorld-Hallway-v0"), **shift)
