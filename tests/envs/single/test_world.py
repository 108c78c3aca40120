import math

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from stable_baselines3.common.env_checker import check_env as check_env_sb3

import darla_envs
from darla_envs.description.domain import Domain, point
from darla_envs.description.domains import domain_names
from darla_envs.description.tasks import GO_TO_OBJECT, PICK_COLOR, SEEK_AVOID
from darla_envs.single.world import FactorWorld

TASKS = (GO_TO_OBJECT, SEEK_AVOID, PICK_COLOR)
EVERY = [(task, domain) for task in TASKS for domain in domain_names(task)]


@pytest.fixture(params=TASKS)
def world(request):
    env = gym.make(request.param, domain="d_u").unwrapped
    yield env
    env.close()


@pytest.mark.parametrize(("task", "domain"), EVERY)
def test_checkers_of_gymnasium_and_sb3_pass(task, domain):
    env = gym.make(task, domain=domain, max_episode_steps=5).unwrapped
    check_env(env, skip_render_check=True)
    check_env_sb3(env)
    env.close()


def test_registered_by_importing_the_package():
    assert darla_envs.GO_TO_OBJECT in gym.registry
    assert darla_envs.SEEK_AVOID in gym.registry


def test_spec_survives_json():
    domain = Domain("mine", {"floor": point(0.5)}, (), {"wall": "wood"}, {"pitch": 3.0}).to_dict()
    env = gym.make(GO_TO_OBJECT, domain=domain)
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    assert again.unwrapped.domain == env.unwrapped.domain


def test_reset_puts_the_world_into_a_setting(world):
    setting = world.sample_factors(rng=np.random.default_rng(0))
    observation, info = world.reset(seed=1, options={"factors": setting})
    reported = {name: info["factors"][name] for name in setting}
    assert reported == pytest.approx(setting)
    again, _ = world.reset(seed=2, options={"factors": setting})
    np.testing.assert_array_equal(observation, again)


def test_every_settable_factor_is_sampled_and_every_factor_reported(world):
    settable = {name for name, factor in world.factors.items() if factor.settable}
    assert set(world.sample_factors()) == settable
    _, info = world.reset(seed=0)
    assert set(info["factors"]) == set(world.factors)


def test_a_part_of_the_factors_can_be_set(world):
    for seed in range(5):
        _, info = world.reset(seed=seed, options={"factors": {"floor": 0.25, "agent_yaw": 1.0}})
        assert info["factors"]["floor"] == 0.25
        assert info["factors"]["agent_yaw"] == pytest.approx(1.0)


def test_factors_stay_in_their_ranges_along_rollouts(world):
    rng = np.random.default_rng(0)
    _, info = world.reset(seed=0)
    for _ in range(200):
        for name, value in info["factors"].items():
            factor = world.factors[name]
            if factor.categories:
                assert value in factor.categories
            else:
                assert factor.low - 1e-9 <= value <= factor.high + 1e-9, name
        _, _, terminated, truncated, info = world.step(int(rng.integers(3)))
        if terminated or truncated:
            _, info = world.reset()


def test_in_view_is_obeyed(world):
    rng = np.random.default_rng(0)
    for wanted in (True, False):
        for _ in range(10):
            setting = world.sample_factors(in_view=wanted, rng=rng)
            _, info = world.reset(options={"factors": setting})
            best = max(info["factors"][f"{name}_visible"] for name in world.task.objects)
            assert (best >= 0.5) == wanted


def test_seeds_repeat_episodes_and_episodes_differ(world):
    def episodes():
        first = world.reset(seed=7)[1]["factors"]
        return [first, world.reset()[1]["factors"], world.reset()[1]["factors"]]

    first, second = episodes(), episodes()
    assert first == second
    assert first[0] != first[1] != first[2]


def test_unseeded_resets_differ():
    positions = set()
    for _ in range(3):
        env = gym.make(GO_TO_OBJECT).unwrapped
        positions.add(env.reset()[1]["factors"]["agent_x"])
        env.close()
    assert len(positions) == 3


