"""A shift of another package, which is installed beside this one."""

from pathlib import Path

import numpy as np
import pytest

from darla.environments.looks import Look
from darla.environments.restyling import SHIFTS, Restyling

PACKAGE = """
from darla.environments.restyling import Shift

FOG = Shift("in fog", lambda pictures, strength, drawn, moments: pictures | 128)
"""


def test_it_is_known_by_its_name_and_applied_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "fogs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fogs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[darla.shifts]\nfog = fogs:FOG\n")
    (tmp_path / "fogs.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(SHIFTS, "_known", dict(SHIFTS._known))
    monkeypatch.setattr(SHIFTS, "_looked_for_others", False)
    look = Look(restyle={"fog": 0.5, "brightness": 0.5})
    restyling = Restyling(look.restyle, 0)
    assert list(restyling.strengths) == ["brightness", "fog"]
    assert restyling(np.zeros((1, 4, 4, 3), np.uint8)).min() >= 128
