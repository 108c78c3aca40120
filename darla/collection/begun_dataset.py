"""The dataset that a collection writes to: it is begun, or it is checked that it may go on."""

from dataclasses import replace
from typing import Any

from darla.collection.chunk_server import Ready
from darla.collection.config import RANDOM, CollectConfig
from darla.frames.attributes import read_attributes
from darla.frames.writer import create_frame_dataset
from darla.running.run_record import versions

DEFAULTS: dict[str, Any] = {
    "rendering": "stock",
    "renderer": "stock",
    "frames_per_look": 1,
    "wrappers": [],
    "look": None,
}
"""Attributes of datasets that do not say."""


def prepare_dataset(config: CollectConfig, ready: Ready, progress: bool) -> None:
    """Create the dataset, or check that it is about the environment that workers have made."""
    attributes = read_attributes(config.path)
    if attributes is not None:
        check_begun(config, attributes, ready)
        return
    if progress and config.chosen_policy is None and ready.policy == RANDOM:
        print(f"{config.env} offers no factors: frames come from acting at random")
    recipe = replace(config, policy=ready.policy).recipe()
    create_frame_dataset(config.path, {**recipe, **ready.attributes, "versions": versions()})


def check_begun(config: CollectConfig, attributes: dict[str, Any], ready: Ready) -> None:
    """Check that a dataset is about the environment that a worker has made; else a ValueError."""
    begun, found = {**DEFAULTS, **attributes}, ready.attributes
    change = None
    if list(begun["factors"].items()) != list(found["factors"].items()):
        change = "reported other factors, or in another order"
    elif begun["renderer"] != found["renderer"]:
        change = f"was drawn by the {begun['renderer']} renderer"
    if change is not None:
        raise ValueError(
            f"{config.path} was begun when {config.env} {change}; "
            "give another folder as out, or delete that one"
        )