@pytest.mark.parametrize("task", TASKS)
def test_no_episode_starts_within_reach(task):
    env = gym.make(task).unwrapped
    env.drawing = False
    for seed in range(150):
        _, info = env.reset(seed=seed)
        nearest = min(info["factors"][f"{name}_distance"] for name in env.task.objects)
        assert nearest > env.task.reach + env.task.forward_step
    env.close()


def test_turning_and_moving():
    env = gym.make(GO_TO_OBJECT).unwrapped
    start = {"agent_x": 2.0, "agent_z": 2.0, "agent_yaw": 0.0, "object_x": 6.0, "object_z": 4.5}
    env.reset(seed=0, options={"factors": start})
    moved = env.step(2)[4]["factors"]
    assert moved["agent_x"] == pytest.approx(2.25)
    left = env.step(0)[4]["factors"]
    assert left["agent_yaw"] == pytest.approx(math.radians(20))
    right = env.step(1)[4]["factors"]
    assert right["agent_yaw"] == pytest.approx(0.0)
    env.close()


def test_walls_stop_the_agent():
    env = gym.make(GO_TO_OBJECT, max_episode_steps=100).unwrapped
    start = {"agent_x": 6.0, "agent_z": 1.0, "agent_yaw": 0.0, "object_x": 1.0, "object_z": 4.0}
    env.reset(seed=0, options={"factors": start})
    for _ in range(10):
        info = env.step(2)[4]
    assert 6.25 <= info["factors"]["agent_x"] <= env.task.room_size[0] - 0.4
    env.close()


def test_reaching_the_object_ends_the_episode_with_a_reward():
    env = gym.make(GO_TO_OBJECT).unwrapped
    start = {"agent_x": 2.0, "agent_z": 2.0, "agent_yaw": 0.0, "object_x": 3.2, "object_z": 2.0}
    env.reset(seed=0, options={"factors": start})
    _, reward, terminated, truncated, info = env.step(2)
    assert terminated and not truncated and info["is_success"]
    assert reward == pytest.approx(1 - 0.2 / 40)
    env.close()


def test_time_runs_out():
    env = FactorWorld(GO_TO_OBJECT, max_episode_steps=3)
    env.reset(seed=0)
    ends = [env.step(0)[2:4] for _ in range(3)]
    assert ends == [(False, False), (False, False), (False, True)]
    env.close()


def test_seek_avoid_pays_for_kinds_and_removes_them():
    env = gym.make(SEEK_AVOID).unwrapped
    start = {"agent_x": 2.0, "agent_z": 3.0, "agent_yaw": 0.0}
    places = ((3.0, 3.0), (6.0, 1.0), (4.2, 3.0), (6.0, 5.0))
    for index, (x, z) in enumerate(places):
        start |= {f"object{index}_x": x, f"object{index}_z": z}
    shapes = ("box", "ball", "cone", "cylinder")
    start |= {f"object{index}_shape": shape for index, shape in enumerate(shapes)}
    before, _ = env.reset(seed=0, options={"factors": start})
    after, reward, terminated, _, info = env.step(2)
    assert reward == 1.0 and not terminated
    assert info["factors"]["object0_present"] == 0.0
    assert info["factors"]["object0_visible"] == 0.0
    assert np.abs(before.astype(int) - after).mean() > 1  # the box is gone from the picture
    rewards = [env.step(2)[1] for _ in range(5)]
    assert sum(rewards) == -1.0
    env.close()


def test_seek_avoid_ends_when_the_good_ones_are_gone():
    env = gym.make(SEEK_AVOID).unwrapped
    start = {"agent_x": 2.0, "agent_z": 3.0, "agent_yaw": 0.0}
    places = ((2.9, 3.0), (3.95, 3.0), (6.5, 1.0), (6.5, 5.0))
    for index, (x, z) in enumerate(places):
        start |= {f"object{index}_x": x, f"object{index}_z": z}
    env.reset(seed=0, options={"factors": start})
    total = 0.0
    for _ in range(6):
        _, reward, terminated, _, info = env.step(2)
        total += reward
        if terminated:
            break
    assert terminated and total == 2.0 and info["is_success"]
    env.close()


