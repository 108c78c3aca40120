"""A task of one's own, added as envs/README.md says, is one like ours in everything."""

import re
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

import darla_envs
from darla.collection.batched_chunks import make_chunk_maker
from darla.collection.collect import CollectConfig
from darla_envs.description.domain import Domain
from darla_envs.description.domains import find_domain, register_domain
from darla_envs.description.layout import Spacing
from darla_envs.description.tasks import TASKS, Task
from darla_envs.suites import RoomSuite, suite_of

README = Path(__file__).parents[2] / "envs/README.md"
CORRIDOR = "Mine/Corridor-v0"


@pytest.fixture(scope="module", autouse=True)
def corridor():
    """Run the example of "Add a task" to the letter."""
    section = README.read_text().split("## Add a task\n")[1].split("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    exec(code, {})
    yield
    TASKS._known.pop(CORRIDOR), gym.registry.pop(CORRIDOR)


def test_it_is_one_of_ours():
    assert type(suite_of(CORRIDOR)) is RoomSuite
    assert CORRIDOR in TASKS


def test_it_has_the_usual_domains():
    suite = suite_of(CORRIDOR)
    of_its_own = {"validation", "new_shape", "source_pairs", "held_out_pairs"}
    ours = suite_of(darla_envs.GO_TO_OBJECT).domains()
    assert suite.domains() == [name for name in ours if name not in of_its_own]
    assert suite.unsupervised == "d_u"
    assert "new_wall" in suite.targets()


@pytest.mark.parametrize("domain", ["source", "d_u", "new_wall", "textured"])
def test_gymnasium_makes_one_and_many_that_show_the_same(domain):
    env, many = gym.make(CORRIDOR, domain=domain), gym.make_vec(CORRIDOR, 3, domain=domain)
    assert env.observation_space == many.single_observation_space
    alone, info = env.reset(seed=2)
    together, infos = many.reset(seed=2)
    assert np.abs(alone.astype(float) - together[0]).mean() < 0.5
    assert info["factors"]["object1_x"] == infos["factors"]["object1_x"][0]
    for action in (2, 0, 2, 2):
        _, reward, terminated, truncated, info = env.step(action)
        _, rewards, ends, cuts, infos = many.step(np.full(3, action))
        assert (reward, terminated, truncated) == (rewards[0], ends[0], cuts[0])
        assert info["factors"]["agent_x"] == infos["factors"]["agent_x"][0]
    env.close(), many.close()


def test_batches_show_pictures_or_factors_also_in_other_processes():
    suite = suite_of(CORRIDOR)
    for observing in ("pictures", "factors"):
        here, there = (
            suite.batch(2, "new_floor", observing=observing, workers=workers) for workers in (0, 1)
        )
        np.testing.assert_array_equal(here.reset([1, 2]).frames, there.reset([1, 2]).frames)
        here.close(), there.close()


def test_frames_are_collected_from_it():
    config = CollectConfig(
        env=CORRIDOR, domain="d_u", num_frames=40, chunk_size=40, size=(32,), workers=1, imports=()
    )
    maker = make_chunk_maker(config)
    chunk = maker.make(0)
    assert maker.attributes["renderer"] == "batched"
    assert chunk.frames.shape == (40, 32, 32, 3)
    assert {"object0_color", "object1_x"} <= set(maker.attributes["factors"])
    maker.close()


def test_its_steps_are_its_own():
    env = gym.make(CORRIDOR)
    env.reset(seed=0)
    ends = [env.step(0)[3] for _ in range(60)]
    assert ends.index(True) == 59
    env.close()


def test_a_domain_can_be_added_to_it():
    dusk = Domain("dusk", {"light": ((0.4, 0.4),)})
    register_domain(CORRIDOR, dusk)
    assert find_domain(CORRIDOR, "dusk").look["light"] == ((0.4, 0.4),)
    assert "dusk" in suite_of(CORRIDOR).targets()


def make(**changes):
    given = {
        "task_id": "Mine/Odd-v0",
        "objects": ("object",),
        "shapes": ("box",),
        "preferred_shapes": (("box",),),
        "good_shapes": ("box",),
        "collects": False,
        "room_size": (6.0, 6.0),
        "start": Spacing(objects=0.0, agent=1.0),
        "max_episode_steps": 10,
        "reach": 1.0,
    }
    return Task(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shapes": ("bax",)}, "unknown shape of Mine/Odd-v0 'bax'; did you mean 'box'"),
        ({"good_shapes": ("ball",)}, "unknown shape of Mine/Odd-v0 'ball'"),
        ({"objects": ("one", "two")}, "has 2 objects and preferred shapes of 1"),
        ({"domains": (Domain("d_u"),)}, "has no domain 'source'"),
    ],
)
def test_what_is_wrong_with_a_task_is_said(changes, message):
    with pytest.raises(ValueError, match=message):
        make(**changes)


def test_a_name_must_stand_for_a_task_of_that_id():
    with pytest.raises(ValueError, match="'Mine/Other-v0' must stand for a Task"):
        TASKS.register("Mine/Other-v0", make())
