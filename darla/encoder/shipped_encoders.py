"""Where a bundle lies that is meant by a name: with the package, on the hub, in a store or here."""

import os
from pathlib import Path

from darla.hub.names import hub_name, is_hub_name
from darla.hub.pull import pull
from darla.running.checked_json import LARGEST_JSON
from darla.running.tensor_files import LARGEST_WEIGHTS
from darla.stores.local_copies import bring
from darla.stores.urls import StoreUrl, place

BUNDLE_FILES = {"config.json": LARGEST_JSON, "model.safetensors": LARGEST_WEIGHTS}
"""The files of a bundle, and how many bytes each may have."""
_FOLDER = Path(__file__).parent / "shipped"


def shipped_encoders() -> dict[str, Path]:
    """Return the folders of the bundles that come with the package, by name."""
    folders = sorted(path for path in _FOLDER.glob("*") if (path / "config.json").is_file())
    return {folder.name: folder for folder in folders}


def bundle_folder(path: str | os.PathLike[str]) -> Path:
    """Return the folder that is meant by a path or a name.

    A name is that of a bundle that comes with the package, or ``hf://user/name@revision``, which is
    brought here from the hub, or a URL such as ``s3://bucket/name``, which is brought from a store.
    A folder of that name in the working directory comes first.

    Raises:
        FileNotFoundError: the store has no such bundle.
        ValueError: the hub has no such bundle, or cannot be reached; or the URL cannot be used.
        StoreError: the store cannot be reached.
    """
    if is_hub_name(path):
        return pull(hub_name(path), BUNDLE_FILES).folder
    folder = place(path)
    if isinstance(folder, StoreUrl):
        return bring(folder, BUNDLE_FILES)
    if folder.exists() or len(folder.parts) != 1:
        return folder
    return shipped_encoders().get(folder.name, folder)
