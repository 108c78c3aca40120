"""Progress bars with rates and the time left: lively in a terminal, seldom in a log."""

import sys
from typing import Any

from tqdm import tqdm

_SECONDS_IN_TERMINAL = 0.25
_SECONDS_IN_LOG = 10.0


def progress_bar(
    total: int,
    unit: str,
    title: str | None = None,
    *,
    done: int = 0,
    shown: bool = True,
    scaled: bool = False,
) -> "tqdm[Any]":
    """Return a progress bar on stderr, which counts from ``done`` to ``total``.

    A log that is not a terminal keeps every state of a bar, so there it is written every ten
    seconds only. The unit is a plural, "frames"; ``scaled`` writes 12.3k for 12,345.
    """
    return tqdm(
        desc=title,
        total=total,
        initial=done,
        unit=f" {unit}",
        unit_scale=scaled,
        disable=not shown,
        mininterval=_SECONDS_IN_TERMINAL if sys.stderr.isatty() else _SECONDS_IN_LOG,
        dynamic_ncols=True,
    )
