"""One batch in this process: what it calls, whose memory it uses, what it refuses."""

import numpy as np
import pytest
from gymnasium import error
from gymnasium.vector import AutoresetMode

from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.frame_slots import FrameSlots
from toy_worlds import HEIGHT, WIDTH, ToyWorlds

N = 4
SEEDS = [0, 1, 2, 3]  # their first episodes are 2, 3, 4 and 5 steps long
ACTIONS = np.zeros(N, dtype=np.int64)


def make(mode: AutoresetMode = AutoresetMode.SAME_STEP, **options: bool) -> BatchedEnvs:
    return BatchedEnvs(ToyWorlds(N), mode, **options)


def calls(envs: BatchedEnvs) -> list[tuple[str, int]]:
    """Return the calls to the worlds since the last time that they were asked for."""
    assert isinstance(envs.worlds, ToyWorlds)
    made, envs.worlds.calls = envs.worlds.calls, []
    return made


def test_a_step_draws_once_and_the_last_views_besides():
    envs = make()
    envs.reset(SEEDS)
    assert calls(envs) == [("reset", 4), ("draw", 4), ("infos", 4)]
    envs.step(ACTIONS)
    assert calls(envs) == [("step", 4), ("draw", 4), ("infos", 4)]
    step = envs.step(ACTIONS)
    assert step.finals is not None and step.finals.indices.tolist() == [0]
    ends = [("draw", 1), ("infos", 1), ("reset", 1)]
    assert calls(envs) == [("step", 4), *ends, ("draw", 4), ("infos", 4)]


def test_the_next_step_resets_what_ended_and_draws_once():
    envs = make(AutoresetMode.NEXT_STEP)
    envs.reset(SEEDS)
    envs.step(ACTIONS), envs.step(ACTIONS)
    calls(envs)
    step = envs.step(ACTIONS + 2)
    assert calls(envs) == [("reset", 1), ("step", 3), ("draw", 4), ("infos", 4)]
    assert step.rewards[0] == 0
    assert not step.terminated[0] and not step.truncated[0]
    assert step.finals is None


def test_worlds_that_all_restart_take_no_step():
    envs = BatchedEnvs(ToyWorlds(1), AutoresetMode.NEXT_STEP)
    envs.reset([0])
    envs.step([0]), envs.step([0])
    calls(envs)
    envs.step([0])
    assert calls(envs) == [("reset", 1), ("draw", 1), ("infos", 1)]


@pytest.mark.parametrize(
    ("mask", "drawn"), [([0, 1, 1, 0], [[1, 1], [1, 2]]), ([1, 0, 1, 0], [[1, 0], [1, 2]])]
)
def test_a_masked_reset_draws_only_its_worlds(mask, drawn):
    envs = make(AutoresetMode.DISABLED)
    envs.reset(SEEDS)
    before = envs.frames.copy()
    calls(envs)
    chosen = np.array(mask, dtype=bool)
    start = envs.reset(mask=chosen)
    assert calls(envs) == [("reset", 2), ("draw", 2), ("infos", 2)]
    assert start.frames[chosen, 1, 1, 1::-1].tolist() == drawn
    np.testing.assert_array_equal(start.frames[~chosen], before[~chosen])
    assert start.infos["_place"].tolist() == chosen.tolist()


def test_pictures_are_drawn_into_the_slot_that_is_chosen():
    frames = np.zeros((2, N, HEIGHT, WIDTH, 3), dtype=np.uint8)
    slots = FrameSlots(list(frames), replaceable=True)
    envs = BatchedEnvs(ToyWorlds(N), AutoresetMode.SAME_STEP, slots=slots)
    assert envs.reset(SEEDS).frames is slots[0]
    slots.current = 1
    assert envs.step(ACTIONS).frames is slots[1]
    assert frames[0, :, 1, 1].tolist() == [[seed, 0, 0] for seed in SEEDS]
    assert frames[1, :, 1, 1].tolist() == [[seed, 0, 1] for seed in SEEDS]
    slots.current = 0
    np.testing.assert_array_equal(envs.show().frames, frames[1])


