"""The look of one episode: strengths that are drawn, and several shifts together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.environments.restyling import SHIFTS, Restyling, checked_strengths

FRAMES = np.random.default_rng(0).integers(0, 256, (2, 12, 12, 3), dtype=np.uint8)
MASK = np.ones((2, 12, 12), bool)

strengths = st.floats(0, 1)
ranges = st.tuples(strengths, strengths).map(lambda pair: tuple(sorted(pair)))


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(list(SHIFTS)), strengths | ranges), st.integers(0, 2**63))
def test_everything_follows_from_shifts_and_seed_and_not_from_their_order(
    shifts: dict[str, float | tuple[float, float]], seed: int
) -> None:
    turned = dict(reversed(shifts.items()))
    first, second = Restyling(shifts, seed), Restyling(turned, seed)
    assert first.strengths == second.strengths
    made = first(FRAMES, mask=MASK)
    assert made.dtype == np.uint8 and made.shape == FRAMES.shape
    np.testing.assert_array_equal(made, second(FRAMES, mask=MASK))
    for name, strength in first.strengths.items():
        low, high = np.broadcast_to(shifts[name], 2)
        assert low <= strength <= high
    assert checked_strengths(checked_strengths(shifts)) == checked_strengths(shifts)


def test_a_range_gives_each_episode_a_strength_of_its_own_from_all_of_it() -> None:
    drawn = [Restyling({"noise": (0.2, 0.8)}, seed).strengths["noise"] for seed in range(300)]
    assert len(set(drawn)) == 300
    assert 0.2 <= min(drawn) < 0.23 and 0.77 < max(drawn) <= 0.8


def test_a_shift_draws_the_same_whatever_others_there_are() -> None:
    alone = Restyling({"hue": (0.0, 1.0)}, 3)
    together = Restyling({"noise": (0.0, 1.0), "tint": 0.0, "hue": (0.0, 1.0)}, 3)
    assert alone.strengths["hue"] == together.strengths["hue"] != together.strengths["noise"]


@pytest.mark.parametrize(
    ("shifts", "message"),
    [
        ({"hua": 0.5}, "unknown shift 'hua'; did you mean 'hue'"),
        ({"hue": 1.5}, "strength of shift 'hue' is 1.5; expected a number from 0"),
        ({"hue": -0.1}, "is -0.1; expected"),
        ({"hue": float("nan")}, "is nan; expected"),
        ({"hue": True}, "is True; expected"),
        ({"hue": "0.5"}, "is 0.5; expected"),
        ({"hue": [0.1]}, r"is \[0.1\]; expected"),
        ({"hue": [0.1, 2]}, r"is \[0.1, 2\]; expected"),
        ({"hue": None}, "is None; expected"),
        ({"hue": (0.8, 0.2)}, r"range from 0.8 to 0.2; expected the smaller first: \[0.2, 0.8\]"),
    ],
)
def test_what_no_shift_can_be_is_said_in_a_line(shifts: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        Restyling(shifts, 0)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)


def test_without_a_mask_the_background_cannot_be_replaced_and_at_strength_0_need_not() -> None:
    with pytest.raises(ValueError, match="shift 'background' needs a mask: bool"):
        Restyling({"hue": 0.5, "background": 0.5}, 0)(FRAMES)
    assert Restyling({"background": 0.0}, 0)(FRAMES) is FRAMES
