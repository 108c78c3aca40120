"""Putting batched rooms into settings, and drawing settings, as single environments do."""

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from darla_envs.description.domain import Domain
from darla_envs.description.domains import find_domain
from darla_envs.description.shapes import HEIGHT, RADIUS
from darla_envs.description.tasks import GO_TO_OBJECT, PICK_COLOR, SEEK_AVOID, Task, find_task
from darla_envs.description.view import find_view
from darla_envs.description.world_factors import AGENT_RADIUS
from darla_envs.rooms.look_table import draw_look, look_table
from darla_envs.rooms.room_worlds import RoomWorlds
from darla_envs.rooms.setting_rows import OBJECTS, SettingRows
from darla_envs.rooms.visible import camera_of, visible_fraction
from oracle.layout import look_from
from oracle.visibility import visible_fractions
from oracle.world import make as make_oracle

TASKS = (GO_TO_OBJECT, SEEK_AVOID, PICK_COLOR)


def world(task: str, domain: Any = "d_u") -> Any:
    env = make_oracle(task, domain=domain)
    env.drawing = False
    return env


def factors_of(worlds: RoomWorlds, index: int) -> dict[str, Any]:
    factors = worlds.infos(np.array([index]))["factors"]
    return {name: values[0] for name, values in factors.items() if not name.startswith("_")}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("domain", ["source", "d_u", "new_field_of_view"])
@pytest.mark.parametrize("in_view", [None, 0.0, 0.6, 1.0])
def test_sampled_settings_are_those_of_the_loop(
    task: str, domain: str, in_view: float | None
) -> None:
    one, many = np.random.default_rng(4), np.random.default_rng(4)
    env, worlds = world(task, domain), RoomWorlds(task, 1, domain)
    expected = []
    for _ in range(30):
        visible = None if in_view is None else bool(one.random() < in_view)
        expected.append(env.sample_factors(in_view=visible, rng=one))
    rows = [worlds.sample_settings(many, count, in_view) for count in (7, 0, 23)]
    assert worlds.settings_from(np.concatenate(rows)) == expected
    assert one.bit_generator.state == many.bit_generator.state


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("in_view", [None, 0.6])
def test_settings_in_a_row_share_their_look(task: str, in_view: float | None) -> None:
    one, many = np.random.default_rng(4), np.random.default_rng(4)
    env, worlds = world(task), RoomWorlds(task, 1, "d_u")
    tints = [
        name
        for name, factor in env.factors.items()
        if factor.role == "look" and not factor.categories
    ]
    expected: list[Any] = []
    for index in range(11):
        fixed = {name: expected[-1][name] for name in tints} if index % 4 else {}
        visible = None if in_view is None else bool(one.random() < in_view)
        expected.append(env.sample_factors(fixed, in_view=visible, rng=one))
    rows = worlds.sample_settings(many, 11, in_view, per_look=4)
    assert worlds.settings_from(rows) == expected
    assert one.bit_generator.state == many.bit_generator.state
    assert len(np.unique(rows[:, 0])) == 3


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("in_view", [None, 0.6])
@pytest.mark.parametrize("named", [(), ("floor", "light")])
def test_states_are_shown_in_several_looks(
    task: str, in_view: float | None, named: tuple[str, ...]
) -> None:
    worlds = RoomWorlds(task, 1, "d_u")
    rng, same = np.random.default_rng(4), np.random.default_rng(4)
    rows = worlds.sample_settings(rng, 22, in_view, None, 3, 2, named)
    names = worlds.setting_names
    factors = [worlds.factors[name] for name in names]
    usual = [each.role == "look" and not each.categories for each in factors]
    in_look = np.array([name in named for name in names] if named else usual)
    for start in range(0, 22, 6):
        first, second = rows[start : start + 3], rows[start + 3 : start + 6]
        for look in (first, second):
            assert len(np.unique(look[:, in_look], axis=0)) == 1
        np.testing.assert_array_equal(first[: len(second), ~in_look], second[:, ~in_look])
        assert (first[0, in_look] != second[0, in_look]).all()
        assert len(np.unique(first[:, ~in_look], axis=0)) == 3
    again = worlds.sample_settings(same, 12, in_view, None, 3, 2, named)
    np.testing.assert_array_equal(rows[:12], again)


def test_an_unknown_factor_of_the_look_is_named() -> None:
    worlds = RoomWorlds(GO_TO_OBJECT, 1, "d_u")
    with pytest.raises(ValueError, match="unknown factor of the look 'flor'; did you mean 'floor'"):
        worlds.sample_settings(np.random.default_rng(0), 4, look_factors=("flor",))


