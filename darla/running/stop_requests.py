"""Ctrl-C and SIGTERM as requests: work ends where its state is whole, and can be saved."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Whether the process was asked to stop."""

    def __init__(self) -> None:
        self._number: int | None = None

    @property
    def asked(self) -> bool:
        """Whether a signal has come."""
        return self._number is not None

    def note(self, number: int, _: FrameType | None) -> None:
        """Note a signal; a second one does at once what it would have done."""
        if self.asked:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self._number = number

    def obey(self) -> None:
        """Stop if that was asked for: KeyboardInterrupt, or SystemExit with a shell's exit code."""
        if self._number == signal.SIGINT:
            raise KeyboardInterrupt
        if self._number is not None:
            raise SystemExit(128 + self._number)


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Only note Ctrl-C and SIGTERM in the block; signals that are ignored stay ignored.

    Signals reach the main thread alone; in another nothing is noted.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    heard = [number for number in _NUMBERS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, request.note) for number in heard}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