def test_a_masked_reset_leaves_pictures_that_somebody_holds():
    envs = make(AutoresetMode.DISABLED)
    envs.reset(SEEDS)
    held = envs.step(ACTIONS).frames
    before = held.copy()
    start = envs.reset(mask=np.array([True, False, False, True]))
    np.testing.assert_array_equal(held, before)
    np.testing.assert_array_equal(start.frames[1:3], before[1:3])
    assert start.frames[0, 1, 1].tolist() != before[0, 1, 1].tolist()


def test_last_pictures_stay_as_they_are():
    envs = make()
    envs.reset(SEEDS)
    envs.step(ACTIONS)
    finals = envs.step(ACTIONS).finals
    assert finals is not None
    before = finals.frames.copy()
    for _ in range(5):
        envs.step(ACTIONS)
    np.testing.assert_array_equal(finals.frames, before)


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_without_infos_only_ends_are_told(mode):
    envs = make(mode, infos=False)
    assert envs.reset(SEEDS).infos == {}
    assert envs.step(ACTIONS).infos == {}
    step = envs.step(ACTIONS)
    if mode is AutoresetMode.SAME_STEP:
        assert step.finals is not None
        assert step.infos == {}
        assert step.finals.infos["factors"]["count"].tolist() == [2]
    else:
        assert step.infos["_is_success"].tolist() == [True, False, False, False]
        assert step.infos["factors"]["count"].tolist() == [2, 0, 0, 0]
        assert step.infos["factors"]["shape"].tolist() == ["box", None, None, None]


def test_a_world_that_is_over_cannot_step_when_nothing_restarts():
    envs = make(AutoresetMode.DISABLED)
    envs.reset([0, 1, 2, 4])
    envs.step(ACTIONS), envs.step(ACTIONS)
    with pytest.raises(ValueError, match=r"episodes of worlds \[0, 3\] are over"):
        envs.step(ACTIONS)
    envs.reset(mask=np.array([True, False, False, True]))
    envs.step(ACTIONS)


@pytest.mark.parametrize(
    ("actions", "text"),
    [
        ([0, 0, 0], "actions of 4 worlds must be as many integers"),
        ([0.0, 0, 0, 0], "not an array of float64 with shape"),
        ([0, 0, 3, 0], "action 3 of world 2 is none of 0 to 2"),
        ([0, -1, 0, 0], "action -1 of world 1 is none of 0 to 2"),
    ],
)
def test_actions_that_are_none(actions, text):
    envs = make()
    envs.reset(SEEDS)
    with pytest.raises(ValueError, match=text):
        envs.step(actions)


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"mask": [True] * N}, TypeError, "NumPy array of bool, not list"),
        ({"mask": np.ones(N)}, TypeError, "NumPy array of bool, not float64"),
        ({"mask": np.ones(3, bool)}, ValueError, r"mask of 4 worlds has shape \(3,\)"),
        ({"mask": np.zeros(N, bool)}, ValueError, "chooses no world"),
        ({"seeds": [1, 2]}, ValueError, "2 seeds are given for 4 worlds"),
        ({"settings": [{}]}, ValueError, "1 settings are given for 4 worlds"),
        ({"settings": [{"size": 1}] * N}, ValueError, "unknown factor 'size'"),
    ],
)
def test_resets_that_make_no_sense(options, kind, text):
    envs = make()
    envs.reset(SEEDS)
    with pytest.raises(kind, match=text):
        envs.reset(**options)


def test_the_first_call_resets_all_worlds():
    envs = make()
    with pytest.raises(error.ResetNeeded):
        envs.step(ACTIONS)
    with pytest.raises(error.ResetNeeded):
        envs.reset(mask=np.array([True, False, False, False]))


def test_closing_closes_the_worlds_once():
    envs = make()
    envs.reset(SEEDS)
    envs.close(), envs.close()
    assert envs.worlds.closed == 1
    for call in (envs.reset, lambda: envs.step(ACTIONS), lambda: envs.set_domain("bright")):
        with pytest.raises(error.ClosedEnvironmentError):
            call()
