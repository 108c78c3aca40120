"""Frames of DeepMind Control: pairs of one look, and twins of one state."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("dm_control", reason="needs darla[dmc]")

import darla
from darla_envs.description.dmc_domains import LOOK_FACTORS


@pytest.mark.parametrize("domain", ["d_u", "color_hard"])
def test_twins_share_their_state_and_pairs_their_look(domain: str, tmp_path: Path) -> None:
    config = darla.CollectConfig(
        env="Darla/DMC-cartpole-swingup-v0",
        domain=domain,
        policy="factors",
        num_frames=8,
        chunk_size=8,
        looks_per_state=2,
        imports=("darla_envs",),
        out=tmp_path / "frames",
    )
    frames = darla.collect(config).dataset
    factors = {name: np.asarray(frames.factors[name][:]) for name in frames.factors}
    for name, values in factors.items():
        pairs = values.reshape(2, 2, 2)  # blocks, looks, states
        if name in LOOK_FACTORS:
            np.testing.assert_array_equal(pairs[..., 0], pairs[..., 1])
        else:
            np.testing.assert_allclose(pairs[:, 0], pairs[:, 1], atol=1e-6)
    assert np.ptp(factors["sky_red"]) > 0 and np.ptp(factors["hinge_1"]) > 0
