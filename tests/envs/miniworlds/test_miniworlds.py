"""Batched MiniWorld worlds live through the episodes of single MiniWorld environments."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from darla_envs.description.look import Look
from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.make import make_batched, make_vector_env
from darla_envs.miniworlds.miniworlds import MiniWorlds
from darla_envs.single.shifted_look import ShiftedLook
from miniworld_gallery import GALLERY
from parity import measures

SMALL = {"obs_width": 16, "obs_height": 12}
CASES = [
    ("CollectHealth", {}),
    ("FourRooms", {"domain_rand": True}),
    ("MazeS3Fast", {}),
    ("PickupObjects", {"domain_rand": True}),
    ("PutNext", {}),
    ("PutNext", {"domain_rand": True}),
    ("Sidewalk", {}),
    ("Sign", {"goal": 1}),
    ("YMaze", {"domain_rand": True}),
]


def state_of(env):
    """Return all that an environment's next step depends on, and what looks."""
    world = env.unwrapped
    entities = [(type(each).__name__, list(each.pos), each.dir) for each in world.entities]
    carrying = world.agent.carrying
    carried = world.entities.index(carrying) if carrying in world.entities else None
    looks = [np.asarray(value).tolist() for value in (world.sky_color, world.light_color)]
    random = world.np_random.bit_generator.state
    return entities, carried, world.step_count, world.wall_segs.tolist(), looks, random


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_each_world_is_a_single_environment(name, kwargs):
    env_id = f"MiniWorld-{name}-v0"
    worlds = MiniWorlds(env_id, 2, num_threads=1, env_kwargs=kwargs, **SMALL)
    stock = [gym.make(env_id, window_width=16, window_height=12, **SMALL, **kwargs) for _ in "12"]
    both, rng = np.arange(2), np.random.default_rng(1)
    worlds.reset(both, [3, 4])
    for index, env in enumerate(stock):
        env.reset(seed=3 + index)
    # Often forwards, and often picking up where that is possible.
    weights = np.array([2, 1, 4, 1, 3, 1, 1, 1])[: worlds.action_space.n].astype(float)
    for _ in range(150):
        actions = rng.choice(len(weights), size=2, p=weights / weights.sum())
        outcomes = worlds.step(both, actions)
        infos = worlds.infos(both)
        for row, env in enumerate(stock):
            _, reward, terminated, truncated, info = env.step(int(actions[row]))
            assert outcomes.rewards[row] == reward
            assert (outcomes.terminated[row], outcomes.truncated[row]) == (terminated, truncated)
            assert set(infos) == {*info, *(f"_{key}" for key in info)}
            for key, value in info.items():
                np.testing.assert_array_equal(infos[key][row], value)
            assert state_of(worlds.envs[row]) == state_of(env)
            if terminated or truncated:
                worlds.reset(np.array([row]))
                env.reset()
                assert state_of(worlds.envs[row]) == state_of(env)
    for each in (worlds, *stock):
        each.close()


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_the_vector_environment_is_gymnasiums(mode):
    name = "MiniWorld-Sign-v0"
    ours = make_vector_env(name, 2, autoreset_mode=mode, max_episode_steps=4, num_threads=1)
    single = [lambda: gym.make(name, max_episode_steps=4, window_width=80, window_height=60)] * 2
    theirs = SyncVectorEnv(single, autoreset_mode=mode)
    assert ours.single_observation_space == theirs.single_observation_space
    assert ours.observation_space == theirs.observation_space
    seen, expected = ours.reset(seed=1), theirs.reset(seed=1)
    for step in range(9):
        pictures = np.stack([seen[0]["obs"], expected[0]["obs"]], axis=1)
        assert measures(pictures)[0] < 3.5
        np.testing.assert_array_equal(seen[0]["goal"], expected[0]["goal"])
        actions = np.array([step % 3, 2])
        seen, expected = ours.step(actions), theirs.step(actions)
        for mine, other in zip(seen[1:4], expected[1:4], strict=True):
            np.testing.assert_array_equal(mine, other)
        assert set(seen[4]) == set(expected[4])
    ours.close()
    theirs.close()


def test_workers_show_the_same():
    def play(workers):
        envs = make_vector_env(
            "MiniWorld-TMaze-v0",
            3,
            workers=workers,
            num_threads=1,
            domain={"floor": [0.2, 0.9, 0.2]},
            env_kwargs={"domain_rand": True},
            **SMALL,
        )
        frames = [envs.reset(seed=2)[0]]
        for step in range(4):
            observation, *_, infos = envs.step(np.array([2, step % 2, 2]))
            frames.append(observation)
        envs.close()
        return np.stack(frames), infos["goal_pos"]

    for here, there in zip(play(0), play(2), strict=True):
        np.testing.assert_array_equal(here, there)


