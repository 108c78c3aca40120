"""Which modules a saved agent may name: its task's, which is imported where the agent plays."""

import sys
from collections.abc import Collection
from pathlib import Path


def check_trusted(task: str, folder: Path, trusted: Collection[str]) -> None:
    """Check that making a saved agent's environments imports nothing that the user did not name.

    Args:
        task: what the agent's description names: an id, or ``module:Id``, which imports a module.
        folder: the agent's, for the message.
        trusted: names of modules that may be imported.

    Raises:
        ValueError: it names a module that is neither trusted nor imported already.
    """
    module = task.rpartition(":")[0]
    if module and module not in trusted and module not in sys.modules:
        raise ValueError(
            f"the agent in {folder} plays {task!r}, for which the module {module!r} would be "
            f"imported and its code run; give --trust {module} if you know whose it is"
        )
