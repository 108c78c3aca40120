"""The tasks of DeepMind Control and their domains, which are known without dm_control."""

import sys

import gymnasium as gym
import numpy as np
import pytest

import darla_envs  # noqa: F401 - registers
from darla.environments.making import make_environment
from darla.environments.spec import EnvironmentSpec
from darla_envs.description.color_sets import color_sets
from darla_envs.description.dmc_domains import (
    LOOK_FACTORS,
    NUM_DRAWS,
    PAINTED,
    color_factors,
    drawn_look,
)
from darla_envs.description.dmc_tasks import DMC_TASKS
from darla_envs.description.domain import Domain, point
from darla_envs.description.domains import find_domain
from darla_envs.suites import suite_of

WALK = "Darla/DMC-walker-walk-v0"


def looks(domain: str | Domain, count: int = 50) -> list[dict[str, float]]:
    """Draw looks from a domain."""
    rng = np.random.default_rng(0)
    return [drawn_look(find_domain(WALK, domain), rng.random(NUM_DRAWS)) for _ in range(count)]


def colors(look: dict[str, float]) -> dict[str, tuple[float, ...]]:
    """Return the colours of a look by what they paint."""
    return {name: tuple(look[factor] for factor in color_factors(name)) for name in PAINTED}


@pytest.mark.parametrize("task_id", DMC_TASKS)
def test_every_task_is_registered_and_has_the_domains_of_the_five_steps(task_id: str) -> None:
    suite = suite_of(task_id)
    assert task_id in gym.registry and suite.offers_factors and not suite.can_batch()
    assert suite.sources() == ["source"] and suite.unsupervised == "d_u"
    assert suite.targets() == ["color_easy", "color_hard", "new_light", "new_camera"]


def test_a_domain_takes_one_of_the_benchmark_s_sets_as_a_whole() -> None:
    for name in ("color_easy", "color_hard"):
        sets = color_sets(name)
        assert len(sets) == 100
        known = {(*each["skybox_rgb"], *each["grid_rgb1"], *each["self_rgb"]) for each in sets}
        drawn = [colors(look) for look in looks(name)]
        assert {(*each["sky"], *each["grid_1"], *each["body"]) for each in drawn} <= known
        assert len({each["sky"] for each in drawn}) > 25
        kept = [(each["effector"], each["decoration"]) for each in drawn]
        assert set(kept) == {(PAINTED["effector"], PAINTED["decoration"])}


def test_d_u_draws_every_color_by_itself_and_leaves_light_and_camera() -> None:
    drawn = looks("d_u", 300)
    table = np.array([[look[name] for name in LOOK_FACTORS] for look in drawn])
    painted = table[:, : 3 * len(PAINTED)]
    assert (painted.min(0) < 0.05).all() and (painted.max(0) > 0.95).all()
    assert np.abs(np.corrcoef(painted.T) - np.eye(painted.shape[1])).max() < 0.3
    assert {look["light"] for look in drawn} == {1.0}
    assert {look["camera_yaw"] for look in drawn} == {0.0}


def test_the_rich_domain_meets_no_target_s_light_or_camera() -> None:
    rich, cameras, lights = looks("d_u_rich"), looks("new_camera"), looks("new_light")
    assert max(abs(look["camera_yaw"]) for look in rich) < min(
        abs(look["camera_yaw"]) for look in cameras
    )
    assert min(look["light"] for look in rich) > max(look["light"] for look in lights)
    assert all(colors(look) == PAINTED for look in (*cameras, *lights))


def test_what_a_domain_of_one_s_own_does_not_name_is_as_in_the_source() -> None:
    (look,) = looks(Domain("dusk", {"light": point(0.4)}), 1)
    assert look["light"] == 0.4 and colors(look) == PAINTED
    with pytest.raises(ValueError, match=r"'ligt'.*did you mean 'light'"):
        find_domain(WALK, Domain("dusk", {"ligt": point(0.4)}))
    with pytest.raises(ValueError, match=r"give one or more ranges \(low, high\) in \[0.1, 1.5\]"):
        find_domain(WALK, Domain("night", {"light": point(0.0)}))
    with pytest.raises(ValueError, match="has textures"):
        find_domain(WALK, Domain("wood", textures={"floor": "wood"}))


def test_a_missing_extra_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dm_control", None)
    with pytest.raises(ValueError, match=r"pip install 'darla\[dmc\]'") as caught:
        make_environment(EnvironmentSpec(WALK))
    assert "\n" not in str(caught.value)
