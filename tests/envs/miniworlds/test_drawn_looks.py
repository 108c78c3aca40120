"""Looks of episodes follow the seeds of their worlds."""

from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from darla_envs.description.domain import Domain, point
from darla_envs.description.look import Look
from darla_envs.description.look_ranges import D_U
from darla_envs.miniworlds.drawn_looks import LookSequence


def looks(seeds, domain=D_U):
    sequence = LookSequence()
    return [sequence.next(domain, seed).factors for seed in seeds]


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_seed_begins_a_sequence_anew(seed, other):
    first = looks([seed, None, None])
    assert looks([other, None, seed, None, None])[2:] == first
    assert len({tuple(each.values()) for each in first}) == 3
    assert (looks([other])[0] == first[0]) == (seed == other)


def test_unseeded_worlds_go_apart():
    assert looks([None, None])[0] != looks([None])[0]


def test_positions_are_uniform_over_the_domain():
    drawn = looks(range(1000))
    for name, ((low, high),) in D_U.look.items():
        positions = [(each[name] - low) / (high - low) for each in drawn]
        assert kstest(positions, "uniform").pvalue > 1e-3


def test_fixed_looks_count_their_episodes_too():
    sequence = LookSequence()
    assert sequence.next(Look(light=0.5), 7).look == Look(light=0.5)
    assert sequence.next(None, None).look is None
    assert sequence.next(D_U, None).factors == looks([7, None, None])[2]


def test_cases_tie_colors_together():
    cases = tuple({"floor": point(x), "wall": point(1 - x)} for x in (0.1, 0.4))
    drawn = looks(range(40), Domain("tied", {}, cases))
    assert {tuple(each.values()) for each in drawn} == {(0.1, 0.9), (0.4, 0.6)}
