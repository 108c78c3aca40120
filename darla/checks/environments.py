"""Check that an environment offers its true factors as collecting and measuring need them.

Such an environment has

- ``unwrapped.factors``: for each name an object with ``kind`` (continuous, circular or
  categorical), ``low`` and ``high``, ``categories`` and ``role`` (look, state, or derived from the
  others);
- ``info["factors"]`` of each reset and step: the value of each, a category by its name;
- ``unwrapped.sample_factors(fixed, in_view=..., rng=...)``: draws a setting, which is a value for
  each factor that is not derived; ``fixed`` values are kept, ``in_view`` asks for an object in view
  (True), for none (False) or leaves it to chance (None);
- ``reset(options={"factors": setting})``: puts the world into a setting.

A vector environment may offer many at a time: ``sample_settings(rng, count, in_view, per_look=2)``
draws settings as rows (count, S), two in a row of one look, and ``reset_to(rows, frames)`` puts its
first environments into them, draws them into ``frames`` and returns the pictures and the infos.
"""

import inspect
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from darla.checks.described_factors import described_factors, is_range, is_tint, name_of
from darla.checks.vector_environments import check_vector_environment
from darla.collection.reported_factors import describe_factors, factor_reader
from darla.collection.rollouts import check_offers_factors, ties_kinds
from darla.frames.pictures import has_picture

_SETTINGS = 4
_TOLERANCE = 1e-4  # of a factor's range: values may pass through float32


def check_factor_environment(
    env: gym.Env[Any, Any] | gym.vector.VectorEnv[Any, Any, Any], *, seed: int = 0
) -> None:
    """Check that an environment, or a vector of them, offers its true factors.

    It is reset and stepped, all by the seed, and not closed; wrappers around it may change the
    picture, not the factors. A ValueError says what to mend.
    """
    if isinstance(env, gym.vector.VectorEnv):
        check_vector_environment(env, seed)
    else:
        _check_single(env, seed)


def _check_single(env: gym.Env[Any, Any], seed: int) -> None:
    """Check an environment."""
    name = name_of(env)
    if not has_picture(env.observation_space) and env.render_mode != "rgb_array":
        raise ValueError(
            f"{name} shows no picture: observe a uint8 Box (H, W, 3), or render to 'rgb_array'"
        )
    factors = described_factors(name, env)
    _, info = env.reset(seed=seed)
    _check_report(f"{name}, after a reset,", env, factors, info)
    env.action_space.seed(seed)
    info = env.step(env.action_space.sample())[-1]
    _check_report(f"{name}, after a step,", env, factors, info)
    check_offers_factors(name, env)
    _check_sampling(name, env, factors, seed)
    for in_view in (True, False, None, None):
        seed += 1
        rng = np.random.default_rng(seed)
        setting = _sample(env, in_view=in_view, rng=rng)
        _check_setting(name, env, factors, setting, seed)


def _check_report(where: str, env: Any, factors: Mapping[str, Any], info: dict[str, Any]) -> None:
    """Check what an environment says of its factors in an info."""
    reported = info.get("factors")
    if not isinstance(reported, Mapping):
        raise ValueError(f"{where} reports no factors: put a dictionary into info['factors']")
    for name in factors:
        if name not in reported:
            raise ValueError(f"{where} reports no {name!r} in info['factors']")
    for name in reported:
        if name not in factors:
            raise ValueError(f"{where} reports {name!r}, which its attribute 'factors' lacks")
    described = describe_factors(env, dict(reported))
    for name, value in reported.items():
        number = factor_reader(name, described[name])(dict(reported))
        low, high = described[name]["low"], described[name]["high"]
        margin = _TOLERANCE * ((high or 0.0) - (low or 0.0))
        inside = (low is None or number >= low - margin) and (
            high is None or number <= high + margin
        )
        if not inside and not described[name]["categories"]:
            raise ValueError(
                f"{where} reports {name}={value}, outside its range from {low} to {high}"
            )


