"""Tasks of DeepMind Control as environments, where dm_control is installed."""

from collections.abc import Iterator

import gymnasium as gym
import numpy as np
import pytest

pytest.importorskip("dm_control", reason="needs darla[dmc]")

from darla.checks.environments import check_factor_environment
from darla_envs.description.dmc_domains import LOOK_FACTORS
from darla_envs.description.dmc_tasks import DMC_TASKS
from darla_envs.dmc.cameras import QUALITIES
from darla_envs.dmc.world import DmcWorld
from darla_envs.suites import suite_of

WALK, SWINGUP = "Darla/DMC-walker-walk-v0", "Darla/DMC-cartpole-swingup-v0"


@pytest.fixture
def walker() -> Iterator[DmcWorld]:
    env = DmcWorld(WALK, "d_u", size=64)
    yield env
    env.close()


@pytest.mark.parametrize("task_id", [WALK, "Darla/DMC-finger-spin-v0"])
@pytest.mark.parametrize("quality", QUALITIES)
def test_the_source_looks_as_dm_control_draws_it(task_id: str, quality: str) -> None:
    from dm_control import suite
    from dm_control.mujoco.engine import Camera

    world, task = DmcWorld(task_id, quality=quality), DMC_TASKS[task_id]
    shown, _ = world.reset(seed=0)
    physics = suite.load(task.model, task.task).physics
    if quality == "fast":
        physics.model.vis.quality.offsamples = 0
    ours = world._dmc.physics
    physics.model.site_rgba[:] = ours.model.site_rgba
    with physics.reset_context():
        physics.data.qpos[:] = ours.data.qpos
    finer = 2 if quality == "fast" else 1
    camera = Camera(physics, 84 * finer, 84 * finer, camera_id=0)
    theirs = camera.render(render_flag_overrides=QUALITIES[quality])
    theirs = theirs.reshape(84, finer, 84, finer, 3).mean((1, 3))
    assert np.abs(shown - theirs).max() < 25  # of stars, whose sky has fewer pixels
    world.close()


def test_pictures_are_as_large_as_is_asked() -> None:
    for size in (63, 600):  # more than what dm_control reserves for them
        world = DmcWorld(SWINGUP, size=size)
        shown, _ = world.reset(seed=0)
        assert shown.shape == (size, size, 3)
        world.close()


@pytest.mark.parametrize("domain", ["d_u_rich", "color_hard"])
def test_they_offer_factors_as_others_should(domain: str) -> None:
    for task_id in {task.model: task_id for task_id, task in DMC_TASKS.items()}.values():
        env = gym.make(task_id, domain=domain, size=32, disable_env_checker=True)
        check_factor_environment(env)
        env.close()


def test_looks_change_nothing_but_pictures() -> None:
    plain, painted = (DmcWorld(SWINGUP, domain) for domain in ("source", "d_u_rich"))
    shown, told = zip(*(env.reset(seed=5) for env in (plain, painted)), strict=True)
    assert (shown[0] != shown[1]).any()
    joints = plain.task.joints
    assert [told[0]["factors"][name] for name in joints] == [
        told[1]["factors"][name] for name in joints
    ]
    for _ in range(3):
        first, second = (env.step(np.array([0.7], np.float32)) for env in (plain, painted))
        assert first[1] == second[1]
        np.testing.assert_array_equal(plain.observe_state(), painted.observe_state())


def test_a_state_can_be_shown_in_two_looks_without_being_compiled_again(walker: DmcWorld) -> None:
    first, second = (walker.sample_factors(rng=np.random.default_rng(seed)) for seed in (0, 1))
    model = walker._dmc.physics.model
    twin = {**first, **{name: second[name] for name in LOOK_FACTORS}}
    shown = [walker.reset(options={"factors": each}) for each in (first, twin, first)]
    assert walker._dmc.physics.model is model
    np.testing.assert_array_equal(shown[0][0], shown[2][0])
    assert (np.abs(shown[0][0].astype(int) - shown[1][0]).mean(-1) > 5).mean() > 0.5
    for name in walker.task.joints:
        assert shown[0][1]["factors"][name] == shown[1][1]["factors"][name]


def test_walkers_stand_on_the_ground_or_above_it(walker: DmcWorld) -> None:
    rng = np.random.default_rng(0)
    for _ in range(10):
        walker.sample_factors(rng=rng)
        contacts = walker._dmc.physics.data.contact
        assert not (contacts.dist < -0.01).any()
    with pytest.raises(ValueError, match="none of 1000 states was possible"):
        walker.sample_factors({"rootz": -2.0}, rng=rng)


def test_an_episode_is_a_thousand_of_dm_control_s_steps_whatever_is_repeated() -> None:
    for repeat, actions in ((None, 125), (50, 20)):
        env = DmcWorld(SWINGUP, action_repeat=repeat)
        env.drawing = False
        env.reset(seed=0)
        ends = [env.step(env.action_space.sample())[2:4] for _ in range(actions)]
        assert ends == [(False, False)] * (actions - 1) + [(False, True)]
        env.close()


def test_what_dm_control_observes_is_seen_without_drawing() -> None:
    env = suite_of(WALK).single("color_hard", observing="factors")
    seen, _ = env.reset(seed=0)
    assert env.observation_space.contains(seen) and seen.shape == (24,)
    assert not env.unwrapped.render().any()
    np.testing.assert_array_equal(env.step(np.zeros(6, np.float32))[0][-9:].shape, (9,))
    env.close()


def test_a_mujoco_that_dm_control_does_not_know_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*names: str, **given: object) -> None:
        raise AttributeError("'MjModel' object has no attribute 'flex_vertedge'")

    monkeypatch.setattr("dm_control.suite.load", load)
    with pytest.raises(ValueError, match=r"do not fit each other .*pip install 'darla\[dmc\]'"):
        DmcWorld(SWINGUP)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"size": 4}, "size is 4, but must be a whole number from 8"),
        ({"action_repeat": 0}, "action_repeat is 0"),
        ({"quality": "ful"}, "quality 'ful'.*'full'"),
        ({"domain": "color_esy"}, "'color_esy'.*'color_easy'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DmcWorld(SWINGUP, **wrong)
