"""The share of the gap that is closed: closed forms, references, intervals, what is undefined."""

import numpy as np
import pytest
from scipy.stats import t as student

from darla_agents.comparison.gap import GapClosed, close_gaps
from darla_agents.comparison.scores import score_tasks
from darla_agents.playing.row import Row
from toy_rows import agent_rows, random_rows

DOMAINS = ("source", "new_floor", "new_wall", "d_u")


def agents(kind: str, source: str, *returns: dict[str, float], **changes: object) -> list[Row]:
    """Make agents of one group, one for each mapping from domains to returns."""
    rows = []
    for seed, each in enumerate(returns):
        name = (
            f"{kind}_{source}_{seed}_{changes.get('algorithm', '')}{changes.get('total_timesteps')}"
        )
        rows += agent_rows(kind, seed, each, source=source, name=name, **changes)  # type: ignore[arg-type]
    return rows


def gaps_of(rows: list[Row], over: list[str] | None = None) -> dict[str, GapClosed]:
    (task,) = score_tasks(rows + random_rows(dict.fromkeys(DOMAINS, 0.0)))
    return {gap.agents: gap for gap in close_gaps(task, over)}


def test_shares_lie_between_pixels_of_the_source_and_agents_of_the_target() -> None:
    rows = agents(
        "latent", "source", {"new_floor": 0.6, "new_wall": 0.8}, {"new_floor": 0.8, "new_wall": 0.4}
    )
    rows += agents(
        "pixels", "source", {"new_floor": 0.2, "new_wall": 0.4}, {"new_floor": 0.4, "new_wall": 0.2}
    )
    rows += agents("pixels", "new_floor", {"new_floor": 1.0}, {"new_floor": 0.8})
    rows += agents("pixels", "new_wall", {"new_wall": 0.5})
    gap = gaps_of(rows)["latent"]
    assert gap.lower == "pixels (from source)"
    assert gap.upper == {
        "new_floor": "pixels (from new_floor)",
        "new_wall": "pixels (from new_wall)",
    }
    assert gap.domains["new_floor"].value == pytest.approx((0.7 - 0.3) / (0.9 - 0.3))
    assert gap.domains["new_wall"].value == pytest.approx((0.6 - 0.3) / (0.5 - 0.3))
    assert gap.together is not None
    assert gap.together.value == pytest.approx((0.65 - 0.3) / (0.7 - 0.3))
    assert gap.domains["new_floor"].interval is None  # so few agents do not tell 0.3 from 0.9
    assert gap.domains["new_wall"].interval is None  # one agent was trained there
    assert [*gaps_of(rows, over=["new_wall"])["latent"].domains] == ["new_wall"]


def test_intervals_are_over_the_seeds_of_all_three() -> None:
    agent, low, high = [0.5, 0.52], [0.1, 0.12], [0.8, 0.82]
    rows = agents("latent", "source", *({"new_floor": value} for value in agent))
    rows += agents("pixels", "source", *({"new_floor": value} for value in low))
    rows += agents("pixels", "new_floor", *({"new_floor": value} for value in high))
    got = gaps_of(rows)["latent"].domains["new_floor"].interval
    assert got is not None
    for share in (
        got.low,
        got.high,
    ):  # where agents - lower - share (upper - lower) is t away from 0
        value = 0.51 - 0.11 - share * (0.81 - 0.11)
        terms = np.array([1.0, (1 - share) ** 2, share**2]) * 0.01**2
        found = np.array([1.0, (1 - 4 / 7) ** 2, (4 / 7) ** 2])
        freedom = found.sum() ** 2 / (found**2).sum()
        assert abs(value) == pytest.approx(student.ppf(0.975, freedom) * terms.sum() ** 0.5)


def test_a_seeds_results_in_several_targets_stay_together() -> None:
    rows = []
    for kind, mean in (("latent", 0.5), ("pixels", 0.2)):
        # What a seed wins on the floor it loses on the wall: over both, all seeds are alike.
        both = [{"new_floor": mean + gain, "new_wall": mean - gain} for gain in (0.1, -0.1, 0.0)]
        rows += agents(kind, "source", *both)
    for target in ("new_floor", "new_wall"):
        rows += agents("pixels", target, {target: 0.8}, {target: 0.8})
    gap = gaps_of(rows)["latent"]
    assert gap.together is not None and gap.together.interval is not None
    ends = [gap.together.interval.low, gap.together.interval.high]
    assert ends == pytest.approx([0.5, 0.5])
    floor = gap.domains["new_floor"].interval
    assert floor is not None and floor.high - floor.low > 0.1


