"""What is new about a target domain to an agent: to its policy, and to its encoder as well.

A policy has seen the looks of its source. An encoder has seen those of its frames, which its bundle
records. Each factor of the look of a target gets a label, and the target the strongest of them:

``seen``
    the policy has met these values, and has met them together.
``new pair``
    it has met each of these values, but never together: DARLA's own protocol.
``OOD1``
    values that the policy has never met and its encoder has.
``OOD2``
    values that neither has met.
``OOD``
    values that a policy without an encoder has never met.

OOD1 and OOD2 are those of Träuble, Dittadi et al., "The Role of Pretrained Representations for the
OOD Generalization of RL Agents", ICLR 2022 (2107.05686).
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from darla.frames.dataset_description import described_parts
from darla_envs.description.domain import NO_FACTORS, Domain

SEEN, NEW_PAIR, OOD, OOD1, OOD2 = "seen", "new pair", "OOD", "OOD1", "OOD2"
LABELS = (SEEN, NEW_PAIR, OOD, OOD1, OOD2)
"""From the weakest to the strongest."""

SAMPLED_ENDS = 0.01
"""Sampled extremes fall short of the range that they were drawn from; so much counts as covered."""

_DRAWN = ("name", "look", "cases")  # what a domain draws from
_Value = str | tuple[float, float]


@dataclass(frozen=True)
class Novelty:
    """What is new about a target."""

    factors: dict[str, str]
    """For each factor of the look its label; a texture or a property of the camera that differs
    from the source's has an entry too, such as ``camera.height``."""
    target: str


@dataclass(frozen=True)
class EncoderCoverage:
    """What an encoder has seen of the look."""

    values: Mapping[str, Sequence[_Value]]
    """For each factor of the look the values that its frames hold."""
    constants: tuple[Mapping[str, Any], ...] = ()
    """Textures, cameras and shifts of the domains that its frames come from, where recorded: one
    mapping for each, from ``textures.floor`` and the like to its value."""


def novelty(target: Domain, source: Domain, encoder: EncoderCoverage | None = None) -> Novelty:
    """Say what is new about a target domain to an agent that was trained in a source.

    What the policy has met in its source is not new, even where its encoder was trained on other
    values: the policy has learnt what that encoder makes of them. Both domains are complete, as
    ``darla_envs.description.domains.find_domain`` returns them. For what the agent's encoder has
    seen see ``encoder_coverage``; None for agents without one. A ValueError where one of the
    domains names a factor that the other lacks, or the encoder's bundle does not say what it saw of
    a factor that is new to the policy.
    """
    if set(target.look) != set(source.look):
        lacking = ", ".join(sorted(set(target.look) ^ set(source.look)))
        raise ValueError(
            f"only one of the domains {target.name!r} and {source.name!r} says where {lacking} "
            "comes from; complete them with darla_envs.description.domains.find_domain"
        )
    met, shown = _looks(source), _looks(target)
    labels = {
        factor: _label(
            factor,
            [value for look in shown for value in look[factor]],
            [value for look in met for value in look[factor]],
            encoder,
        )
        for factor in target.look
    }
    known = [factor for factor, label in labels.items() if label == SEEN]
    labels |= dict.fromkeys(_new_together(shown, met, known), NEW_PAIR)
    labels |= _new_constants(target, source, encoder)
    return Novelty(labels, max(labels.values(), key=LABELS.index, default=SEEN))


def encoder_coverage(dataset: Mapping[str, Any]) -> EncoderCoverage:
    """Return what an encoder has seen of the look, from ``dataset`` of its bundle's config.json.

    Values count, not the names of domains: the range that the frames hold, less what lies between
    the intervals of a domain that was recorded with them; of several datasets all together. Factors
    of single objects (``object2_color``) count as the look's (``object_color``).
    """
    values: dict[str, list[_Value]] = {}
    constants = []
    for part in described_parts(dataset):
        domain, looks = part.get("domain") or {}, []
        if "look" in domain:
            looks = _looks(Domain.from_dict({key: domain[key] for key in _DRAWN if key in domain}))
            constants.append(_constants({name: domain.get(name, {}) for name in NO_FACTORS}))
        for name, covered in part.get("coverage", {}).items():
            factor = re.sub(r"^object\d+_", "object_", name)
            drawn = [value for look in looks for value in look.get(factor, ())]
            values.setdefault(factor, []).extend(_covered(covered, drawn))
    return EncoderCoverage(
        {factor: tuple(dict.fromkeys(found)) for factor, found in values.items() if found},
        tuple(constants),
    )


