"""Batched rooms live through exactly the episodes of single environments."""

import subprocess
import sys
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from darla_envs.description.domain import Domain, point, without
from darla_envs.description.tasks import GO_TO_OBJECT, PICK_COLOR, SEEK_AVOID
from darla_envs.rooms.room_worlds import RoomWorlds
from oracle.factor_observation import OracleObservation
from oracle.world import make as make_oracle

MIXED = Domain(
    "mixed",
    {"floor": without((0.2, 0.4), (0.5, 0.9)), "light": ((0.3, 0.3), (0.7, 0.7), (0.9, 0.9))},
    (
        {"wall": ((0.1, 0.2), (0.8, 0.8)), "object_shape": ("cone", "box")},
        {"object_color": point(0.4), "object_shape": ("ball",)},
        {"ceiling": without((0.1, 0.9))},
    ),
)
SHIFTED = Domain(
    "shifted",
    textures={"floor": "wood"},
    camera={"height": 0.6, "pitch": 5.0, "field_of_view": 60.0},
)
CASES = [
    (GO_TO_OBJECT, "source"),
    (GO_TO_OBJECT, "d_u"),
    (GO_TO_OBJECT, MIXED),
    (SEEK_AVOID, "source"),
    (SEEK_AVOID, "d_u"),
    (SEEK_AVOID, "source_pairs"),
    (SEEK_AVOID, "held_out_pairs"),
    (SEEK_AVOID, MIXED.to_dict()),
    (GO_TO_OBJECT, "source_pairs"),
    (SEEK_AVOID, SHIFTED),
    (PICK_COLOR, "d_u"),
    (PICK_COLOR, Domain("any", {"object_color": ((0.2, 0.7),)})),
]
Report = tuple[dict[str, Any], bool]


def rows_of(infos: dict[str, Any]) -> list[Report]:
    """Take vector infos apart: factors and success of each world."""
    factors = infos["factors"]
    names = [name for name in factors if not name.startswith("_")]
    assert all(factors[f"_{name}"].all() for name in names)
    assert infos["_factors"].all() and infos["_is_success"].all()
    count = len(infos["is_success"])
    return [
        ({name: factors[name][row] for name in names}, bool(infos["is_success"][row]))
        for row in range(count)
    ]


def single(task: str, domain: Any, **kwargs: Any) -> gym.Env[Any, Any]:
    # The wrapper also turns drawing off.
    return OracleObservation(make_oracle(task, domain=domain, **kwargs))


class Singles:
    """Single environments that start their next episode when one is over."""

    def __init__(self, worlds: RoomWorlds, domain: Any) -> None:
        steps = worlds.max_episode_steps
        self.worlds = worlds
        self.envs = [single(worlds.task.task_id, domain) for _ in range(worlds.num_worlds)]
        for env in self.envs:
            env.unwrapped.max_episode_steps = steps

    def check(self, chosen: np.ndarray, seen: list[tuple[np.ndarray, dict[str, Any]]]) -> None:
        """Compare what single environments returned with the chosen worlds."""
        reports = rows_of(self.worlds.infos(chosen))
        assert reports == [(info["factors"], info["is_success"]) for _, info in seen]
        observed = np.stack([observation for observation, _ in seen])
        np.testing.assert_array_equal(self.worlds.factor_observations(chosen), observed)

    def reset(self, chosen: np.ndarray, seeds: list[int | None] | None = None) -> None:
        self.worlds.reset(chosen, seeds)
        given = seeds or [None] * len(chosen)
        pairs = zip(chosen, given, strict=True)
        self.check(chosen, [self.envs[world].reset(seed=seed) for world, seed in pairs])

    def step(self, chosen: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """Step both, compare, and return which worlds' episodes are over."""
        outcomes = self.worlds.step(chosen, actions)
        pairs = zip(chosen, actions, strict=True)
        steps = [self.envs[world].step(int(action)) for world, action in pairs]
        for column, got in (
            (1, outcomes.rewards),
            (2, outcomes.terminated),
            (3, outcomes.truncated),
        ):
            assert got.tolist() == [step[column] for step in steps]
        self.check(chosen, [(step[0], step[4]) for step in steps])
        return chosen[outcomes.terminated | outcomes.truncated]


@pytest.mark.parametrize(("task", "domain"), CASES)
def test_episodes_are_those_of_single_environments(task: str, domain: Any) -> None:
    rng = np.random.default_rng(0)
    worlds = RoomWorlds(task, 4, domain, max_episode_steps=25)
    both = Singles(worlds, domain)
    everyone, episodes = np.arange(4), 0
    both.reset(everyone, [3, 2**40, 0, 11])
    while episodes < 24:
        chosen = np.flatnonzero(rng.random(4) < 0.8)
        over = both.step(chosen, rng.choice(3, len(chosen), p=[0.15, 0.15, 0.7]))
        if len(over):
            both.reset(over, [int(rng.integers(99)), *[None] * (len(over) - 1)])
        episodes += len(over)


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID, PICK_COLOR])
def test_going_for_objects_is_the_same(task: str) -> None:
    """Random actions seldom touch anything, so go where the nearest object is."""
    worlds = RoomWorlds(task, 6, "d_u")
    both = Singles(worlds, "d_u")
    everyone, ends, gone = np.arange(6), 0, 0
    both.reset(everyone, list(range(6)))
    while ends < 18:
        seen = worlds.factor_observations(everyone)
        actions = np.where(seen[:, 6] > 0.93, 2, np.where(seen[:, 5] > 0, 0, 1))
        over = both.step(everyone, actions)
        gone += int((~worlds.state.present).sum())
        if len(over):
            both.reset(over)
        ends += len(over)
    assert (gone > 0) == (task != GO_TO_OBJECT)