def _sample(env: Any, fixed: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """Draw a setting."""
    setting: dict[str, Any] = env.unwrapped.sample_factors(fixed, **options)
    return setting


def _check_sampling(name: str, env: Any, factors: Mapping[str, Any], seed: int) -> None:
    """Check that settings are complete, belong to a generator, and keep what is fixed."""
    drawn = [
        [_sample(env, in_view=None, rng=np.random.default_rng(each)) for _ in range(_SETTINGS)]
        for each in (seed, seed, seed + 1)
    ]
    settable = {each for each, factor in factors.items() if factor.role != "derived"}
    for setting in drawn[0]:
        if set(setting) != settable:
            wrong = sorted(set(setting) ^ settable)
            raise ValueError(
                f"sample_factors of {name} gives {sorted(setting)}, but the factors that are not "
                f"derived are {sorted(settable)}: mend {', '.join(wrong)}"
            )
    if drawn[0] != drawn[1]:
        raise ValueError(
            f"sample_factors of {name} gives other settings for the same generator; draw all "
            "numbers from rng"
        )
    if drawn[0] == drawn[2]:
        raise ValueError(f"sample_factors of {name} gives one setting alone; draw it from rng")
    if not ties_kinds(env):
        _check_fixed(name, env, factors, drawn[0], seed + 2)


def _check_fixed(
    name: str, env: Any, factors: Mapping[str, Any], settings: list[dict[str, Any]], seed: int
) -> None:
    """Check that the look of settings can be kept while the rest is drawn anew."""
    if "fixed" not in inspect.signature(env.unwrapped.sample_factors).parameters:
        raise ValueError(f"sample_factors of {name} takes no 'fixed'; let it keep values given so")
    look = [each for each, factor in factors.items() if is_tint(factor)]
    for setting in settings:
        fixed = {each: setting[each] for each in look}
        again = _sample(env, fixed, in_view=None, rng=np.random.default_rng(seed))
        for each, value in fixed.items():
            if not _same(value, again[each], factors[each]):
                raise ValueError(
                    f"sample_factors of {name} was given {each}={value} in 'fixed' and gave "
                    f"{again[each]}; keep values that are fixed"
                )


def _check_setting(
    name: str,
    env: gym.Env[Any, Any],
    factors: Mapping[str, Any],
    setting: dict[str, Any],
    seed: int,
) -> None:
    """Check that the world can be put into a setting, and that it decides the picture."""
    pictures = []
    for each in (seed, seed + 1):
        observation, info = env.reset(seed=each, options={"factors": dict(setting)})
        _check_report(f"{name}, put into {setting},", env, factors, info)
        for factor, value in setting.items():
            reported = info["factors"][factor]
            if not _same(value, reported, factors[factor]):
                raise ValueError(
                    f"{name} was put into {factor}={value} by reset(options={{'factors': ...}}) "
                    f"and reports {reported}"
                )
        pictures.append(_picture(env, observation))
    if not np.array_equal(pictures[0], pictures[1]):
        raise ValueError(
            f"{name} shows two pictures of one setting, {setting}: let nothing that is seen depend "
            "on the seed besides the factors, or make a factor of it"
        )


def _picture(env: gym.Env[Any, Any], observation: Any) -> np.ndarray:
    """Return what an environment shows: its first picture, or what it renders."""
    space = env.observation_space
    if not has_picture(space):
        return np.asarray(env.render())
    if isinstance(space, gym.spaces.Dict):
        key = next(name for name, entry in space.spaces.items() if has_picture(entry))
        return np.array(observation[key])
    return np.array(observation)


def _same(one: Any, other: Any, factor: Any) -> bool:
    """Whether two values of a factor are the same, once round for circular ones."""
    if factor.kind == "categorical":
        return bool(one == other)
    low: Any = getattr(factor, "low", None)
    high: Any = getattr(factor, "high", None)
    length = float(high - low) if is_range(low, high) else 1.0
    apart = abs(float(one) - float(other))
    if factor.kind == "circular":
        apart = min(apart % length, length - apart % length)
    return apart <= _TOLERANCE * length
