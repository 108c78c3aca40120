"""Check a vector environment that is put into many settings at a time."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np

from darla.checks.described_factors import described_factors, is_tint, name_of
from darla.collection.batched_chunks import offers_settings
from darla.collection.reported_factors import column_reader, describe_factors
from darla.frames.pictures import find_picture


def check_vector_environment(envs: gym.vector.VectorEnv[Any, Any, Any], seed: int) -> None:
    """Check that its settings can be drawn, and that it can be put into them, all at once.

    A ValueError says what to mend.
    """
    name = name_of(envs)
    if not offers_settings(envs, ["per_look"]):
        raise ValueError(
            f"{name} does not offer settings: give it sample_settings(rng, count, in_view, "
            "per_look=...) and reset_to(rows, frames)"
        )
    factors = described_factors(name, envs)
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
    for factor in (each for each, factor in factors.items() if is_tint(factor)):
        if not np.allclose(values[factor][::2], values[factor][1::2]):
            raise ValueError(
                f"sample_settings of {name} with per_look=2 gives two settings in a row another "
                f"{factor!r}, which is of the look"
            )
    if all(np.ptp(each) == 0 for each in values.values()):
        raise ValueError(f"sample_settings of {name} gives one setting alone; draw it from rng")
