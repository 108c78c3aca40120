"""Put files into a repository on the hub, in one commit."""

from collections.abc import Mapping

from darla.hub.library import hub_library, said_in_one_line
from darla.hub.names import HubName


def push(name: HubName, files: Mapping[str, bytes], message: str, private: bool) -> HubName:
    """Commit files to the main branch of a repository, which is made when it is missing.

    Args:
        name: of the repository; without a revision.
        files: what they hold, by their names there. Others in it stay.
        message: of the commit.
        private: whether a repository that is made can be seen by nobody else.

    Returns:
        The name with the commit that was made: what it means does not change.

    Raises:
        ValueError: huggingface_hub is not installed, a revision is named, or the hub refuses.
    """
    if name.revision is not None:
        raise ValueError(f"{name} names a revision, but a push makes one; leave it out")
    library = hub_library()
    api = library.HfApi()
    added = [
        library.CommitOperationAdd(path_in_repo=path, path_or_fileobj=data)
        for path, data in files.items()
    ]
    with said_in_one_line(name):
        api.create_repo(name.repo, private=private, exist_ok=True)
        commit = api.create_commit(name.repo, added, commit_message=message)
    return HubName(name.repo, commit.oid)
