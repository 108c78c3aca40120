"""What an encoder's bundle says of the frames that it learnt from."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from darla.frames.dataset import FrameDataset
from darla.frames.joined import datasets_in

_COPIED = (
    "env",
    "env_kwargs",
    "wrappers",
    "look",
    "how",
    "in_view",
    "frames_per_look",
    "agent",
    "seed",
    "key",
    "domain",
    "factors",
)
_ORIGIN = ("env", "env_kwargs", "how", "in_view", "frames_per_look", "agent", "seed", "key")
_LATER = ("wrappers", "look")  # which descriptions of earlier versions lack, where there are none


def describe_datasets(frames: FrameDataset) -> dict[str, Any]:
    """Return :func:`describe_dataset` of one dataset, or of each of several joined ones.

    The latter are in ``parts``, beside the shape of all frames together.
    """
    parts = [describe_dataset(part) for part in datasets_in(frames)]
    return parts[0] if len(parts) == 1 else {"shape": list(frames.shape), "parts": parts}


def describe_dataset(dataset: FrameDataset) -> dict[str, Any]:
    """Return plain values for JSON: the dataset's origin, and what of each factor it covers."""
    attributes = dataset.attributes
    return {
        "path": str(dataset.path),
        "shape": list(dataset.shape),
        **{name: attributes[name] for name in _COPIED if name in attributes},
        "coverage": coverage(dataset),
    }


def described_parts(description: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the description of each dataset that :func:`describe_datasets` described."""
    parts = description.get("parts") or [description]
    return [part for part in parts if isinstance(part, Mapping)]


def learnt_from(description: Mapping[str, Any], dataset: FrameDataset) -> bool:
    """Whether what :func:`describe_datasets` returned describes a dataset with the same frames.

    They come from the same environment, by the same policy and seed, wherever they lie.
    """
    return any(
        "env" in part
        and all(part.get(name) == dataset.attributes.get(name) for name in _ORIGIN)
        and all(
            (part.get(name) or None) == (dataset.attributes.get(name) or None) for name in _LATER
        )
        for part in described_parts(description)
    )


def coverage(dataset: FrameDataset) -> dict[str, dict[str, Any]]:
    """Return ``min`` and ``max`` of each factor; of categories, ``counts`` of frames by name.

    A factor that is nowhere finite (an object that is never there) has neither.
    """
    kinds = dataset.attributes.get("factors", {})
    return {name: _cover(values, kinds.get(name, {})) for name, values in dataset.factors.items()}


def _cover(values: np.ndarray, factor: dict[str, Any]) -> dict[str, Any]:
    """Return which values of a factor occur: how often each, or the least and the largest."""
    known = values[np.isfinite(values)]
    categories = factor.get("categories")
    if categories:
        counts = np.bincount(known.astype(np.int64), minlength=len(categories))
        return {"counts": dict(zip(categories, counts.tolist(), strict=False))}
    if not len(known):
        return {}
    return {"min": float(known.min()), "max": float(known.max())}
