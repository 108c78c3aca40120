"""What a package of somebody else's adds to the metrics."""

import numpy as np
import pytest

from darla.metrics import METRICS, Metric, Result
from darla.metrics.mig import mig
from toy_codes import ten_factors


@pytest.fixture
def added(monkeypatch):
    """Metrics that can be added to, and are as before afterwards."""
    monkeypatch.setattr(METRICS, "_known", dict(METRICS._known))
    return METRICS


def test_one_line_adds_a_metric_that_is_found_by_name(added):
    added.register("mine", Metric(mig, quick={"bins": 5}))
    assert "mine" in added
    from darla.metrics import check_samples

    factors = ten_factors(1000)
    latents = np.stack([factor.values for factor in factors], axis=1)
    samples, rng = check_samples(latents, factors), np.random.default_rng(0)
    assert isinstance(added["mine"](samples, rng), Result)
    quick = added["mine"](samples, rng, quick=True)
    np.testing.assert_array_equal(quick.gaps, mig(samples, bins=5).gaps)


def test_what_is_no_metric_is_refused_with_what_to_do(added):
    with pytest.raises(ValueError, match=r"register a darla\.metrics\.Metric"):
        added.register("mine", mig)
    added.register("mine", "darla.metrics.mig:mig")
    with pytest.raises(ValueError, match=r"register a darla\.metrics\.Metric"):
        added["mine"]
    assert "mine" not in added.usable() and "mig" in added.usable()
