"""Linear and MLP probes: what they recover, what they cannot, and where they fail."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.probes import (
    FitSettings,
    LabelledLatents,
    ProbeReport,
    ProbeTarget,
    fit_linear,
    fit_mlp,
    probe_domains,
)
from darla.probes.fitting import TargetOutputs

QUICK = FitSettings(epochs=30, patience=4, learning_rate=5e-3)


def world(count: int, seed: int, domain: str = "a", turn: float = 0.0) -> LabelledLatents:
    """Latents (a, b, cos yaw, sin yaw, noise), a and b turned by an angle, and what they hold."""
    random = np.random.default_rng(seed)
    a, b = random.uniform(-1, 1, (2, count))
    yaw = random.uniform(-math.pi, math.pi, count)
    noise = random.normal(size=(2, count))
    known = np.ones(count, bool)
    shown = random.uniform(size=count) < 0.5
    side = np.digitize(b, [-1 / 3, 1 / 3]).astype(np.float64)
    seen_a = math.cos(turn) * a - math.sin(turn) * b
    seen_b = math.sin(turn) * a + math.cos(turn) * b
    latents = np.stack([seen_a, 100 + 7 * seen_b, np.cos(yaw), np.sin(yaw), noise[0]], axis=1)
    targets = (
        ProbeTarget("a", "continuous", 3 * a + 1, known, -2, 4),
        ProbeTarget("yaw", "circular", yaw, known, -math.pi, math.pi),
        ProbeTarget("square", "continuous", a**2, known, 0, 1),
        ProbeTarget("side", "categorical", side, known, 0, 2),
        ProbeTarget("noise", "continuous", noise[1], known, -9, 9),
        ProbeTarget("shown", "continuous", np.where(shown, b, np.nan), shown, -1, 1),
        ProbeTarget("still", "continuous", np.ones(count), known, 0, 1),
    )
    return LabelledLatents(domain, latents.astype(np.float32), targets)


@pytest.fixture(scope="module")
def report() -> ProbeReport:
    tests = [world(1500, 1), world(1500, 1, "turned", turn=math.pi / 2)]
    return probe_domains(world(3000, 0), tests, seeds=(0, 1), settings=QUICK)


def test_linear_targets_are_recovered_by_both(report: ProbeReport) -> None:
    for probe, least in (("linear", 0.999), ("mlp", 0.98)):
        for name in ("a", "yaw", "shown"):
            assert report.mean(name, "a", probe) > least, (name, probe)


def test_noise_is_not_recovered(report: ProbeReport) -> None:
    assert report.mean("noise", "a", "linear") == pytest.approx(0.0, abs=0.02)
    assert report.mean("noise", "a", "mlp") < 0.02


def test_only_the_mlp_reads_what_is_not_linear(report: ProbeReport) -> None:
    assert report.mean("square", "a", "linear") < 0.05
    assert report.mean("square", "a", "mlp") > 0.9
    assert report.mean("side", "a", "mlp") > 0.9


def test_categories_have_an_area_under_the_curve(report: ProbeReport) -> None:
    areas = [s.match.auc for s in report.scores if s.target == "side" and s.tested_in == "a"]
    assert len(areas) == 3 and all(area is not None and 0.8 < area <= 1.0 for area in areas)
    assert all(s.match.auc is None for s in report.scores if s.target != "side")


def test_a_turn_of_the_latents_breaks_what_it_turns(report: ProbeReport) -> None:
    for probe in ("linear", "mlp"):
        # b in the place of a: independent predictions double the squared error.
        assert report.mean("a", "turned", probe) == pytest.approx(-1.0, abs=0.15)
        assert report.mean("yaw", "turned", probe) > 0.9


def test_still_targets_are_excluded_by_name(report: ProbeReport) -> None:
    assert report.excluded == {"still": "always the same"}
    assert report.mean("still", "a", "mlp") is None


def test_masked_values_are_never_read(report: ProbeReport) -> None:
    counts = {each.match.count for each in report.scores if each.target == "shown"}
    assert len(counts) == 1 and 600 < counts.pop() < 900


def test_seeds_make_one_mlp_each_and_one_linear_probe(report: ProbeReport) -> None:
    seeds = {(each.probe, each.seed) for each in report.scores}
    assert seeds == {("linear", 0), ("mlp", 0), ("mlp", 1)}


def test_an_mlp_depends_on_its_seed_alone() -> None:
    sample = world(300, 0)
    few = FitSettings(epochs=2)
    targets = sample.targets[:2]
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again, other = (
        fit_mlp(sample.latents, targets, seed, few).predict(sample.latents)["a"]
        for seed in (3, 3, 4)
    )
    assert torch.equal(torch.get_rng_state(), before)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0


@settings(max_examples=20)
@given(
    st.lists(st.sampled_from([1e-3, -1.0, 50.0]), min_size=5, max_size=5), st.permutations(range(5))
)
def test_linear_probes_do_not_mind_scale_sign_and_order(
    factors: list[float], order: list[int]
) -> None:
    sample, targets = world(300, 0), world(300, 0).targets[:4]
    latents = sample.latents.astype(np.float64)
    changed = (latents * factors)[:, order]
    plain, other = fit_linear(latents, targets), fit_linear(changed, targets)
    for target in targets:
        name = target.name
        np.testing.assert_allclose(
            plain.predict(latents)[name], other.predict(changed)[name], atol=1e-6
        )
        np.testing.assert_allclose(plain.importance(name)[order], other.importance(name), atol=1e-6)


def test_importance_is_on_the_latents_that_are_used() -> None:
    sample = world(2000, 0)
    probe = fit_linear(sample.latents, sample.targets[:2])
    np.testing.assert_allclose(probe.importance("a"), [1, 0, 0, 0, 0], atol=1e-3)
    np.testing.assert_allclose(probe.importance("yaw"), [0, 0, 0.5, 0.5, 0], atol=0.02)


def test_dead_latents_say_nothing() -> None:
    sample = world(300, 0)
    latents = np.concatenate([sample.latents, np.full((300, 1), 7.0)], axis=1)
    probe = fit_linear(latents, sample.targets[:1])
    assert probe.importance("a")[5] == 0.0
    moved = latents.copy()
    moved[:, 5] = -1e6
    np.testing.assert_array_equal(probe.predict(latents)["a"], probe.predict(moved)["a"])


def test_wrong_samples_are_refused() -> None:
    sample = world(300, 0)
    with pytest.raises(ValueError, match="there are 10 latents, but target 'a' has 300 values"):
        LabelledLatents("a", sample.latents[:10], sample.targets)
    broken = sample.latents.copy()
    broken[3, 0] = np.nan
    with pytest.raises(ValueError, match="NaN or infinity"):
        fit_linear(broken, sample.targets[:1])
    with pytest.raises(ValueError, match="did you mean 'linear'"):
        probe_domains(sample, [sample], probes=("liner",))
    other = LabelledLatents("b", sample.latents, (replace(sample.targets[0], name="aa"),))
    with pytest.raises(ValueError, match="unknown target 'a'; did you mean 'aa'"):
        probe_domains(sample, [other], ("linear",))


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"validation": 1.0}, {"batch_size": 0}])
def test_wrong_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        FitSettings(**wrong)


def test_the_loss_of_a_network_that_says_nothing_is_one_for_each_target() -> None:
    sample = world(3000, 0)
    targets = sample.targets[:6]
    outputs = TargetOutputs(targets)
    rows = torch.arange(3000)
    silent = torch.zeros(3000, outputs.size)
    assert float(outputs.loss(silent, rows)) == pytest.approx(len(targets), rel=1e-3)
    right = {target.name: target.encoded() for target in targets}
    predicted = outputs.predictions(silent)
    for target in targets:
        mean = right[target.name][target.known].mean(axis=0)
        np.testing.assert_allclose(predicted[target.name][0], mean, atol=0.02)


def test_unknown_values_move_no_loss() -> None:
    sample = world(200, 0)
    shown = sample.targets[5]
    outputs = TargetOutputs([shown])
    given = torch.randn(200, 1, generator=torch.Generator().manual_seed(0))
    rows = torch.arange(200)
    changed = torch.where(torch.from_numpy(shown.known)[:, None], given, given + 100)
    assert float(outputs.loss(given, rows)) == float(outputs.loss(changed, rows))


def test_threads_are_as_before_after_a_fit() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        sample = world(200, 0)
        fit_mlp(sample.latents, sample.targets[:1], settings=FitSettings(epochs=1))
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)