@pytest.mark.parametrize("shape", ["box", "ball"])
@pytest.mark.parametrize("good", [0.0, 0.3])
@pytest.mark.parametrize("bad", [0.31, 0.9])
def test_pick_color_pays_for_red_and_ends_with_it(shape, good, bad):
    env = gym.make(PICK_COLOR).unwrapped
    start = {"agent_x": 1.0, "agent_z": 3.0, "agent_yaw": 0.0}
    start |= {"object0_x": 4.0, "object0_z": 3.0, "object1_x": 2.2, "object1_z": 3.0}
    start |= {f"object{index}_shape": shape for index in range(2)}
    for colors, rewards in (((good, bad), [-1.0, 1.0]), ((bad, good), [1.0])):
        start |= {f"object{index}_color": color for index, color in enumerate(colors)}
        env.reset(seed=0, options={"factors": start})
        steps = [env.step(2)[1:] for _ in range(11)]
        ends = [index for index, step in enumerate(steps) if step[1]]
        paid = [step[0] for step in steps[: ends[0] + 1] if step[0]]
        assert paid == rewards
        assert steps[ends[0]][3]["is_success"] == (rewards == [1.0])
    env.close()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"flor": 0.5}, "did you mean 'floor'"),
        ({"floor": 1.5}, r"factor 'floor' cannot be 1.5; allowed: 0 to 1"),
        ({"floor": float("nan")}, "factor 'floor' cannot be nan"),
        ({"floor": "red"}, "factor 'floor' cannot be 'red'"),
        ({"object_shape": "bal"}, "allowed: one of box, ball, cone"),
        ({"object_bearing": 0.0}, "cannot be set"),
        ({"agent_x": 3.0, "agent_z": 2.0, "object_x": 3.1, "object_z": 2.0}, "stand inside"),
    ],
)
def test_wrong_settings_are_named(setting, message):
    env = gym.make(GO_TO_OBJECT).unwrapped
    with pytest.raises(ValueError, match=message):
        env.reset(seed=0, options={"factors": setting})
    with pytest.raises(ValueError, match=message):
        env.sample_factors(fixed=setting)
    env.close()


def _random(env, _values, rng):
    return int(rng.integers(3))


def _towards(env, values, _rng):
    bearing = values["object_bearing"]
    return 2 if abs(bearing) < 0.2 else (0 if bearing > 0 else 1)


def _seek(env, values, _rng):
    """Head for the nearest good object, pushed aside by the bad ones on the way."""
    there = [name for name in env.unwrapped.task.objects if values[f"{name}_present"]]
    if env.unwrapped.task.good_colors:
        good = [name for name in there if values[f"{name}_color"] < 0.5]
    else:
        good = [name for name in there if values[f"{name}_shape"] in ("box", "ball")]
    goal = min(good, key=lambda name: values[f"{name}_distance"])
    way = np.exp(1j * values[f"{goal}_bearing"])
    for name in set(there) - set(good):
        distance = values[f"{name}_distance"]
        if distance < min(1.6, values[f"{goal}_distance"] + 0.5):
            away = np.exp(1j * values[f"{name}_bearing"])
            side = 1j if (way * np.conj(away)).imag > 0 else -1j
            way += 1.5 * (1.6 - distance) * away * (side - 1)
    bearing = np.angle(way)
    return 2 if abs(bearing) < 0.2 else (0 if bearing > 0 else 1)


def _mean_return(task, policy, episodes=120):
    env = gym.make(task, domain="source")
    env.unwrapped.drawing = False
    rng = np.random.default_rng(0)
    total = 0.0
    for seed in range(episodes):
        _, info = env.reset(seed=seed)
        over = False
        while not over:
            action = policy(env, info["factors"], rng)
            _, reward, terminated, truncated, info = env.step(action)
            total += reward
            over = terminated or truncated
    env.close()
    return total / episodes


@pytest.mark.parametrize(
    ("task", "best", "able"),
    [(TASKS[0], 1.0, _towards), (TASKS[1], 2.0, _seek), (TASKS[2], 1.0, _seek)],
)
def test_chance_scores_little_and_true_factors_much(task, best, able):
    assert _mean_return(task, _random) <= 0.1 * best
    assert _mean_return(task, able) >= 0.9 * best