def test_a_domain_can_be_changed_for_later_episodes() -> None:
    worlds = RoomWorlds(GO_TO_OBJECT, 2)
    env = single(GO_TO_OBJECT, "all_three")
    first, both = np.array([0]), np.arange(2)
    worlds.reset(both, [5, 6])
    worlds.set_domain("all_three")
    assert worlds.domain == env.unwrapped.domain
    assert rows_of(worlds.infos(both))[1][0]["floor"] == 0.15
    worlds.reset(first, [5])
    assert rows_of(worlds.infos(first)) == [(env.reset(seed=5)[1]["factors"], False)]
    with pytest.raises(ValueError, match="did you mean 'new_floor'"):
        worlds.set_domain("new_flor")
    with pytest.raises(ValueError, match=r"factor 'floor' cannot be 2\.0"):
        worlds.set_domain(Domain("bright", {"floor": point(2.0)}))
    with pytest.raises(ValueError, match="leaves 'floor' no value"):
        worlds.set_domain(Domain("none", {"floor": ()}))
    assert worlds.domain == env.unwrapped.domain


def test_unseeded_worlds_differ() -> None:
    worlds = RoomWorlds(GO_TO_OBJECT, 3)
    worlds.reset(np.arange(3))
    assert len({tuple(row) for row in worlds.state.agents}) == 3


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_rooms_are_painted_as_in_single_environments(task: str) -> None:
    worlds = RoomWorlds(task, 3, "d_u")
    env = single(task, "d_u").unwrapped
    worlds.reset(np.arange(3), [0, 1, 2])
    state = worlds.state
    for world in range(3):
        env.reset(seed=world)
        np.testing.assert_array_equal(state.floors[world], env.rooms[0].floor_tint)
        np.testing.assert_array_equal(state.ceilings[world], env.rooms[0].ceiling_tint)
        np.testing.assert_array_equal(state.walls[world], env.rooms[0].wall_tints)
        np.testing.assert_array_equal(state.lights[world] * env.task.diffuse, env.light_color[0])
        for index, name in enumerate(env.objects):
            thing = env._things[name]
            np.testing.assert_array_equal(state.objects[world, index], thing.pos[[0, 2]])
            np.testing.assert_array_equal(state.object_colors[world, index], thing.tint)
            assert env.shapes[state.object_shapes[world, index]] == thing.shape


@pytest.mark.parametrize(
    ("chosen", "actions", "message"),
    [
        ([0, 2], [1, 3], r"world 2 cannot do action .*3.*; allowed"),
        ([0, 2], [-1, 0], "world 0 cannot do action"),
        ([0, 2], [0.0, 1.0], "allowed: the integers"),
        ([0, 2], [0], "1 actions were given for 2 worlds"),
        ([0, 1], [0, 0], "world 1 cannot act yet; reset it first"),
    ],
)
def test_wrong_actions_are_named(chosen: list[int], actions: list[Any], message: str) -> None:
    worlds = RoomWorlds(GO_TO_OBJECT, 3)
    worlds.reset(np.array([0, 2]), [0, 0])
    with pytest.raises(ValueError, match=message):
        worlds.step(np.array(chosen), np.array(actions))
    assert worlds.state.steps.tolist() == [0, -1, 0]


def test_wrong_worlds_and_names_are_said() -> None:
    with pytest.raises(ValueError, match="did you mean 'Darla/GoToObject-v0'"):
        RoomWorlds("Darla/GotoObject-v0", 1)
    with pytest.raises(ValueError, match="unknown domain"):
        RoomWorlds(GO_TO_OBJECT, 1, "sauce")
    worlds = RoomWorlds(GO_TO_OBJECT, 2)
    with pytest.raises(IndexError, match="worlds 0 to 1"):
        worlds.reset(np.array([2]))
    with pytest.raises(ValueError, match="1 seeds were given for 2 worlds"):
        worlds.reset(np.arange(2), [1])
    worlds.reset(np.array([], dtype=np.int64))
    assert worlds.infos(np.array([], dtype=np.int64))["is_success"].shape == (0,)


def test_rooms_need_neither_miniworld_nor_opengl() -> None:
    code = """
import sys
import numpy as np
from darla_envs.rooms.room_worlds import RoomWorlds
worlds = RoomWorlds("Darla/SeekAvoid-v0", 2, "d_u")
worlds.reset(np.arange(2))
worlds.step(np.arange(2), np.array([0, 2]))
worlds.infos(np.arange(2))
assert not {"miniworld", "pyglet"} & {module.partition(".")[0] for module in sys.modules}
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
