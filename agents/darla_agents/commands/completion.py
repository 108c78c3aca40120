"""What a shell needs to complete commands and their options: made by tyro from all of them."""

from collections.abc import Sequence
from typing import Any, get_type_hints

from tyro.extras import subcommand_cli_from_dict

from darla.running.names import unknown
from darla_agents.commands.table import COMMANDS, find_command

_SHELLS = ("bash", "zsh", "tcsh", "fish")


def print_completion(arguments: Sequence[str]) -> None:
    """Print, or write, the completion script of a shell.

    The arguments are tyro's own option, the name of a shell and, to write the script, a path; a
    ValueError where one is missing, or there is no such shell.
    """
    option, *rest = arguments
    if not rest:
        raise ValueError(f"{option}: expected the name of a shell: bash, zsh, tcsh or fish")
    if rest[0] not in _SHELLS:
        raise unknown("shell", rest[0], _SHELLS)
    if "write" in option and len(rest) < 2:
        raise ValueError(f"{option} {rest[0]}: expected the path of the file to write")
    subcommand_cli_from_dict(
        {name: _configuration(name) for name in COMMANDS}, prog="darla", args=arguments
    )


def _configuration(name: str) -> Any:
    """Return what tyro reads a command's options into: the class that its ``main`` takes.

    A command whose options depend on one another says so itself, by a function ``options``.
    """
    command = find_command(name)
    return (
        command.options() if hasattr(command, "options") else get_type_hints(command.main)["config"]
    )
