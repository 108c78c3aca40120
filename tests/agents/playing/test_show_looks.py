"""A sheet of what an environment looks like."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import toy_envs
from darla.environments.restyling import SHIFTS
from darla_agents.playing.show_looks import ShowLooksConfig, show_looks
from toy_commands import ROOT, run_script

FILE = """
[domains.source]
[domains.dark]
restyle = { brightness = 1.0 }
[domains.noisy]
restyle = { noise = [0.5, 1.0] }
"""
TITLE, ROW_GAP, GAP, SIDE = 16, 8, 4, 32


def sheet_of(tmp_path: Path, **changes: Any) -> np.ndarray:
    """Show looks of an environment that counts its steps, and return the picture."""
    settings = {"env": "Toy/Counting-v0", "side": SIDE, "out": tmp_path / "looks.png", **changes}
    with Image.open(show_looks(ShowLooksConfig(**settings))) as sheet:
        return np.asarray(sheet)


def pictures_of(sheet: np.ndarray, row: int, count: int, top: int = GAP) -> list[np.ndarray]:
    """Return the pictures of the first episode in a row."""
    start = top + TITLE + row * (TITLE + SIDE + ROW_GAP)
    lefts = [GAP + index * (SIDE + GAP) for index in range(count)]
    return [sheet[start : start + SIDE, left : left + SIDE] for left in lefts]


def test_a_row_shows_frames_of_each_domain_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "looks.toml").write_text(FILE)
    sheet = sheet_of(tmp_path, looks=str(tmp_path / "looks.toml"), every=3)
    assert sheet.shape[0] == GAP + 3 * (TITLE + SIDE + ROW_GAP)
    source = pictures_of(sheet, 0, 2)
    for shown, step in zip(source, (3, 6), strict=True):
        np.testing.assert_array_equal(shown, toy_envs.counting_frame(step, 0, SIDE))
    for other in pictures_of(sheet, 1, 2) + pictures_of(sheet, 2, 2):
        assert (other != source[0]).mean() > 0.5


def test_wrappers_are_shown_those_of_the_environment_and_of_a_look(tmp_path: Path) -> None:
    (tmp_path / "looks.toml").write_text(
        """[domains.source]\n[domains.dim]\nwrappers = ["toy_wrappers:Dim(4)"]"""
    )
    around = ("toy_wrappers:Dim(2)",)
    looks = str(tmp_path / "looks.toml")
    sheet = sheet_of(tmp_path, env="toy_wrappers:make_counting", wrappers=around, looks=looks)
    source, dim = pictures_of(sheet, 0, 1)[0], pictures_of(sheet, 1, 1)[0]
    assert 100 < source.max() <= 127
    assert 25 < dim.max() <= 31


def test_only_domains_that_are_named_are_shown(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, domains=("hue", "source"), looks="standard")
    assert sheet.shape[0] == GAP + 2 * (TITLE + SIDE + ROW_GAP)


def test_an_environment_without_domains_is_shown_in_the_standard_looks(tmp_path: Path) -> None:
    np.testing.assert_array_equal(sheet_of(tmp_path), sheet_of(tmp_path, looks="standard"))


def test_a_task_of_ours_is_shown_in_its_own_domains(tmp_path: Path) -> None:
    changes = {"env": "Darla/GoToObject-v0", "episodes": 1, "frames": 1, "every": 0}
    names = ("source", "new_floor")
    sheet = sheet_of(tmp_path, domains=names, **changes)
    assert (pictures_of(sheet, 0, 1)[0] != pictures_of(sheet, 1, 1)[0]).mean() > 0.1


def test_shifts_are_shown_from_no_strength_to_all_of_it(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, shifts=("grey", "noise"), every=2)
    for row in range(2):
        shown = pictures_of(sheet, row, 5, top=TITLE)
        plain = toy_envs.counting_frame(2, 0, SIDE).astype(int)
        changes = [np.abs(each - plain).mean() for each in shown]
        assert changes[0] == 0 and changes == sorted(changes)


def test_all_shifts_are_shown_and_those_without_a_mask_say_so(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, shifts=(), episodes=1)
    masked = sum(SHIFTS[name].needs_mask for name in SHIFTS)
    assert sheet.shape[0] == TITLE + len(SHIFTS) * (TITLE + SIDE + ROW_GAP) - masked * SIDE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"episodes": 0}, "episodes is 0; give a whole number from 1"),
        ({"shifts": ("hua",)}, "unknown shift 'hua'; did you mean 'hue'"),
        ({"shifts": (), "looks": "standard"}, "shifts are shown by themselves"),
        ({"domains": ("hues",)}, "unknown domain 'hues'; did you mean 'hue'"),
        ({"looks": "gone.toml"}, "there is no file 'gone.toml' of looks"),
        ({"env": "Toy/Countin-v0"}, "did you mean 'Toy/Counting-v0'"),
        ({"env": "Toy/Blind-v0"}, "Toy/Blind-v0 has no pictures"),
    ],
)
def test_what_cannot_be_shown_is_said(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        sheet_of(tmp_path, **changes)
    assert not (tmp_path / "looks.png").exists()


def test_the_command_says_where_the_sheet_is_and_errors_in_a_line(tmp_path: Path) -> None:
    script, out = ROOT / "scripts/show_looks.py", tmp_path / "shifts.png"
    words = ("--env", "toy_envs:Toy/CountingRender-v0", "--every", 1, "--out", out, "--shifts")
    done = run_script(script, *words)
    assert (done.returncode, done.stdout) == (0, f"looks: {out}\n") and out.exists()
    failed = run_script(script, *words, "hues")
    assert failed.returncode == 2 and failed.stderr.startswith("error: unknown shift 'hues'")
