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


def test_it_is_forgotten_before_anything_is_drawn() -> None:
    code = "import darla.frames.contact_sheet, os; print(os.environ.get('MPLBACKEND'))"
    environment = {**os.environ, "MPLBACKEND": MISSING}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "None\n"
