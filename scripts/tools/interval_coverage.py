"""How often the intervals of tables hold the true value, by simulation; prints a Markdown table.

python scripts/tools/interval_coverage.py

Agents' scores are normal, or near a ceiling: 1 less a lognormal shortfall with a mean of 0.14 and a
skewness of 3.7. Of agents that share encoders half of the variance is the encoder's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from darla.running.command import run_command
from darla.running.markdown import markdown_table
from darla_agents.comparison.intervals import (
    Interval,
    independent_units,
    mean_interval,
    sample_mean,
    share_interval,
)
from darla_agents.comparison.statistics import (
    bootstrap_interval,
    interquartile_mean,
    mean,
    probability_of_improvement_interval,
)

ENCODERS = {
    "3 agents": None,
    "5 agents": None,
    "3 agents, 1 encoder each": (0, 1, 2),
    "5 agents on 3 encoders": (0, 1, 2, 0, 1),
}
SPREAD = 0.8  # of the logarithm of the shortfall
MANY = 1_000_000

Draw = Callable[[np.ndarray], np.ndarray]
DISTRIBUTIONS: dict[str, Draw] = {
    "normal": lambda z: z,
    "near a ceiling": lambda z: 1.0 - 0.1 * np.exp(SPREAD * z),
}


@dataclass(frozen=True)
class CoverageConfig:
    """How much to simulate."""

    trials: int = 5_000
    """Studies of each kind."""
    resamples: int = 500
    """Of the bootstrap."""
    seed: int = 0
    """Of all draws."""


def main(config: CoverageConfig) -> None:
    """Print the table of intervals of means, and that of other quantities."""
    rng = np.random.default_rng(config.seed)
    lines = []
    for agents, encoders in ENCODERS.items():
        for name, draw in DISTRIBUTIONS.items():
            lines.append([agents, name, *_of_means(config, rng, int(agents[0]), encoders, draw)])
    header = ["agents", "scores", "percentile bootstrap", "Student's t over agents", "as in tables"]
    print(markdown_table(header, lines, left=2) + "\n")
    header = ["agents", "scores", "IQM over 5 targets", "probability of improvement"]
    header += ["mean ratio, t", "ratio of means, Fieller", "gap closed, Fieller"]
    lines = [
        [f"{count} agents", name, *_of_others(config, rng, count, draw)]
        for count in (3, 5)
        for name, draw in DISTRIBUTIONS.items()
    ]
    print(markdown_table(header, lines, left=2))


def _of_means(
    config: CoverageConfig,
    rng: np.random.Generator,
    count: int,
    encoders: tuple[int, ...] | None,
    draw: Draw,
) -> list[str]:
    """Return how often three intervals of a mean hold the true one."""
    truth = float(draw(rng.normal(size=MANY)).mean())
    held = np.zeros((config.trials, 3), dtype=bool)
    names = [] if encoders is None else [str(number) for number in encoders]
    for trial in range(config.trials):
        z = rng.normal(size=count)
        if encoders is not None:
            z = (z + rng.normal(size=count)[list(encoders)]) / 2**0.5
        scores = draw(z)
        found = (
            bootstrap_interval([scores], mean, resamples=config.resamples, seed=trial),
            mean_interval(scores),
            mean_interval(scores, *([names] if names else [])),
        )
        held[trial] = [_holds(interval, truth) for interval in found]
    return _percent(held)


def _of_others(
    config: CoverageConfig, rng: np.random.Generator, count: int, draw: Draw
) -> list[str]:
    """Return how often intervals of other quantities hold the true value, agents being units."""

    def margins(agents: int) -> tuple[np.ndarray, np.ndarray]:
        """Return margins in source and target, above 0.5: half of their spread is in common."""
        z = rng.normal(size=(2, agents))
        source = 2.0 + 0.15 * _unit(draw, z[0])
        return source, 1.0 + 0.15 * _unit(draw, (z[0] + z[1]) / 2**0.5)

    source, target = margins(MANY)
    truths = [float((target / source).mean()), float(target.mean() / source.mean())]
    offsets = np.linspace(0.0, 1.0, 5)  # of five targets, which differ
    cells = draw(rng.normal(size=(MANY // 5, 1)) + 0 * offsets) + offsets
    truth = float(interquartile_mean(cells.ravel()))
    held = []
    for trial in range(config.trials):
        how = {"resamples": config.resamples, "seed": trial}
        scores = draw(rng.normal(size=(count, 1)) + 0 * offsets) + offsets
        iqm = bootstrap_interval([scores], interquartile_mean, **how)
        first, second = draw(rng.normal(size=(2, count)))
        chance = probability_of_improvement_interval(first, second, **how)
        source, target = margins(count)
        low, high = (0.3 * _unit(draw, rng.normal(size=count)) + place for place in (0.0, 3.0))
        agents = 0.3 * _unit(draw, rng.normal(size=count)) + 2.0
        closed = share_interval(sample_mean(agents), sample_mean(low), [sample_mean(high)])
        found = (iqm, truth), (chance, 0.5), (mean_interval(target / source), truths[0])
        ratio = _fieller(target, source), truths[1]
        held.append([_holds(*each) for each in (*found, ratio, (closed, 2.0 / 3.0))])
    return _percent(np.array(held))


def _unit(draw: Draw, z: np.ndarray) -> np.ndarray:
    """Return scores with a mean of 0 and a standard deviation of 1."""
    if draw is DISTRIBUTIONS["normal"]:
        return z
    square = SPREAD**2
    centre, scale = np.exp(square / 2), (np.exp(square) * np.expm1(square)) ** 0.5
    return np.asarray((centre - np.exp(SPREAD * z)) / scale)


def _fieller(target: np.ndarray, source: np.ndarray) -> Interval | None:
    """Return Fieller's interval of the ratio of two means of the same agents."""
    units = independent_units([""] * len(source))
    spread = np.cov(target, source) / len(source)
    square = (sample_mean(source, units).interval().high - source.mean()) ** 2 / spread[1, 1]
    a = source.mean() ** 2 - square * spread[1, 1]
    b = target.mean() * source.mean() - square * spread[0, 1]
    c = target.mean() ** 2 - square * spread[0, 0]
    if a <= 0:
        return None
    reach = max(b**2 - a * c, 0.0) ** 0.5
    return Interval((b - reach) / a, (b + reach) / a, 0.95)


def _holds(interval: Interval | None, truth: float) -> bool:
    """Whether an interval holds the true value; none holds all."""
    return interval is None or interval.low <= truth <= interval.high


def _percent(held: np.ndarray) -> list[str]:
    """Return the share of each column of trials as a percentage."""
    return [f"{share:.0%}" for share in held.mean(axis=0)]


if __name__ == "__main__":
    run_command(CoverageConfig, main, __doc__)
