"""Which modules a saved agent may name: its environment's, imported where the agent plays."""

import sys
from collections.abc import Collection
from pathlib import Path

import gymnasium as gym

from darla.environments.spec import EnvironmentSpec


def trust_words(environment: EnvironmentSpec) -> list[str]:
    """Return the words by which a command that starts anew trusts what an environment names."""
    own = [environment.module] if environment.module else []
    modules = dict.fromkeys([*own, *environment.named_modules()])
    return ["--trust", *modules] if modules else []


def check_trusted(environment: EnvironmentSpec, folder: Path, trusted: Collection[str]) -> None:
    """Check that making a saved agent's environments runs nothing that the user did not name.

    An id of a module that is imported already is taken. A function or a wrapper is not, whatever
    is imported: a description that somebody else wrote would choose what is called, and with what.

    Args:
        environment: what the agent's description names.
        folder: the agent's, for the message.
        trusted: names of modules that may be imported.

    Raises:
        ValueError: it names a module that is not trusted.
    """
    needed = environment.named_modules()
    known = environment.module in sys.modules and environment.name in gym.registry
    if environment.module and not known:
        needed = [environment.module, *needed]
    strange = [module for module in dict.fromkeys(needed) if module not in trusted]
    if strange:
        several = len(strange) > 1
        named = f"the module{'s' if several else ''} {', '.join(map(repr, strange))}"
        raise ValueError(
            f"the agent in {folder} plays {environment.text!r}, for which {named} would be "
            f"imported and {'their' if several else 'its'} code run; give --trust "
            f"{' '.join(strange)} if you know whose {'they are' if several else 'it is'}"
        )
