import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("backend", "kept"),
    [("module://nowhere.backend_inline", None), ("TkAgg", "TkAgg"), ("", "")],
)
def test_a_backend_that_is_not_installed_does_not_matter(backend: str, kept: str | None) -> None:
    code = "import darla.frames.contact_sheet, os; print(os.environ.get('MPLBACKEND'))"
    environment = {**os.environ, "MPLBACKEND": backend}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(kept)
