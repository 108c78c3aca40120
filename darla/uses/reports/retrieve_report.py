"""Frames, and those of a dataset that they find: by all latents, by state, look and pixels.

Queries are frames of another dataset; or, in a dataset that shows each state in several looks, its
frames in the first look, which are to find themselves in the second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from darla.encoder.drawn_rows import draw_rows
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.frames.dataset import FrameDataset
from darla.frames.read_rows import read_rows
from darla.probes.targets import ProbeTarget, described_target
from darla.running.names import lookup
from darla.running.ranges import PositiveInt
from darla.uses.encoded_frames import Frames, encode_pieces
from darla.uses.nearest import Nearest
from darla.uses.refusals import can_tell_roles
from darla.uses.reports.report import Report, UseConfig, spread_rows
from darla.uses.retrieve import (
    PIXELS,
    RELEVANT_SHARE,
    columns_of,
    nearest_latents,
    relevance,
    retrieve,
)

_SHOWN = 4  # queries that are drawn
ROLES = ("state", "look")


@dataclass(frozen=True)
class Retrieve(UseConfig):
    """Find frames of a dataset by frames of another, or by the same state in another look."""

    queries: Path | None = None
    """Dataset of the frames that are looked for; when not given, data must show states in several
    looks (darla collect --looks-per-state 2), and frames are to find themselves in another look."""
    by: tuple[str, ...] = ()
    """What counts: all, state, look or pixels; by default all that the encoder can."""
    k: PositiveInt = 5
    """How many frames to find for each."""
    factors: tuple[str, ...] = ()
    """Recorded factors that say which frames are truly near; by default all of the state, and all
    of the look, apart."""

    name: ClassVar[str] = "retrieve"


@dataclass(frozen=True, eq=False)
class _Search:
    """What is looked for, among what, and what is truly so."""

    queries: np.ndarray
    candidates: Frames
    query_factors: Mapping[str, ProbeTarget]
    candidate_factors: Mapping[str, ProbeTarget]
    roles: Mapping[str, str]
    partners: bool
    """Whether the query in a row is the state of the candidate in the same row."""


def report_retrieve(config: Retrieve) -> Report:
    """Find frames in every way; measure how many are truly near, where factors were recorded."""
    encoder = config.load()
    search = _search(config, encoder.image_shape[:2])
    roles = ROLES if can_tell_roles(encoder) else ()
    ways = config.by or ("all", *roles, PIXELS)
    found = _find(encoder, search, ways, config.k)
    numbers: dict[str, Any] = {"queries": len(search.queries), "candidates": len(search.candidates)}
    for by in ways:
        numbers[by] = _measured(config, search, found[by].rows)
    numbers["chance"] = {"precision": RELEVANT_SHARE}
    return Report(_draw(encoder, search, found), numbers)


def _search(config: Retrieve, size: tuple[int, int]) -> _Search:
    """Open what is asked for."""
    dataset = FrameDataset.open(config.data)
    if config.queries is not None:
        asked = FrameDataset.open(config.queries)
        rows = spread_rows(len(asked), config.frames)
        return _with_factors(dataset, dataset, None, asked, rows, size, partners=False)
    looks = dataset.attributes.get("looks_per_state") or 1
    if looks < 2:
        raise ValueError(
            f"{config.data} shows each state in one look, so that no frame has another to be found "
            "by; give --queries, frames of another --seed, or collect with --looks-per-state 2"
        )
    per_look = dataset.attributes.get("frames_per_look") or 1
    row = np.arange(len(dataset) // (per_look * looks) * per_look * looks)
    first = row[row // per_look % looks == 0]
    rows = first[spread_rows(len(first), config.frames)]
    seconds = rows + per_look
    frames = read_rows(dataset, seconds, size)
    return _with_factors(frames, dataset, seconds, dataset, rows, size, partners=True)


def _with_factors(
    candidates: Frames,
    dataset: FrameDataset,
    taken: np.ndarray | None,
    asked: FrameDataset,
    rows: np.ndarray,
    size: tuple[int, int],
    partners: bool,
) -> _Search:
    """Return a search among some rows of a dataset, or all, with the factors that both know."""
    described = dataset.attributes["factors"]
    others = asked.attributes["factors"]
    kept: dict[str, tuple[ProbeTarget, ProbeTarget]] = {}
    for name, each in described.items():
        if others.get(name) != each:
            continue
        values = dataset.factors[name] if taken is None else dataset.factors[name][taken]
        both = np.concatenate([values, asked.factors[name][rows]])
        target = described_target(name, each, both)
        if target.known.all() and np.ptp(values):
            here = np.arange(len(both)) < len(values)
            kept[name] = (target.take(~here), target.take(here))
    return _Search(
        read_rows(asked, rows, size),
        candidates,
        {name: query for name, (query, _) in kept.items()},
        {name: candidate for name, (_, candidate) in kept.items()},
        {name: described[name]["role"] for name in kept},
        partners,
    )


def _find(
    encoder: FrozenEncoder, search: _Search, ways: Sequence[str], k: int
) -> dict[str, Nearest]:
    """Find frames in each way; latents are encoded once for all."""
    columns = {by: columns_of(encoder, by) for by in ways if by != PIXELS}
    latents = [
        encode_pieces(encoder, each) if columns else np.zeros((len(each), 0))
        for each in (search.queries, search.candidates)
    ]
    return {
        by: retrieve(encoder, search.queries, search.candidates, k, by)
        if by == PIXELS
        else nearest_latents(latents[0][:, columns[by]], latents[1][:, columns[by]], k)
        for by in ways
    }


def _measured(config: Retrieve, search: _Search, rows: np.ndarray) -> dict[str, Any]:
    """Return how many of the rows that were found, (Q, k), are truly near."""
    measured: dict[str, Any] = {}
    if search.partners:
        own = rows == np.arange(len(rows))[:, None]
        measured["itself in another look, first"] = float(own[:, 0].mean())
        measured[f"itself in another look, among {rows.shape[1]}"] = float(own.any(axis=1).mean())
    for what, names in _asked(config, search).items():
        queries, candidates = (
            [factors[name] for name in names]
            for factors in (search.query_factors, search.candidate_factors)
        )
        measured[f"precision by {what}"] = float(relevance(queries, candidates, rows).mean())
    return measured


def _asked(config: Retrieve, search: _Search) -> dict[str, list[str]]:
    """Return the factors that say what is truly near, by what they are called."""
    if config.factors:
        for name in config.factors:
            lookup("factor", name, search.roles)
        return {" ".join(config.factors): list(config.factors)}
    by_role = {
        role: [name for name, found in search.roles.items() if found == role] for role in ROLES
    }
    return {f"true {role}": names for role, names in by_role.items() if names}


def _draw(encoder: FrozenEncoder, search: _Search, found: Mapping[str, Nearest]) -> np.ndarray:
    """Draw some queries, and what is found by them in each way."""
    size = encoder.image_shape[:2]
    rows, labels = [], []
    for query in spread_rows(len(search.queries), _SHOWN):
        for by, nearest in found.items():
            chosen = nearest.rows[query]
            frames = (
                read_rows(search.candidates, chosen, size)
                if isinstance(search.candidates, FrameDataset)
                else search.candidates[chosen]
            )
            rows.append(np.concatenate([search.queries[query][None], frames]))
            labels.append(f"by {by}")
    return draw_rows(rows, labels, "frame | nearest frames of the dataset, the nearest first")
