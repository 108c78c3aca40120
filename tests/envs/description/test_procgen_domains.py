"""Procgen's games and their domains, which are known without EnvPool."""

import sys
from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest

import darla_envs  # noqa: F401 - registers
from darla.environments.making import make_environment
from darla.environments.spec import EnvironmentSpec
from darla.environments.vectors import make_vector_env
from darla_envs.description.domain import Domain
from darla_envs.description.domains import find_domain
from darla_envs.description.procgen_domains import NUM_DRAWS, ProcgenLook, drawn_look
from darla_envs.suites import suite_of

COIN, FRUIT = "Darla/Procgen-CoinRun-v0", "Darla/Procgen-FruitBot-v0"
OTHER_LOOKS = {"backgrounds", "themes", "all_looks", "flat", "grey", "noisy", "blurred"}


def looks(task_id: str, domain: str | Domain, count: int = 40) -> set[ProcgenLook]:
    """Draw looks from a domain."""
    rng, found = np.random.default_rng(0), find_domain(task_id, domain)
    return {drawn_look(found, rng.random(NUM_DRAWS)) for _ in range(count)}


@pytest.mark.parametrize("task_id", [COIN, FRUIT])
def test_every_game_is_registered_and_has_the_domains_of_the_five_steps(task_id: str) -> None:
    suite = suite_of(task_id)
    assert task_id in gym.registry and suite.can_batch() and not suite.offers_factors
    assert suite.sources() == ["source", "source_looks"] and suite.unsupervised == "d_u"
    assert suite.domains()[0] == "source"
    targets = {"backgrounds", "new_levels", "new_levels_all_looks", "grey", "noisy", "blurred"}
    assert targets <= set(suite.targets())
    assert not {"d_u", "d_u_200", "source_looks"} & set(suite.targets())


def test_targets_of_looks_have_the_source_s_levels_and_another_look() -> None:
    (source,) = looks(COIN, "source")
    assert source == ProcgenLook(False, False, False, 0, 199)
    for name in OTHER_LOOKS:
        (look,) = looks(COIN, name)
        assert (look.first_level, look.last_level) == (0, 199)
        assert look != source or find_domain(COIN, name).restyle


def test_levels_that_are_learned_in_tested_in_and_shown_to_encoders_lie_apart() -> None:
    levels = {}
    for name in suite_of(COIN).domains():
        (levels[name],) = {(each.first_level, each.last_level) for each in looks(COIN, name)}
    assert levels["d_u_200"] == levels["source"] == levels["source_looks"]
    assert levels["new_levels"] == levels["new_levels_all_looks"]
    first, second, third = sorted({*levels.values()})
    assert first[1] < second[0] and second[1] < third[0]
    assert [levels[name] for name in ("source", "new_levels", "d_u")] == [first, second, third]


def test_encoders_see_the_source_s_look_and_those_of_targets_but_for_flat_ones() -> None:
    def drawn(name: str) -> set[tuple[bool, bool]]:
        return {(each.background, each.flat) for each in looks(COIN, name)}

    seen = drawn("d_u")
    assert looks(COIN, "d_u") > {
        replace(look, first_level=1_000_000, last_level=1_999_999)
        for name in ("source", "themes", "backgrounds")
        for look in looks(COIN, name)
    }
    assert drawn("source") | drawn("all_looks") == seen
    assert not drawn("flat") & seen


def test_themes_are_no_look_where_they_say_what_is_good() -> None:
    assert not {"themes", "all_looks", "flat"} & set(suite_of(FRUIT).domains())
    assert all(look.all_themes for name in suite_of(FRUIT).domains() for look in looks(FRUIT, name))


def test_what_a_domain_of_one_s_own_does_not_name_is_as_in_the_source() -> None:
    (look,) = looks(COIN, Domain("mine", {"levels": ((7, 7),)}))
    assert look == ProcgenLook(False, False, False, 7, 7)
    cases = ({"sprites": ("flat",)}, {"background": ("drawn",), "levels": ((5, 9),)})
    assert looks(COIN, Domain("two", cases=cases)) == {
        ProcgenLook(False, False, True, 0, 199),
        ProcgenLook(True, False, False, 5, 9),
    }


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        (Domain("a", {"backgound": ("none",)}), "'backgound'.*did you mean 'background'"),
        (Domain("a", {"background": ("grass",)}), "give one or more of 'none', 'drawn'"),
        (Domain("a", {"sprites": ()}), "give one or more of 'drawn', 'flat'"),
        (Domain("a", {"levels": ((5, 3),)}), "give one range"),
        (Domain("a", {"levels": ((0, 3), (5, 6))}), "give one range"),
        (Domain("a", {"levels": ((0.5, 3),)}), "whole numbers from 0 to 2,147,483,646"),
        (Domain("a", {"levels": ("all",)}), "give one range"),
        (Domain("a", textures={"floor": "wood"}), "has textures"),
        (Domain("a", restyle={"nois": 1.0}), "did you mean 'noise'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(domain: Domain, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        find_domain(COIN, domain)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("make", [make_environment, lambda spec: make_vector_env(spec, 2)])
def test_a_missing_extra_is_named_in_one_line(make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "envpool", None)
    with pytest.raises(ValueError, match=r"pip install 'darla\[procgen\]'") as caught:
        make(EnvironmentSpec(COIN))
    assert "\n" not in str(caught.value)
