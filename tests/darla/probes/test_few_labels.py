"""Few labels: latents that hold the factors need fewer than pixels and networks do."""

import numpy as np
import pytest
from scipy import stats

from darla.probes import ProbeTarget
from darla.probes.few_labels import (
    FewLabelScore,
    LabelledFrames,
    few_labels,
    small_pixels,
)

SIDE, BLOCK = 32, 8


def scenes(count: int, seed: int) -> LabelledFrames:
    """Draw a white or a black block on some ground, with latents that turn place and ground."""
    rng = np.random.default_rng(seed)
    x, red = rng.uniform(0, 1, (2, count))
    frames = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    frames[...] = (90 + 80 * red)[:, None, None, None]
    lefts, white = (x * (SIDE - BLOCK)).round().astype(int), rng.random(count) < 0.5
    for frame, left, bright in zip(frames, lefts, white, strict=True):
        frame[8:16, left : left + BLOCK] = 255 * bright
    held = np.stack([x + red, x - red, rng.normal(size=count)], axis=1)
    latents = (held + rng.normal(size=held.shape, scale=0.02)).astype(np.float32)
    known = np.ones(count, bool)
    targets = (
        ProbeTarget("x", "continuous", x, known, 0, 1),
        ProbeTarget("right", "categorical", (x > 0.5).astype(float), known, 0, 1),
    )
    return LabelledFrames(frames, latents, targets)


@pytest.fixture(scope="module")
def found() -> list[FewLabelScore]:
    return few_labels(
        scenes(500, 0), scenes(300, 1), (30, 300), draws=2, probe_steps=300, network_steps=120
    )


def score(found: list[FewLabelScore], seen: str, probe: str, labels: int, target: str) -> float:
    (one,) = (
        each
        for each in found
        if (each.seen, each.probe, each.labels, each.target) == (seen, probe, labels, target)
    )
    assert len(one.scores) == 2 == len(set(one.scores))  # each draw is another
    return one.mean


def test_latents_need_few_labels_where_pixels_need_many(found: list[FewLabelScore]) -> None:
    assert len(found) == 5 * 2 * 2
    assert score(found, "latents", "linear", 30, "x") > 0.98
    assert score(found, "latents", "mlp", 30, "x") > 0.8
    assert score(found, "pixels", "linear", 300, "x") < 0.3  # white and black cancel out
    for seen, probe in (("pixels", "mlp"), ("network", "")):
        few, many = (score(found, seen, probe, labels, "x") for labels in (30, 300))
        assert few < many and few < 0.9 and many > 0.5
    assert score(found, "latents", "linear", 300, "right") > 0.9  # balanced accuracy


def test_the_same_seed_reads_the_same() -> None:
    pool, tested = scenes(60, 0), scenes(60, 1)
    few = {"counts": (30,), "draws": 1, "probe_steps": 20, "network_steps": 4}
    first, again, other = (few_labels(pool, tested, seed=seed, **few) for seed in (3, 3, 4))
    assert first == again
    assert any(one.scores != another.scores for one, another in zip(first, other, strict=True))


def test_intervals_are_student_s_over_draws() -> None:
    scores = (0.1, 0.4, 0.5, 0.3)
    one = FewLabelScore("latents", "linear", 50, "x", scores)
    expected = stats.t.interval(0.95, 3, loc=np.mean(scores), scale=stats.sem(scores))
    assert one.interval == pytest.approx(expected)
    assert FewLabelScore("latents", "linear", 50, "x", (0.1,)).interval is None


def test_pixels_are_means_of_areas() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (2, 32, 64, 3), dtype=np.uint8)
    small = small_pixels(frames).reshape(2, 3, 16, 16)
    means = frames.reshape(2, 16, 2, 16, 4, 3).mean(axis=(2, 4)).transpose(0, 3, 1, 2) / 255
    np.testing.assert_allclose(small, means, atol=1e-6)


def test_what_cannot_be_drawn_or_read_is_refused_in_one_line() -> None:
    pool, tested = scenes(60, 0), scenes(60, 1)
    still = ProbeTarget("still", "continuous", np.ones(60), np.ones(60, bool), 0, 2)
    fixed = LabelledFrames(pool.frames, pool.latents, (still,))
    hidden = ProbeTarget("x", "continuous", np.ones(60), np.arange(60) > 2, 0, 2)
    for make, message in (
        (lambda: few_labels(pool, tested, (10,)), "of 20 to 60, which there are"),
        (lambda: few_labels(pool, tested, (61,)), "of 20 to 60, which there are"),
        (lambda: few_labels(pool, tested, (30,), draws=0), "expected one draw or more"),
        (lambda: few_labels(pool, fixed, (30,)), "need the same targets"),
        (lambda: few_labels(fixed, fixed, (30,)), "target 'still' is always the same"),
        (
            lambda: LabelledFrames(pool.frames, pool.latents, (hidden,)),
            "target 'x' is not known of 3 frames",
        ),
        (lambda: LabelledFrames(pool.frames, pool.latents[:9], pool.targets), "9 latents"),
    ):
        with pytest.raises(ValueError, match=message) as error:
            make()
        assert "\n" not in str(error.value)
