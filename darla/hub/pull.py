"""Bring files of a repository here: named ones, of bounded size, of one commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from darla.hub.library import hub_library, said_in_one_line
from darla.hub.names import HubName


@dataclass(frozen=True)
class Pulled:
    """What was brought."""

    name: HubName
    """With the commit that it meant."""
    folder: Path
    """Where the files are, in the hub's cache."""
    files: Mapping[str, int]
    """Their kind, as it was given to :func:`pull`."""


def pull(name: HubName, *kinds: Mapping[str, int]) -> Pulled:
    """Bring files into the hub's own cache, unless they are there.

    Args:
        name: of what repository; of a whole commit whose files of the first kind are in the
            cache, nothing is asked of the hub.
        kinds: what the repository may hold: of each kind the files, by name, and how many bytes
            each may have. The first whose files are all there is brought.

    Raises:
        ValueError: huggingface_hub is not installed, or the repository, its revision or a file of
            the last kind is not there, or is too large, or the hub cannot be reached.
    """
    library = hub_library()
    if name.is_pinned:
        most = kinds[0]  # another kind's files in the cache do not say that these are not there
        found = [
            library.try_to_load_from_cache(name.repo, each, revision=name.revision) for each in most
        ]
        if all(isinstance(path, str) for path in found):
            return Pulled(name, Path(found[0]).parent, most)
    with said_in_one_line(name):
        info = library.HfApi().model_info(name.repo, revision=name.revision, files_metadata=True)
        sizes = {sibling.rfilename: sibling.size for sibling in info.siblings or ()}
        most = next((kind for kind in kinds if kind.keys() <= sizes.keys()), kinds[-1])
        _check_sizes(name, sizes, most)
        paths = [library.hf_hub_download(name.repo, each, revision=info.sha) for each in most]
    return Pulled(HubName(name.repo, info.sha), Path(paths[0]).parent, most)


def _check_sizes(name: HubName, sizes: Mapping[str, int | None], most: Mapping[str, int]) -> None:
    """Raise a ValueError where a file is missing or larger than it may be."""
    missing = [each for each in most if each not in sizes]
    if missing:
        raise ValueError(
            f"{name} has no {missing[0]}; expected what darla push writes: {', '.join(most)}"
        )
    for each, limit in most.items():
        size = sizes[each]
        if size is None or size > limit:
            told = "an unknown number of" if size is None else f"{size:,}"
            raise ValueError(f"{each} of {name} has {told} bytes; expected at most {limit:,}")
