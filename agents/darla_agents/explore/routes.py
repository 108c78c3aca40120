"""What can be asked: for each route the shape of its message, and what answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from darla_agents.explore import data, traverse, uses, world
from darla_agents.explore.messages import Answer, Message
from darla_agents.explore.opened import Opened
from darla_agents.explore.watch import Look, Sessions, Start, Step
from darla_envs.suites import suite_of

Answering = Callable[[Opened, Any], Answer]


class About(Message, frozen=True):
    """What was given?"""


@dataclass(frozen=True)
class Route:
    """One question."""

    message: type[Message]
    answer: Answering


def make_routes(sessions: Sessions) -> Mapping[str, Route]:
    """Return all questions by their names, which the page puts after ``/api/``."""
    return {
        "about": Route(About, answer_about),
        "frame": Route(traverse.Encode, traverse.answer_frame),
        "traverse/encode": Route(traverse.Encode, traverse.answer_encode),
        "traverse/decode": Route(traverse.Decode, traverse.answer_decode),
        "traverse/survey": Route(traverse.Survey, traverse.answer_survey),
        "traverse/drag": Route(traverse.Drag, traverse.answer_drag),
        "world/sample": Route(world.Sample, world.answer_sample),
        "world/draw": Route(world.Draw, world.answer_draw),
        "world/sweep": Route(world.Sweep, world.answer_sweep),
        "uses/interpolate": Route(uses.Interpolate, uses.answer_interpolate),
        "uses/swap": Route(uses.Swap, uses.answer_swap),
        "uses/inpaint": Route(uses.Inpaint, uses.answer_inpaint),
        "uses/denoise": Route(uses.Spoiled, uses.answer_denoise),
        "uses/alarm": Route(uses.Spoiled, uses.answer_alarm),
        "uses/nearest": Route(uses.Nearest, uses.answer_nearest),
        "watch/start": Route(Start, sessions.start),
        "watch/step": Route(Step, sessions.step),
        "watch/look": Route(Look, sessions.look),
        "data/sheet": Route(data.Sheet, data.answer_sheet),
        "data/record": Route(data.Record, data.answer_record),
    }


def answer_about(opened: Opened, asked: About) -> Answer:
    """Return what was given, for the page to begin with."""
    settable, dataset, player = opened.frames.world, opened.frames.dataset, opened.player
    return {
        "bundles": [each.about() for each in opened.encoders],
        "world": None
        if settable is None
        else {
            "env": settable.suite.env_id,
            "domains": settable.domains,
            "varied": settable.varied,
            "factors": settable.factors,
        },
        "data": None if dataset is None else data.about_dataset(dataset),
        "agent": None if player is None else _about_agent(opened),
        "shifts": uses.known_shifts(),
    }


def answer(opened: Opened, route: Route, body: bytes) -> bytes:
    """Return the answer to a message as JSON.

    Raises:
        ValueError: the message is malformed, or asks for what cannot be; one line says what.
    """
    try:
        asked = msgspec.json.decode(body, type=route.message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"the message is malformed: {error}") from error
    return msgspec.json.encode(route.answer(opened, asked))


def _about_agent(opened: Opened) -> Answer:
    """Return what the page shows of the agent."""
    player = opened.player
    assert player is not None and player.spec is not None
    suite = suite_of(player.environment)
    return {
        "name": player.name,
        "kind": player.shown_kind,
        "task": player.shown_task,
        "domain": player.spec.domain,
        "domains": suite.domains(),
        "targets": suite.targets(),
    }