def test_a_target_without_a_gap_is_undefined_and_does_no_harm_to_the_others() -> None:
    rows = agents("latent", "source", *[{"new_floor": 0.6, "new_wall": 0.9}] * 2)
    rows += agents("pixels", "source", *[{"new_floor": 0.2, "new_wall": 0.9}] * 2)
    rows += agents("pixels", "new_floor", *[{"new_floor": 1.0}] * 2)
    rows += agents("pixels", "new_wall", *[{"new_wall": 0.9}] * 2)
    gap = gaps_of(rows)["latent"]
    assert np.isnan(gap.domains["new_wall"].value)
    assert gap.domains["new_wall"].interval is None
    assert gap.together is not None and gap.together.value == pytest.approx(0.5)


def test_references_that_are_not_apart_give_no_interval() -> None:
    rows = agents("latent", "source", {"new_floor": 0.6}, {"new_floor": 0.7})
    rows += agents("pixels", "source", {"new_floor": 0.2}, {"new_floor": 0.8})
    rows += agents("pixels", "new_floor", {"new_floor": 0.8}, {"new_floor": 0.9})
    share = gaps_of(rows)["latent"].domains["new_floor"]
    assert share.value == pytest.approx(0.15 / 0.35)
    assert share.interval is None


def test_there_are_none_without_agents_of_targets_or_pixels_of_the_source() -> None:
    latent = agents("latent", "source", {"new_floor": 0.6})
    pixels = agents("pixels", "source", {"new_floor": 0.2})
    there = agents("pixels", "new_floor", {"new_floor": 0.9})
    assert gaps_of(latent + pixels) == {}
    assert gaps_of(latent + there) == {}
    assert list(gaps_of(latent + pixels + there)) == ["latent"]  # not the references themselves


def test_references_share_algorithm_and_steps_where_there_are_several() -> None:
    rows = agents("latent", "source", {"new_floor": 0.6}) + agents(
        "pixels", "source", {"new_floor": 0.2}
    )
    rows += agents("pixels", "source", {"new_floor": 0.0}, algorithm="dqn")
    rows += agents("pixels", "new_floor", {"new_floor": 1.0})
    rows += agents("pixels", "new_floor", {"new_floor": 0.8}, algorithm="dqn")
    rows += agents("factors", "new_floor", {"new_floor": 0.1})
    gaps = gaps_of(rows)
    assert gaps["latent"].domains["new_floor"].value == pytest.approx(0.5)
    rows += agents("random_encoder", "source", {"new_floor": 0.6}, algorithm="a2c")
    assert "random_encoder" not in "".join(gaps_of(rows))  # neither dqn nor ppo is its own


def test_agents_of_d_u_are_measured_between_the_same_references() -> None:
    rows = agents("pixels", "d_u", {"d_u": 0.5, "new_floor": 0.4}, total_timesteps=200_000)
    rows += agents("pixels", "source", {"new_floor": 0.2})
    rows += agents("factors", "new_floor", {"new_floor": 1.0})  # for want of pixels
    gap = gaps_of(rows)["pixels (from d_u, 200,000 steps)"]
    assert gap.upper == {"new_floor": "factors"}
    assert gap.domains["new_floor"].value == pytest.approx(0.25)
    assert gap.together is None


def test_seeds_that_were_not_evaluated_everywhere_count_where_they_were() -> None:
    rows = agents("latent", "source", {"new_floor": 0.6, "new_wall": 0.6}, {"new_floor": 0.4})
    rows += agents("pixels", "source", *[{"new_floor": 0.0, "new_wall": 0.0}] * 2)
    for target in ("new_floor", "new_wall"):
        rows += agents("pixels", target, *[{target: 1.0}] * 2)
    gap = gaps_of(rows)["latent"]
    assert (gap.domains["new_floor"].seeds, gap.domains["new_wall"].seeds) == (2, 1)
    assert gap.domains["new_floor"].value == pytest.approx(0.5)
    assert gap.together is not None
    assert (gap.together.value, gap.together.seeds) == (pytest.approx(0.6), 1)