def _looks(domain: Domain) -> list[Mapping[str, Sequence[_Value]]]:
    """Return what episodes draw their look from: one mapping, or one for each case."""
    return [{**domain.look, **case} for case in domain.cases] or [domain.look]


def _label(
    factor: str,
    shown: Sequence[_Value],
    met: Sequence[_Value],
    encoder: EncoderCoverage | None,
) -> str:
    """Label a factor by its values alone."""
    new = [piece for piece in _pieces(shown, met) if not _within(piece, met)]
    if not new:
        return SEEN
    if encoder is None:
        return OOD
    if factor not in encoder.values:
        raise ValueError(
            f"the encoder's bundle does not say which values of {factor!r} its frames showed; "
            "train it on frames that record their factors, or give no encoder"
        )
    seen = [_widened(value) for value in encoder.values[factor]]
    covered = all(_within(piece, seen) for piece in _pieces(new, seen))
    return OOD1 if covered else OOD2


def _new_together(
    shown: Iterable[Mapping[str, Sequence[_Value]]],
    met: Sequence[Mapping[str, Sequence[_Value]]],
    factors: Sequence[str],
) -> set[str]:
    """Return the factors of the smallest conjunctions of known values that were never met."""
    for size in range(2, len(factors) + 1 if len(met) > 1 else 0):
        new: set[str] = set()
        for look, together in itertools.product(shown, itertools.combinations(factors, size)):
            pieces = [
                _pieces(look[factor], [value for other in met for value in other[factor]])
                for factor in together
            ]
            cases = (dict(zip(together, case, strict=True)) for case in itertools.product(*pieces))
            if any(not _met(case, met) for case in cases):
                new |= {*together}
        if new:
            return new
    return set()


def _met(case: Mapping[str, _Value], looks: Iterable[Mapping[str, Sequence[_Value]]]) -> bool:
    """Whether some look may take these values together."""
    return any(all(_within(value, look[name]) for name, value in case.items()) for look in looks)


def _new_constants(
    target: Domain, source: Domain, encoder: EncoderCoverage | None
) -> dict[str, str]:
    """Label textures and properties of the camera that differ; one that is not named is stock."""
    there, here = (
        _constants({name: getattr(domain, name, {}) for name in NO_FACTORS})
        for domain in (target, source)
    )
    labels = {}
    for name in sorted({*there, *here}):
        if there.get(name) == here.get(name):
            continue
        known = encoder is not None and any(
            seen.get(name) == there.get(name) for seen in encoder.constants
        )
        labels[name] = OOD if encoder is None else OOD1 if known else OOD2
    return labels


def _constants(mappings: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return ``{"textures": {"floor": x}}`` as ``{"textures.floor": x}``, lists as tuples."""
    return {
        f"{name}.{key}": tuple(value) if isinstance(value, list) else value
        for name, mapping in mappings.items()
        for key, value in mapping.items()
    }


def _covered(covered: Mapping[str, Any], drawn: Sequence[_Value]) -> list[_Value]:
    """Return the values that frames hold, from their extremes and what they were drawn from."""
    if "counts" in covered:
        return [name for name, count in covered["counts"].items() if count]
    if "min" not in covered:
        return []
    low, high = covered["min"], covered["max"]
    intervals = [value for value in drawn if not isinstance(value, str)]
    met: list[_Value] = []
    for start, end in intervals:
        if start <= high + SAMPLED_ENDS and end >= low - SAMPLED_ENDS:
            # A single value that was rounded when it was stored lies beside itself.
            ends = max(low, start), min(high, end)
            met.append((min(ends), max(ends)))
    return met or [(low, high)]


def _pieces(values: Iterable[_Value], other: Iterable[_Value]) -> list[_Value]:
    """Cut intervals at the ends of others, so that each piece lies inside or outside of those."""
    cuts = sorted({end for value in other if not isinstance(value, str) for end in value})
    pieces: list[_Value] = []
    for value in values:
        if isinstance(value, str) or value[0] == value[1]:
            pieces.append(value)
            continue
        low, high = value
        pieces += itertools.pairwise([low, *(cut for cut in cuts if low < cut < high), high])
    return pieces


def _within(piece: _Value, values: Iterable[_Value]) -> bool:
    """Whether a piece lies in one of the values; it must have been cut at their ends."""
    if isinstance(piece, str):
        return piece in values
    middle = (piece[0] + piece[1]) / 2
    return any(
        value[0] - 1e-9 <= middle <= value[1] + 1e-9
        for value in values
        if not isinstance(value, str)
    )


def _widened(value: _Value) -> _Value:
    """Return an interval that counts what sampled extremes fall short of as covered."""
    return value if isinstance(value, str) else (value[0] - SAMPLED_ENDS, value[1] + SAMPLED_ENDS)
