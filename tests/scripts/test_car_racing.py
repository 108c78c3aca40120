"""The example of an environment of somebody else's, where the game is installed."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("Box2D", reason="needs gymnasium[box2d]")

from darla.environments.looks import Looks
from darla_envs.suites import suite_of
from scripts.examples.car_racing import LONGEST_LOOK, Recolored

TOML = Path(__file__).parents[2] / "scripts/examples/car_racing.toml"


def test_a_race_is_drawn_once_an_action_and_paid_for_all_of_its_frames() -> None:
    quick = Recolored()
    quick.reset(seed=3)
    observation, reward, *_ = quick.step(3)
    slow = Recolored()
    slow.reset(seed=3)
    rewards = [super(Recolored, slow).step(3) for _ in range(4)]
    np.testing.assert_array_equal(observation, rewards[-1][0])
    assert reward == pytest.approx(sum(each[1] for each in rewards))


def test_colours_are_drawn_anew_and_frames_to_learn_to_see_begin_anywhere() -> None:
    env = Recolored(road="any", grass="any", starts="anywhere")
    first, _ = env.reset(seed=0)
    colors, places = [env.road_color], [tuple(env.car.hull.position)]
    steps = [env.step(0)[3] for _ in range(LONGEST_LOOK)]
    assert steps == [False] * (LONGEST_LOOK - 1) + [True]
    env.reset()
    assert (env.road_color != colors[0]).any() and tuple(env.car.hull.position) != places[0]
    again, _ = env.reset(seed=0)
    np.testing.assert_array_equal(again, first)


def test_its_looks_are_domains_of_it() -> None:
    looks = Looks.from_toml(TOML)
    assert looks.targets == ("new_road", "new_grass", "both")
    for name, look in looks.domains.items():
        env = Recolored(**look.env_kwargs)
        env.reset(seed=1)
        drawn = [part for part in ("road", "grass") if part in look.env_kwargs]
        assert (env._new_road, env._new_grass) == ("road" in drawn, "grass" in drawn), name


def test_a_colour_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown colour 'anny'; did you mean 'any'"):
        Recolored(road="anny")


def test_its_function_names_it_on_commands() -> None:
    env = suite_of("scripts.examples.car_racing:Recolored").single()
    assert env.observation_space.shape == (96, 96, 3)
    env.close()
