import os
import subprocess
import sys

import pytest

from darla.running.notebook_backend import forget_missing_backend

MISSING = "module://nowhere.backend_inline"


@pytest.mark.parametrize(("backend", "kept"), [(MISSING, None), ("TkAgg", "TkAgg"), ("", "")])
def test_a_backend_that_is_not_installed_is_forgotten(
    backend: str, kept: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", backend)
    forget_missing_backend()
    assert os.environ.get("MPLBACKEND") == kept


def test_pictures_can_be_drawn_in_a_process_that_was_told_of_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import darla.frames.contact_sheet"],
        env={**os.environ, "MPLBACKEND": MISSING},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
