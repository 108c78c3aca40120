"""Bring files of a repository here: named ones, of bounded size, of one commit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from darla.hub.library import hub_library, said_in_one_line
from darla.hub.names import HubName


def pull(name: HubName, most: Mapping[str, int]) -> tuple[HubName, Path]:
    """Bring files into the hub's own cache, unless they are there.

    Args:
        name: of what repository; of a whole commit that is in the cache, nothing is asked of the
            hub.
        most: how many bytes each file may have, by its name.

    Returns:
        The name with the commit that it meant, and the folder that the files are in.

    Raises:
        ValueError: huggingface_hub is not installed, or the repository, its revision or a file is
            not there, or is too large, or the hub cannot be reached.
    """
    library = hub_library()
    if name.is_pinned:
        found = [
            library.try_to_load_from_cache(name.repo, each, revision=name.revision) for each in most
        ]
        if all(isinstance(path, str) for path in found):
            return name, Path(found[0]).parent
    with said_in_one_line(name):
        info = library.HfApi().model_info(name.repo, revision=name.revision, files_metadata=True)
        _check_sizes(name, info, most)
        paths = [library.hf_hub_download(name.repo, each, revision=info.sha) for each in most]
    return HubName(name.repo, info.sha), Path(paths[0]).parent


def has_files(name: HubName, wanted: Mapping[str, int]) -> bool:
    """Whether a repository has all files of these names."""
    with said_in_one_line(name):
        info = hub_library().HfApi().model_info(name.repo, revision=name.revision)
    return {*wanted} <= {sibling.rfilename for sibling in info.siblings or ()}


def _check_sizes(name: HubName, info: Any, most: Mapping[str, int]) -> None:
    """Raise a ValueError where a file is missing or larger than it may be."""
    sizes = {sibling.rfilename: sibling.size for sibling in info.siblings or ()}
    missing = [each for each in most if each not in sizes]
    if missing:
        raise ValueError(
            f"{name} has no {missing[0]}; expected what darla push writes: {', '.join(most)}"
        )
    for each, limit in most.items():
        if sizes[each] is None or sizes[each] > limit:
            size = "an unknown number of" if sizes[each] is None else f"{sizes[each]:,}"
            raise ValueError(f"{each} of {name} has {size} bytes; expected at most {limit:,}")