def test_looks_of_cases_cannot_be_kept() -> None:
    worlds = RoomWorlds(SEEK_AVOID, 1, "source_pairs")
    with pytest.raises(ValueError, match="'source_pairs' ties looks to shapes by its cases"):
        worlds.sample_settings(np.random.default_rng(0), 4, per_look=2)


@pytest.mark.parametrize("fixed", [{"agent_yaw": 0.5, "floor": 0.3}, {"object0_x": 2.0}])
def test_sampled_settings_keep_what_is_fixed(fixed: dict[str, float]) -> None:
    one, many = np.random.default_rng(1), np.random.default_rng(1)
    env, worlds = world(SEEK_AVOID), RoomWorlds(SEEK_AVOID, 1, "d_u")
    one.random()
    expected = env.sample_factors(fixed, in_view=True, rng=one)
    assert worlds.settings_from(worlds.sample_settings(many, 1, 1.0, fixed)) == [expected]


@pytest.mark.parametrize("task", TASKS)
def test_things_keep_clear_of_what_stands_in_a_given_place(task: str) -> None:
    worlds = RoomWorlds(task, 1, "d_u")
    names = worlds.setting_names
    where = [names.index(name) for name in names if name.endswith(("_x", "_z"))]
    rng = np.random.default_rng(0)
    for _ in range(40):
        centre = {"agent_x": rng.uniform(2, 4), "agent_z": rng.uniform(2, 4)}
        rows = worlds.sample_settings(rng, 5, None, centre)  # no error: nothing overlaps
        places = rows[:, where].reshape(len(rows), -1, 2)
        apart = np.linalg.norm(places[:, 1:] - places[:, :1], axis=2)
        assert apart.min() >= RADIUS + AGENT_RADIUS - 1e-9
        worlds.reset(np.array([0]), [0], [centre])


def test_partners_that_cannot_show_an_object_are_left_to_chance() -> None:
    worlds, rng = RoomWorlds(GO_TO_OBJECT, 1, "d_u"), np.random.default_rng(0)
    pose = ("agent_x", "agent_z", "agent_yaw")
    rows = worlds.sample_settings(rng, 4000, 0.5, None, per_look=2, look_factors=pose)
    kept = [worlds.setting_names.index(name) for name in pose]
    np.testing.assert_array_equal(rows[0::2, kept], rows[1::2, kept])


def test_settings_that_cannot_be_sampled_are_named_as_in_single_environments() -> None:
    env, worlds = world(GO_TO_OBJECT), RoomWorlds(GO_TO_OBJECT, 1, "d_u")
    hidden = {"agent_x": 1.0, "agent_z": 2.0, "agent_yaw": 0.0, "object_x": 4.0, "object_z": 2.0}
    inside = {**hidden, "object_x": 1.1}
    for fixed in (hidden, inside):
        with pytest.raises(ValueError) as wanted:
            env.sample_factors(fixed, in_view=False, rng=np.random.default_rng(0))
        with pytest.raises(ValueError) as got:
            worlds.sample_settings(np.random.default_rng(0), 3, 0.0, fixed)
        assert str(got.value) == str(wanted.value)


@pytest.mark.parametrize("task", TASKS)
def test_resets_put_worlds_into_settings(task: str) -> None:
    env, worlds = world(task), RoomWorlds(task, 3, "d_u")
    whole = env.sample_factors(rng=np.random.default_rng(0))
    part = {"floor": 0.25, "agent_yaw": 7.0}
    worlds.reset(np.arange(3), [1, 2, 3], [whole, part, {}])
    for index, setting in enumerate((whole, part, {})):
        _, info = env.reset(seed=index + 1, options={"factors": setting})
        assert factors_of(worlds, index) == info["factors"]


@pytest.mark.parametrize("task", TASKS)
def test_rows_lead_where_dictionaries_lead(task: str) -> None:
    env, worlds = world(task), RoomWorlds(task, 4, "d_u")
    everyone = np.arange(4)
    rows = worlds.sample_settings(np.random.default_rng(0), 4)
    rows[2, OBJECTS:] = np.nan
    worlds.reset(everyone, [0, 1, 2, 3])
    worlds.reset_to(everyone, rows)
    settings = worlds.settings_from(rows)
    assert [len(setting) for setting in settings].count(OBJECTS) == 1
    for index, setting in enumerate(settings):
        env.reset(seed=index)
        assert factors_of(worlds, index) == env.reset(options={"factors": setting})[1]["factors"]


