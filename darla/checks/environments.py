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
import math
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from darla.collection.batched_chunks import offers_settings
from darla.collection.reported_factors import column_reader, describe_factors, factor_reader
from darla.collection.rollouts import check_offers_factors, ties_kinds
from darla.frames.pictures import find_picture, has_picture

KINDS = ("continuous", "circular", "categorical")
ROLES = ("look", "state", "derived")

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
        _check_many(env, seed)
    else:
        _check_single(env, seed)


def _check_single(env: gym.Env[Any, Any], seed: int) -> None:
    """Check an environment."""
    name = _name_of(env)
    if not has_picture(env.observation_space) and env.render_mode != "rgb_array":
        raise ValueError(
            f"{name} shows no picture: observe a uint8 Box (H, W, 3), or render to 'rgb_array'"
        )
    factors = _described(name, env)
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


def _described(name: str, env: Any) -> Mapping[str, Any]:
    """Return the factors of an environment, each of which says what it is."""
    factors = getattr(env.unwrapped, "factors", None)
    if not isinstance(factors, Mapping) or not factors:
        raise ValueError(
            f"{name} does not describe its factors: give it an attribute 'factors', a mapping from "
            f"names to objects with kind, low, high, categories and role; not {factors!r}"
        )
    for factor, described in factors.items():
        where = f"factor {factor!r} of {name}"
        kind, role = getattr(described, "kind", None), getattr(described, "role", None)
        if kind not in KINDS:
            raise ValueError(f"{where} is of kind {kind!r}; give one of {', '.join(KINDS)}")
        if role not in ROLES:
            raise ValueError(f"{where} has the role {role!r}; give one of {', '.join(ROLES)}")
        if kind == "categorical" and not getattr(described, "categories", ()):
            raise ValueError(f"{where} is categorical; name its categories")
        low, high = (getattr(described, each, None) for each in ("low", "high"))
        if kind == "circular" and not _is_range(low, high):
            raise ValueError(f"{where} is circular; give low and high, between which it turns once")
        if low is not None and high is not None and low > high:
            raise ValueError(f"{where} has low={low} above high={high}")
    return factors


def _is_range(low: Any, high: Any) -> bool:
    """Whether two values are the ends of a range."""
    return None not in (low, high) and math.isfinite(high - low) and low < high


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
    look = [each for each, factor in factors.items() if _is_tint(factor)]
    for setting in settings:
        fixed = {each: setting[each] for each in look}
        again = _sample(env, fixed, in_view=None, rng=np.random.default_rng(seed))
        for each, value in fixed.items():
            if not _same(value, again[each], factors[each]):
                raise ValueError(
                    f"sample_factors of {name} was given {each}={value} in 'fixed' and gave "
                    f"{again[each]}; keep values that are fixed"
                )


def _is_tint(factor: Any) -> bool:
    """Whether two frames of one look share this factor: tints, but no kinds."""
    return bool(factor.role == "look" and factor.kind != "categorical")


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
    length = float(high - low) if _is_range(low, high) else 1.0
    apart = abs(float(one) - float(other))
    if factor.kind == "circular":
        apart = min(apart % length, length - apart % length)
    return apart <= _TOLERANCE * length


def _check_many(envs: gym.vector.VectorEnv[Any, Any, Any], seed: int) -> None:
    """Check a vector environment that is put into many settings at a time."""
    name = _name_of(envs)
    if not offers_settings(envs, ["per_look"]):
        raise ValueError(
            f"{name} does not offer settings: give it sample_settings(rng, count, in_view, "
            "per_look=...) and reset_to(rows, frames)"
        )
    factors = _described(name, envs)
    picture = find_picture(envs.single_observation_space)
    many: Any = envs
    count = 2 * envs.num_envs
    rows, again = (
        np.asarray(many.sample_settings(np.random.default_rng(seed), count, 0.5, per_look=2))
        for _ in range(2)
    )
    if rows.ndim != 2 or len(rows) != count:
        raise ValueError(
            f"sample_settings of {name} gave an array {rows.shape} when asked for {count} "
            f"settings; give ({count}, S)"
        )
    if not np.array_equal(rows, again):
        raise ValueError(
            f"sample_settings of {name} gives other settings for the same generator; draw all "
            "numbers from rng"
        )
    shown, values = [], []
    for part in (rows[: envs.num_envs], rows[envs.num_envs :]):
        frames = np.zeros((len(part), *picture.shape), dtype=np.uint8)
        returned, infos = many.reset_to(part, frames)
        if not np.array_equal(returned, frames) or not frames.any():
            raise ValueError(f"reset_to of {name} does not draw into the frames that it is given")
        shown.append(frames)
        values.append(_columns(name, envs, factors, infos, len(part)))
    _check_looks(
        name, factors, {each: np.concatenate([v[each] for v in values]) for each in factors}
    )
    last = np.zeros((1, *picture.shape), dtype=np.uint8)
    many.reset_to(rows[envs.num_envs - 1 : envs.num_envs], last)
    if not np.array_equal(last[0], shown[0][-1]):
        raise ValueError(f"{name} shows one setting otherwise in another of its environments")


def _columns(
    name: str, envs: Any, factors: Mapping[str, Any], infos: dict[str, Any], count: int
) -> dict[str, np.ndarray]:
    """Return the values of all factors of n environments, by name."""
    reported = infos.get("factors", {})
    missing = [factor for factor in factors if factor not in reported]
    if missing:
        raise ValueError(f"reset_to of {name} reports no {missing[0]!r} in infos['factors']")
    described = describe_factors(envs, {factor: reported[factor][0] for factor in factors})
    columns = {factor: column_reader(factor, described[factor])(reported) for factor in factors}
    for factor, column in columns.items():
        if len(column) != count:
            raise ValueError(
                f"reset_to of {name} reports {len(column)} values of {factor!r} for {count} rows"
            )
    return columns


def _check_looks(name: str, factors: Mapping[str, Any], values: dict[str, np.ndarray]) -> None:
    """Check that two settings in a row share their look, and not all do."""
    for factor in (each for each, factor in factors.items() if _is_tint(factor)):
        if not np.allclose(values[factor][::2], values[factor][1::2]):
            raise ValueError(
                f"sample_settings of {name} with per_look=2 gives two settings in a row another "
                f"{factor!r}, which is of the look"
            )
    if all(np.ptp(each) == 0 for each in values.values()):
        raise ValueError(f"sample_settings of {name} gives one setting alone; draw it from rng")


def _name_of(env: Any) -> str:
    """Return what an environment is called in messages."""
    return env.spec.id if env.spec is not None else type(env.unwrapped).__name__
