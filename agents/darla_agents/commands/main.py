"""The command ``darla``: finds the command that is asked for, and imports that one alone.

Nothing heavy is imported here, so that help and mistakes are answered at once.
"""

import os
import sys
from collections.abc import Sequence

import darla
from darla.running.names import unknown
from darla_agents.commands.table import COMMANDS, find_command

_COMPLETION = ("--tyro-print-completion", "--tyro-write-completion")

_HELP = """\
usage: darla COMMAND [OPTIONS]

Learn to see, then to act, then transfer.

commands:
{commands}

options:
  -h, --help         show this; the options of a command: darla COMMAND --help
  --version          show the version
  --tyro-print-completion {{bash,zsh,tcsh,fish}}
                     print a script by which a shell completes words
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the first argument, of those after the word ``darla``, names.

    By default they are those of this process. Wrong ones end it with exit code 2 and one line that
    says what was expected.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    first, rest = (arguments[0], arguments[1:]) if arguments else ("--help", ())
    if first in ("-h", "--help"):
        print(help_text(), end="")
    elif first == "--version":
        print(f"darla {darla.__version__}")
    else:
        try:
            _run(first, rest)
        except (ValueError, OSError) as error:  # what a command raises it says itself
            print(f"error: {error}", file=sys.stderr)
            sys.exit(2)
        except KeyboardInterrupt:  # while the command was imported; later it answers itself
            print("interrupted before it began", file=sys.stderr)
            sys.exit(130)


def help_text() -> str:
    """Return what ``darla --help`` prints."""
    return _HELP.format(
        commands="\n".join(f"  {name:<18} {summary}" for name, summary in COMMANDS.items())
    )


def _run(first: str, rest: Sequence[str]) -> None:
    """Run the command, or follow the option, that comes first."""
    if first in _COMPLETION:
        from darla_agents.commands.completion import print_completion

        print_completion([first, *rest])
    elif first.startswith("-"):
        raise unknown("option", first, ("--help", "--version", *_COMPLETION))
    else:
        sys.path.append(os.getcwd())  # for environments of the user's own: my_module:MyEnv-v0
        command = find_command(first)
        if not any(":/" in word for word in rest):
            command.run(rest, program=f"darla {first}")
            return
        from darla_agents.commands.url_words import with_urls

        with with_urls(first, rest) as words:
            command.run(words, program=f"darla {first}")
