"""Frames of Procgen's games: an episode is a level in one look, of which pairs are learned."""

from pathlib import Path

import numpy as np
import pytest

import darla


@pytest.mark.parametrize("rendering", ["batched", "stock"])
def test_frames_of_an_episode_share_their_look(rendering: str, tmp_path: Path) -> None:
    config = darla.CollectConfig(
        env="Darla/Procgen-FruitBot-v0",
        domain="d_u",
        num_frames=600,
        chunk_size=300,
        rendering=rendering,
        workers=1,
        imports=("darla_envs",),
        out=tmp_path / "frames",
    )
    frames = darla.collect(config).dataset
    assert frames.attributes["how"] == "random"
    assert frames.attributes["domain"]["name"] == "d_u"
    pictures, starts = frames.read(0, len(frames)), np.asarray(frames.episode_starts[:])
    dark = (pictures == 0).all(-1).mean((1, 2)) > 0.3
    episodes = np.cumsum(starts)
    looks = [np.unique(dark[episodes == each]) for each in np.unique(episodes)]
    assert len(looks) > 5
    assert all(len(look) == 1 for look in looks)
    assert {bool(look[0]) for look in looks} == {False, True}
