"""The check of environments that offer factors, on toys that do and on toys that fail to."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import toy_vector_envs  # noqa: F401 - registers
from darla.checks.environments import check_factor_environment
from toy_envs import TOY_FACTORS, FactorImageEnv, ToyFactor
from toy_vector_envs import FactorVectorEnv


def test_a_toy_that_offers_factors_passes():
    check_factor_environment(gym.make("Toy/Factors-v0"))
    check_factor_environment(FactorVectorEnv(3), seed=5)


def with_factor(**changes: Any) -> dict[str, ToyFactor]:
    """Return the toys' factors with another floor."""
    values = {**vars(TOY_FACTORS["floor"]), **changes}
    return {**TOY_FACTORS, "floor": ToyFactor(**values)}


class Broken(FactorImageEnv):
    """Fails in one respect."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__()
        if fault in FAULTY_FACTORS:
            self.factors = FAULTY_FACTORS[fault]
        if fault == "shows no picture":
            self.observation_space = gym.spaces.Box(-1, 1, (2,), np.float32)

    def sample_factors(self, fixed=None, *, in_view=None, rng=None):
        given = rng is not None
        if self.fault == "other settings for the same generator":
            rng = np.random.default_rng()
        if self.fault == "one setting alone":
            rng = np.random.default_rng(0)
        fixed = None if self.fault == "keep values that are fixed" else fixed
        setting = super().sample_factors(fixed, in_view=in_view, rng=rng)
        if self.fault == "mend floor" and given and hasattr(self, "setting"):
            del setting["floor"]
        return setting

    def reset(self, *, seed=None, options=None):
        if self.fault == "and reports":
            options = None
        return super().reset(seed=seed, options=options)

    def _frame(self):
        frame = super()._frame()
        if self.fault == "two pictures of one setting":
            frame[-1, -1] = self.np_random.integers(256, size=3)
        return frame

    def _info(self):
        info = super()._info()
        if self.fault == "info['factors']":
            del info["factors"]
        if self.fault == "reports no 'object_x'":
            del info["factors"]["object_x"]
        if self.fault == "'weather', which":
            info["factors"]["weather"] = 1.0
        return info


FAULTY_FACTORS: dict[str, Any] = {
    "does not describe its factors": None,
    "of kind 'colour'": with_factor(kind="colour"),
    "the role 'paint'": with_factor(role="paint"),
    "name its categories": with_factor(kind="categorical"),
    "between which it turns": with_factor(kind="circular", high=float("inf")),
    "low=2 above high=1": with_factor(low=2, high=1),
    "outside its range": with_factor(low=-5.0, high=-4.0),
}
FAULTS = (
    *FAULTY_FACTORS,
    "shows no picture",
    "other settings for the same generator",
    "one setting alone",
    "keep values that are fixed",
    "mend floor",
    "and reports",
    "two pictures of one setting",
    "info['factors']",
    "reports no 'object_x'",
    "'weather', which",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_said(fault):
    with pytest.raises(ValueError) as caught:
        check_factor_environment(Broken(fault))
    assert fault in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["Toy/Counting-v0", "Toy/Blind-v0"])
def test_environments_without_factors_are_told_what_they_lack(name):
    with pytest.raises(ValueError, match=f"{name} (does not describe|shows no picture)"):
        check_factor_environment(gym.make(name))


class BrokenMany(FactorVectorEnv):
    """Fails in one respect."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__(2)

    def sample_settings(self, rng, count, in_view, per_look=1):
        if self.fault == "other settings for the same generator":
            rng = np.random.default_rng()
        per_look = 1 if self.fault == "which is of the look" else per_look
        rows = super().sample_settings(rng, count, in_view, per_look)
        if self.fault == "one setting alone":
            rows[:] = rows[0]
        return rows[1:] if self.fault == "when asked for 4" else rows

    def reset_to(self, rows, frames):
        mine = np.zeros_like(frames) if self.fault == "draw into the frames" else frames
        returned, infos = super().reset_to(rows, mine)
        if self.fault == "shows one setting otherwise":
            frames[0, 0, 0] += 1
        if self.fault == "reports no 'floor'":
            del infos["factors"]["floor"]
        return returned, infos


@pytest.mark.parametrize(
    "fault",
    [
        "other settings for the same generator",
        "one setting alone",
        "which is of the look",
        "when asked for 4",
        "draw into the frames",
        "shows one setting otherwise",
        "reports no 'floor'",
    ],
)
def test_what_is_wrong_with_many_is_said(fault):
    with pytest.raises(ValueError) as caught:
        check_factor_environment(BrokenMany(fault))
    assert fault in str(caught.value)


def test_many_that_offer_no_settings_are_told_so():
    with pytest.raises(ValueError, match="does not offer settings: give it sample_settings"):
        check_factor_environment(gym.make_vec("Toy/ManyCounting-v0", num_envs=2))
