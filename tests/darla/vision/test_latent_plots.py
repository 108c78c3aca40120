from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from darla.encoder.bundle import load_encoder
from darla.vision import latent_plots
from darla.vision.latent_plots import factor_heat_map, posteriors
from toy_frames import write_toy_bundle


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Return the figures that are turned into pictures from now on."""
    seen: list[Figure] = []
    to_picture = latent_plots._to_picture

    def note(figure: Figure) -> np.ndarray:
        seen.append(figure)
        return to_picture(figure)

    monkeypatch.setattr(latent_plots, "_to_picture", note)
    return seen


def test_the_heat_map_shows_the_matrix_with_its_names(figures: list[Figure]) -> None:
    matrix = np.array([[0.0, 2.0], [1.0, 0.5], [np.nan, 0.0]])
    picture = factor_heat_map(matrix, ["floor", "yaw"], ["z0", "z1", "z2"], "importance")
    assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3
    axes = figures[0].axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array().filled(np.nan), matrix)
    assert axes.images[0].get_clim() == (0.0, 2.0)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["floor", "yaw"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["z0", "z1", "z2"]
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 10


def test_a_matrix_of_zeros_is_drawn_and_wrong_names_are_refused() -> None:
    assert factor_heat_map(np.zeros((1, 1)), ["floor"], ["z0"], "").shape[2] == 3
    with pytest.raises(ValueError, match=r"importance is \(1, 1\), but there are 1 latents and 2"):
        factor_heat_map(np.zeros((1, 1)), ["floor", "wall"], ["z0"], "")


def test_posteriors_have_a_histogram_and_the_prior(tmp_path: Path, figures: list[Figure]) -> None:
    encoder = load_encoder(write_toy_bundle(tmp_path / "encoder"))
    encoder.statistics.kl[:] = [0.5, 0.001, 2.0, 0.02]
    frames = encoder.reference_frames
    assert posteriors(encoder, frames).shape[2] == 3
    titles = [axes.get_title() for axes in figures[0].axes]
    assert [title[:2] for title in titles] == ["z2", "z0", "z3"]
    assert titles[0].startswith("z2, KL 2.00 nats, std ")
    line = figures[0].axes[0].lines[0]
    np.testing.assert_allclose(
        line.get_ydata(), np.exp(-(line.get_xdata() ** 2) / 2) / np.sqrt(2 * np.pi)
    )
    heights, edges, _ = figures[0].axes[0].patches[0].get_data()
    assert (heights * np.diff(edges)).sum() == pytest.approx(1.0)
    np.testing.assert_allclose(edges[[0, -1]], [-3.5, 3.5], rtol=1e-5)
    tallest = edges[heights.argmax()]
    mean = encoder.encode(frames)[:, 2].mean()
    assert tallest - 0.2 < mean < tallest + 0.4


def test_point_posteriors_have_no_prior(tmp_path: Path, figures: list[Figure]) -> None:
    encoder = load_encoder(write_toy_bundle(tmp_path / "encoder", posterior="point"))
    posteriors(encoder, encoder.reference_frames)
    assert not figures[0].axes[0].lines
    assert "KL" not in figures[0].axes[0].get_title()
