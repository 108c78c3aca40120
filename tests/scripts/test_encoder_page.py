"""The page of pictures of encoders: what each can do is drawn, and what it cannot is said."""

import importlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder, latent_statistics
from darla.objectives import OBJECTIVES
from toy_commands import run_script
from toy_frames import tiny_objective, toy_frames, write_toy_bundle

STUDY = Path(__file__).parents[2] / "scripts/studies"
FRAMES, _ = toy_frames(40)


def untrained(name: str) -> FrozenEncoder:
    """Freeze an untrained model, all of whose latents count as active."""
    objective = tiny_objective(name)
    statistics = latent_statistics(objective.encoder, [torch.from_numpy(FRAMES)])
    statistics.kl[:], statistics.std[:] = 1, np.maximum(statistics.std, 0.1)
    config = {"objective": {"name": name}}
    return FrozenEncoder(objective.encoder, objective.decoder, statistics, FRAMES, config)


def test_a_page_names_each_encoder_and_says_what_it_cannot_do(tmp_path: Path) -> None:
    for name, codes in (("gaussian", 0), ("fsq", 5)):
        bundle = tmp_path / name / "encoder"
        write_toy_bundle(bundle, posterior=name, objective=f"toy_{name}", codes=codes)
    bundles = [tmp_path / name / "encoder" for name in ("gaussian", "fsq")]
    done = run_script(STUDY / "draw_encoders.py", "--bundles", *bundles, "--out", tmp_path / "page")
    assert done.returncode == 0, done.stderr
    _, gaussian, codes = (tmp_path / "page/page.md").read_text().split("## ")
    assert "`toy_gaussian`: 4 latents, a mean and a spread each" in gaussian
    assert "No samples" not in gaussian and "](gaussian.png)" in gaussian
    assert "`toy_fsq`: 4 latents, groups of 1, one of 5 codes each" in codes
    assert "No samples: its latents are codes, and 'toy_fsq' gives them no prior." in codes
    for name in ("gaussian", "fsq"):
        picture = np.asarray(Image.open(tmp_path / "page" / f"{name}.png"))
        assert picture.ndim == 3 and picture.std() > 10


def test_no_bundle_is_no_page(tmp_path: Path) -> None:
    done = run_script(STUDY / "draw_encoders.py", "--bundles", "--out", tmp_path)
    assert done.returncode == 2
    assert "no bundle was given" in done.stderr


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_objective_can_be_drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(STUDY))
    page = importlib.import_module("draw_encoders")
    config = page.PageConfig(bundles=(), columns=4, latents=2)
    picture, said = page.draw(config, untrained(name))
    assert picture.dtype == np.uint8 and picture.shape[2] == 3
    samples = OBJECTIVES[name].posterior_kind == "gaussian" or name == "adversarial_autoencoder"
    if untrained(name).encoder.shape.quantized or name == "vamp_vae":
        samples = False
    assert any(line.startswith("No samples: ") for line in said) != samples


def test_each_code_in_use_has_a_picture_where_it_stands_in_for_the_frame_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(STUDY))
    drawn_codes = importlib.import_module("encoders.drawn_codes")
    encoder = load_encoder(write_toy_bundle(tmp_path, posterior="fsq", codes=3, latents=2))
    rows: list[list[np.ndarray]] = []
    monkeypatch.setattr(drawn_codes, "draw_rows", lambda drawn, *_: rows.append(drawn))
    drawn_codes.code_pictures(encoder, FRAMES, shown=7, columns=3, rows=2)
    latents = encoder.encode(FRAMES)
    used = [np.unique(latents[:, index]) for index in range(2)]
    for row in rows[0]:
        np.testing.assert_array_equal(row[0], FRAMES[7])
    expected = []
    for index in range(2):
        moved = np.tile(latents[7], (len(used[index]), 1))
        moved[:, index] = used[index]
        expected.append(encoder.decode(moved))
    spreads = [float(each.astype(float).var(axis=0).mean()) for each in expected]
    first, second = (expected[index] for index in np.argsort([-each for each in spreads]))
    np.testing.assert_array_equal(rows[0][0][1:], first)
    np.testing.assert_array_equal(rows[0][1][1:], second)


def test_how_much_codes_say_is_their_entropy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(STUDY))
    drawn_codes = importlib.import_module("encoders.drawn_codes")
    assert drawn_codes.entropy(np.array([5, 5, 5, 5])) == pytest.approx(np.log(4))
    assert drawn_codes.entropy(np.array([9])) == 0.0
