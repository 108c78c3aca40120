"""Optuna's journal: a file of JSON lines, each of which says one thing about a trial.

It is only ever appended to, so that a kill can do no more than leave half a line, and the lock of a
process that is gone. Optuna itself would read neither on: this file puts both right before it opens
the journal. The sweep's folder is locked then, so that nobody else writes to it.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

import msgspec

from darla.running.atomic import write_bytes
from darla.running.checked_json import Count, Name, check_shape, parse_json
from darla.running.one_line import one_line
from darla.running.regular_files import read_regular
from darla_agents.sweeping.optuna_library import optuna_library

LARGEST_JOURNAL = 64 << 20
"""The most bytes that a journal may have; a trial takes some thousands."""
_CREATE_STUDY, _CREATE_TRIAL, _SET_PARAM, _SET_STATE = 0, 4, 5, 6  # Optuna's JournalOperation
_REMEDY = "remove the folder to start anew, or give another --out"


class _Line(TypedDict):
    """What a line may hold; which of it, its operation decides."""

    op_code: Annotated[int, msgspec.Meta(ge=0, le=9)]
    worker_id: str
    study_name: NotRequired[Name]
    directions: NotRequired[list[Annotated[int, msgspec.Meta(ge=1, le=2)]]]
    study_id: NotRequired[Count]
    trial_id: NotRequired[Count]
    param_name: NotRequired[Name]
    param_value_internal: NotRequired[float]
    distribution: NotRequired[str]
    state: NotRequired[Annotated[int, msgspec.Meta(ge=0, le=4)]]
    values: NotRequired[list[float] | None]
    step: NotRequired[Count]
    intermediate_value: NotRequired[float]
    user_attr: NotRequired[dict[str, Any]]
    system_attr: NotRequired[dict[str, Any]]
    datetime_start: NotRequired[str | None]
    datetime_complete: NotRequired[str]


def open_journal(path: Path, names: Collection[str]) -> Any:
    """Return Optuna's storage in a journal, which may not be there yet.

    Args:
        path: the journal.
        names: of all that is searched; a trial that lacks one was cut while it was drawn, and is
            drawn again.

    Raises:
        ValueError: the journal is damaged; the message names the line.
    """
    optuna = optuna_library()
    if path.exists():
        _mend(path, set(names))
    lock = path.with_name(f"{path.name}.lock")
    lock.unlink(missing_ok=True)
    backend = optuna.storages.journal.JournalFileBackend(str(path))
    try:
        return optuna.storages.JournalStorage(backend)
    except (KeyError, AssertionError, ValueError, TypeError, IndexError) as error:
        raise ValueError(f"{path} is damaged ({one_line(error)}); {_REMEDY}") from error


def _mend(path: Path, names: set[str]) -> None:
    """Check a journal, and drop what a kill has left: half a line, a trial that was half drawn."""
    data = read_regular(path, LARGEST_JOURNAL)
    lines = data[: data.rfind(b"\n") + 1].splitlines(keepends=True)
    read = [_checked(line, f"{path}, line {place}") for place, line in enumerate(lines, start=1)]
    whole = b"".join(lines[: _begun(read, names)])
    if whole != data:
        write_bytes(path, whole)


def _checked(line: bytes, where: str) -> _Line:
    """Return what a line says; a ValueError where it is none of a journal."""
    return check_shape(parse_json(line, where), _Line, where, _REMEDY)


def _begun(lines: list[_Line], names: set[str]) -> int:
    """Return how many lines there are before a last trial that was only half drawn."""
    created = [place for place, line in enumerate(lines) if line["op_code"] == _CREATE_TRIAL]
    if not created:
        return len(lines)
    since = lines[created[-1] :]
    drawn = {line.get("param_name") for line in since if line["op_code"] == _SET_PARAM}
    ended = any(line["op_code"] == _SET_STATE for line in since)
    return len(lines) if ended or names <= drawn else created[-1]
