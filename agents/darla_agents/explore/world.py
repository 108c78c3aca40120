"""The tab World: settings of the true factors, drawn anew, and which latents move with each.

A sweep is a row of the importance matrix, live: one factor goes through its range while all others
stay where the sliders are, and latents are compared by how far they move meanwhile.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import numpy as np

from darla.encoder.frozen_encoder import ACTIVE_STD
from darla.running.names import unknown
from darla_agents.explore.messages import (
    Answer,
    Index,
    Message,
    Name,
    Setting,
    numbers,
    picture,
    plain_values,
)
from darla_agents.explore.opened import Opened
from darla_agents.explore.settable_worlds import DERIVED, SettableWorld
from darla_agents.explore.traverse import encoded

_STEPS = 7  # of a sweep through a factor's range


class Sample(Message, frozen=True):
    """What is a setting of a domain?"""

    domain: Name
    seed: Index
    in_view: bool | None = None


class Draw(Message, frozen=True):
    """What does a setting look like, and what are its latents?"""

    domain: Name
    setting: Setting


class Sweep(Message, frozen=True):
    """How do all latents move when one factor goes through its range?"""

    domain: Name
    setting: Setting
    factor: Name
    pictures: bool = False
    steps: Annotated[int, msgspec.Meta(ge=2, le=32)] = _STEPS


def answer_sample(opened: Opened, asked: Sample) -> Answer:
    """Return a setting, and what it looks like."""

    def draw(world: SettableWorld) -> tuple[dict[str, Any], np.ndarray, dict[str, Any]]:
        (setting,) = world.sample(asked.domain, 1, asked.seed, asked.in_view)
        frames, reported = world.draw(asked.domain, [setting])
        return setting, frames[0], reported[0]

    setting, frame, reported = opened.frames.drawn(draw)
    return {"setting": plain_values(setting), **_shown(opened, frame, reported)}


def answer_draw(opened: Opened, asked: Draw) -> Answer:
    """Return what a setting looks like; a ValueError where it is impossible."""
    frames, reported = opened.frames.drawn(lambda world: world.draw(asked.domain, [asked.setting]))
    return _shown(opened, frames[0], reported[0])


def answer_sweep(opened: Opened, asked: Sweep) -> Answer:
    """Return how far each latent of each encoder moves, in units of its spread over D_U.

    Values of the factor that are impossible in this setting, such as a place within a wall, are
    left out; the page is told which are there.
    """
    world = opened.frames.need_world()
    values = _values(world, asked.factor, asked.steps)
    settings = [{**asked.setting, asked.factor: value} for value in values]
    kept, frames = opened.frames.drawn(lambda each: _possible(each, asked.domain, settings))
    if len(frames) < 2:
        raise ValueError(
            f"{asked.factor} can have one value at most in this setting; move other factors first"
        )
    return {
        "values": [values[place] for place in kept],
        "pictures": [picture(frame) for frame in frames] if asked.pictures else [],
        "moved": [_moved(opened, index, frames) for index in range(len(opened.encoders))],
    }


def _shown(opened: Opened, frame: np.ndarray, reported: dict[str, Any]) -> Answer:
    """Return a frame, its factors and what all encoders make of it."""
    return {
        "frame": picture(frame),
        "factors": plain_values(reported),
        "bundles": [encoded(each, frame) for each in opened.encoders],
    }


def _values(world: SettableWorld, factor: str, steps: int) -> list[float | str]:
    """Return values of a factor in equal steps through its range, or its categories."""
    settable = [name for name, each in world.factors.items() if each["role"] != DERIVED]
    if factor not in settable:
        raise unknown("factor to move", factor, settable)
    described = world.factors[factor]
    if described["categories"]:
        return [*described["categories"]]
    low, high = described["low"], described["high"]
    if low is None or high is None:
        raise ValueError(f"{factor} has no limits, between which it could go")
    around = described["kind"] == "circular"  # both ends are one value
    return [float(value) for value in np.linspace(low, high, steps + around)[:steps]]


def _possible(
    world: SettableWorld, domain: str, settings: Sequence[dict[str, Any]]
) -> tuple[list[int], np.ndarray]:
    """Draw those settings that are possible; returns their places, and uint8 (n, H, W, 3)."""
    try:
        return [*range(len(settings))], world.draw(domain, settings)[0]
    except ValueError:
        world.checked(domain)
    kept, frames = [], []
    for place, setting in enumerate(settings):
        try:
            frames.append(world.draw(domain, [setting])[0])
            kept.append(place)
        except ValueError:
            continue
    return kept, np.concatenate(frames) if frames else np.empty((0, 1, 1, 3), np.uint8)


def _moved(opened: Opened, bundle: int, frames: np.ndarray) -> list[float]:
    """Return the standard deviation of each latent over frames, in units of that over D_U."""
    named = opened.bundle(bundle)
    latents = named.encoder.encode(named.sized(frames))
    std = np.maximum(named.encoder.statistics.std, ACTIVE_STD)
    moved: list[float] = numbers(latents.std(axis=0) / std)
    return moved
