"""The tab Traverse: a frame's latents, and what is decoded when one of them is moved."""

import numpy as np

from darla.encoder.abilities import can_decode
from darla.uses.encoded_frames import posteriors
from darla_agents.explore.drag import drag
from darla_agents.explore.messages import (
    Answer,
    FrameRef,
    Index,
    Latents,
    Message,
    Share,
    numbers,
    picture,
)
from darla_agents.explore.named_encoders import NamedEncoder
from darla_agents.explore.opened import Opened
from darla_agents.explore.survey import survey


class Encode(Message, frozen=True):
    """What is a frame, and what do all encoders make of it?"""

    frame: FrameRef


class Decode(Message, frozen=True):
    """What picture do latents of one encoder stand for?"""

    bundle: Index
    latents: Latents


class Survey(Message, frozen=True):
    """How are the latents of one encoder spread, and what do they hold?"""

    bundle: Index


class Drag(Message, frozen=True):
    """Which latents near to these show at one place of the picture what is now at another?

    Places are shares of the height and the width, from the top and the left.
    """

    bundle: Index
    latents: Latents
    start: tuple[Share, Share]
    end: tuple[Share, Share]


def answer_frame(opened: Opened, asked: Encode) -> Answer:
    """Return the frame alone."""
    return {"frame": picture(opened.frames.read(asked.frame))}


def answer_encode(opened: Opened, asked: Encode) -> Answer:
    """Return the frame, and for each encoder its latents and their reconstruction."""
    frame = opened.frames.read(asked.frame)
    return {
        "frame": picture(frame),
        "bundles": [encoded(each, frame) for each in opened.encoders],
    }


def encoded(named: NamedEncoder, frame: np.ndarray) -> Answer:
    """Return what an encoder makes of a frame, uint8 (H, W, 3) of any size."""
    shown = named.sized(frame[None])
    means, variances = posteriors(named.encoder, shown)
    return {
        "shown": picture(shown[0]),
        "latents": numbers(means[0]),
        "spread": numbers(np.sqrt(variances[0])),
        **decoded(named, means),
    }


def decoded(named: NamedEncoder, latents: np.ndarray) -> Answer:
    """Return the picture of latents (1, z); nothing where the encoder draws none."""
    if not can_decode(named.encoder):
        return {"decoded": None}
    return {"decoded": picture(named.encoder.decode(latents)[0])}


def answer_decode(opened: Opened, asked: Decode) -> Answer:
    """Return the picture that latents stand for."""
    named = opened.bundle(asked.bundle)
    return decoded(named, named.checked(asked.latents))


def answer_survey(opened: Opened, asked: Survey) -> Answer:
    """Return histograms of all latents, and which factor each holds."""
    return survey(opened, asked.bundle).answer()


def answer_drag(opened: Opened, asked: Drag) -> Answer:
    """Return latents whose picture has moved as it was dragged, and that picture."""
    named = opened.bundle(asked.bundle)
    latents = drag(named.encoder, named.checked(asked.latents), asked.start, asked.end)
    return {"latents": numbers(latents[0]), **decoded(named, latents)}