def test_a_look_is_that_of_shifted_look():
    look = {
        "floor": (0.3, 0.4, 1.0),
        "wall": (1.0, 0.5, 0.5),
        "ceiling": (0.9, 1.0, 0.2),
        "objects": (0.9, 0.2, 0.8),
        "sky": (0.5, 0.1, 0.1),
        "light": 0.7,
    }
    name = "MiniWorld-PickupObjects-v0"
    stock = gym.make(name)
    shifted = ShiftedLook(stock, **look)
    worlds = MiniWorlds(name, 1, num_threads=1)
    here = np.array([0])
    worlds.reset(here, [0])
    drawn = np.empty((1, 60, 80, 3), np.uint8)
    worlds.draw(here, drawn)
    plain = drawn.copy()
    worlds.set_domain(Look(**look))
    worlds.step(here, np.array([0]))
    worlds.draw(here, drawn)
    assert measures(np.stack([drawn, plain], axis=1))[0] < 30  # from the next reset on
    pairs = []
    for seed in range(4):
        expected, _ = shifted.reset(seed=seed)
        worlds.reset(here, [seed])
        for action in (2, 2, 0, 0, 2, 4):
            expected = shifted.step(action)[0]
            worlds.step(here, np.array([action]))
            worlds.draw(here, drawn)
            pairs.append([expected, drawn[0].copy()])
    mean, share, worst = measures(np.array(pairs))
    assert mean < 1.5 and share > 0.98 and worst < 3
    worlds.set_domain("source")
    worlds.reset(here, [0])
    worlds.draw(here, drawn)
    np.testing.assert_array_equal(drawn, plain)
    shifted.close()
    worlds.close()


def test_the_projects_own_tasks_are_miniworlds_too():
    ours = MiniWorlds(GO_TO_OBJECT, 2, num_threads=1, obs_width=64, obs_height=64)
    rooms = make_batched(GO_TO_OBJECT, 2, num_threads=1, autoreset_mode="Disabled").worlds
    both, drawn = np.arange(2), np.empty((2, 2, 64, 64, 3), np.uint8)
    ours.reset(both, [1, 2], [{"floor": 0.3}, {}])
    rooms.reset(both, [1, 2], [{"floor": 0.3}, {}])
    for _ in range(5):
        ours.draw(both, drawn[0])
        rooms.draw(both, drawn[1])
        assert measures(drawn.swapaxes(0, 1))[0] < 0.5
        actions = np.array([2, 0])
        for mine, other in zip(
            vars(ours.step(both, actions)).values(),
            vars(rooms.step(both, actions)).values(),
            strict=True,
        ):
            np.testing.assert_array_equal(mine, other)
        factors = ours.infos(both)["factors"]["agent_x"], rooms.infos(both)["factors"]["agent_x"]
        np.testing.assert_allclose(*factors)
    ours.close()
    rooms.close()


def test_episodes_can_be_shorter():
    worlds = MiniWorlds("MiniWorld-OneRoom-v0", 1, max_episode_steps=3, num_threads=1, **SMALL)
    here = np.array([0])
    worlds.reset(here, [0])
    ends = [bool(worlds.step(here, np.array([0])).truncated[0]) for _ in range(3)]
    assert ends == [False, False, True]
    worlds.close()


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match="did you mean 'MiniWorld-Maze-v0'"):
        make_batched("MiniWorld-Mazes-v0", 1)
    with pytest.raises(ValueError, match=r"CartPole-v1 is no MiniWorld environment"):
        MiniWorlds("CartPole-v1", 1)
    with pytest.raises(ValueError, match="CartPole-v1 is no MiniWorld environment"):
        make_batched("CartPole-v1", 1)
    with pytest.raises(ValueError, match=r"cannot be made with .*'colour'"):
        make_batched("MiniWorld-Maze-v0", 1, env_kwargs={"colour": 1})
    with pytest.raises(ValueError, match="takes no env_kwargs"):
        make_batched(GO_TO_OBJECT, 1, env_kwargs={"domain_rand": True})
    with pytest.raises(ValueError, match="no domain 'new_flor'; did you mean 'new_floor'"):
        make_batched("MiniWorld-OneRoom-v0", 1, domain="new_flor")
    worlds = MiniWorlds("darla_envs.stock:MiniWorld-OneRoom-v0", 1, num_threads=1)
    here = np.array([0])
    with pytest.raises(ValueError, match="world 0 cannot act yet; reset it first"):
        worlds.step(here, here)
    with pytest.raises(ValueError, match="did you mean 'floor'"):
        worlds.set_domain({"flor": (1, 1, 1)})
    with pytest.raises(ValueError, match=r"floor must be three numbers in \[0, 1\]"):
        worlds.set_domain({"floor": (1, 1, 2)})
    with pytest.raises(ValueError, match="has no factors"):
        worlds.reset(here, None, [{"floor": 0.1}])
    worlds.close()


def test_environments_of_ones_own_are_batched():
    envs = make_vector_env(GALLERY, 2, num_threads=1)
    assert envs.single_observation_space.shape == (60, 80, 3)
    frames, _ = envs.reset(seed=0)
    assert frames.std() > 10
    envs.close()
