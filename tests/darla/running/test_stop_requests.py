import os
import signal

import pytest

from darla.running.stop_requests import stop_requests


@pytest.mark.parametrize(
    ("number", "raised", "code"),
    [(signal.SIGINT, KeyboardInterrupt, None), (signal.SIGTERM, SystemExit, 143)],
)
def test_a_signal_is_noted_and_obeyed_when_it_suits(
    number: int, raised: type[BaseException], code: int | None
) -> None:
    before = signal.getsignal(number)
    with stop_requests() as request:
        request.obey()  # nothing was asked for yet
        os.kill(os.getpid(), number)
        assert request.asked
        with pytest.raises(raised) as stopped:
            request.obey()
    assert getattr(stopped.value, "code", None) == code
    assert signal.getsignal(number) is before


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stop_requests() as request:
            os.kill(os.getpid(), signal.SIGINT)
            assert not request.asked
    finally:
        signal.signal(signal.SIGINT, before)