@pytest.mark.parametrize(
    "setting",
    [
        {"flor": 0.5},
        {"floor": 1.5},
        {"floor": math.nan},
        {"floor": "red"},
        {"object_shape": "bal"},
        {"object_bearing": 0.0},
        {"agent_x": 3.0, "agent_z": 2.0, "object_x": 3.1, "object_z": 2.0},
    ],
)
def test_wrong_settings_are_named_as_in_single_environments(setting: dict[str, Any]) -> None:
    env, worlds = world(GO_TO_OBJECT), RoomWorlds(GO_TO_OBJECT, 2)
    worlds.reset(np.arange(2), [0, 0])
    before = worlds.state.agents.copy()
    with pytest.raises(ValueError) as wanted:
        env.reset(seed=0, options={"factors": setting})
    with pytest.raises(ValueError) as got:
        worlds.reset(np.arange(2), [0, 0], [{}, setting])
    assert str(got.value) == str(wanted.value)
    np.testing.assert_array_equal(worlds.state.agents, before)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("floor", 1.5, "factor 'floor' of row 1 cannot be 1.5; allowed: 0 to 1"),
        ("object_shape", 3.0, "allowed: an index, 0 to 2"),
        ("object_shape", 0.5, "factor 'object_shape' of row 1 cannot be 0.5"),
        ("agent_yaw", math.inf, "factor 'agent_yaw' of row 1 cannot be inf"),
    ],
)
def test_wrong_rows_are_named(name: str, value: float, message: str) -> None:
    worlds = RoomWorlds(GO_TO_OBJECT, 2)
    rows = worlds.sample_settings(np.random.default_rng(0), 2)
    rows[1, worlds.setting_names.index(name)] = value
    with pytest.raises(ValueError, match=message):
        worlds.reset_to(np.arange(2), rows)
    with pytest.raises(ValueError, match=r"an array \(n, 11\), one column for each of floor"):
        worlds.reset_to(np.arange(2), rows[:, 1:])
    with pytest.raises(ValueError, match="1 settings were given for 2 worlds"):
        worlds.reset_to(np.arange(2), rows[:1])


def test_worlds_survive_pickling() -> None:
    worlds = RoomWorlds(SEEK_AVOID, 2, "d_u")
    worlds.reset(np.arange(2), [0, 1])
    again = pickle.loads(pickle.dumps(worlds))
    for each in (worlds, again):
        each.step(np.arange(2), np.array([2, 0]))
        each.reset(np.array([1]))
    for index in range(2):
        assert factors_of(worlds, index) == factors_of(again, index)


numbers = st.floats(0.2, 1.0)
intervals = st.lists(
    st.one_of(st.tuples(numbers, numbers).map(sorted).map(tuple), numbers.map(lambda x: (x, x))),
    min_size=1,
    max_size=9,
).map(tuple)
surfaces = {name: intervals for name in ("floor", "wall", "ceiling", "light", "object_color")}


def looks_of(task: Task) -> st.SearchStrategy[dict[str, Any]]:
    shapes = st.lists(st.sampled_from(task.shapes), min_size=1, max_size=5).map(tuple)
    return st.fixed_dictionaries({}, optional={**surfaces, "object_shape": shapes})


@pytest.mark.parametrize("task_id", [SEEK_AVOID, PICK_COLOR])
@given(st.data(), st.integers(0, 2**32))
@hypothesis_settings(max_examples=150)
def test_looks_are_those_of_the_domain(task_id: str, data: st.DataObject, seed: int) -> None:
    task = find_task(task_id)
    look = data.draw(looks_of(task), "look")
    cases = data.draw(st.lists(looks_of(task), max_size=3), "cases")
    domain = find_domain(task_id, Domain("any", look, tuple(cases)))
    table, rows = look_table(domain, task), SettingRows(task.describe_factors())
    rng = np.random.default_rng(seed)
    for _ in range(3):
        u = rng.random(5 + 2 * len(task.objects))
        row = np.full(len(rows.names), np.nan)
        draw_look(u, table, row)
        expected = look_from(u, domain, task.objects, task.preferred_shapes, task.preferred_colors)
        assert rows.to_settings(row[None]) == [expected]


@given(st.integers(0, 2**32), st.floats(0.5, 4.0), st.floats(-math.pi, math.pi))
@hypothesis_settings(max_examples=200)
def test_visible_shares_are_those_of_single_environments(
    seed: int, width: float, yaw: float
) -> None:
    rng = np.random.default_rng(seed)
    view = find_view(find_task(SEEK_AVOID), {})
    camera = camera_of(view)
    objects, present = rng.uniform(-width, width, (5, 2)), rng.random(5) < 0.8
    there = np.flatnonzero(present)
    expected = visible_fractions(
        np.array([0.1, camera.height, 0.2]),
        view.direction(yaw),
        camera.tangent,
        objects[there],
        RADIUS,
        HEIGHT,
    )
    found = [visible_fraction(camera, 0.1, 0.2, yaw, objects, present, i) for i in there]
    assert found == expected.tolist()
