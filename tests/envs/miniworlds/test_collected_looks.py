"""Frames of MiniWorld's environments in many looks, as collectors take them."""

import numpy as np
import pytest

from darla.collection.batched_chunks import make_chunk_maker
from darla.collection.collect import CollectConfig, collect
from darla.frames.order import Episodes

LOOK = ["floor", "wall", "objects", "light"]


def config_of(**changes):
    settings = {"env": "MiniWorld-OneRoomS6Fast-v0", "domain": "d_u", "size": (24,), "workers": 1}
    settings["imports"] = ("darla_envs", "darla_envs.stock")
    return CollectConfig(**{**settings, "num_frames": 60, "chunk_size": 60, **changes})


def looks_of_frames(episode_starts, factors):
    """Check that episodes keep their look, and return the number of looks."""
    episodes = np.cumsum(episode_starts)
    looks = [np.unique(factors[episodes == each], axis=0) for each in np.unique(episodes)]
    assert all(len(each) == 1 for each in looks)
    return len(np.unique(np.concatenate(looks), axis=0))


def test_a_dataset_holds_pairs_in_many_looks_and_says_which(tmp_path):
    dataset = collect(config_of(out=tmp_path / "rooms", num_frames=40, chunk_size=20)).dataset
    assert dataset.attributes["domain"]["look"] == {
        "floor": [[0.0, 0.75]],
        "wall": [[0.0, 0.75]],
        "objects": [[0.0, 0.75]],
        "light": [[0.5, 1.0]],
    }
    assert list(dataset.attributes["factors"]) == LOOK
    assert {each["role"] for each in dataset.attributes["factors"].values()} == {"look"}
    assert dataset.attributes["renderer"] == "batched"
    factors = np.stack([dataset.factors[name] for name in LOOK], axis=1)
    assert looks_of_frames(dataset.episode_starts, factors) == 20
    assert (Episodes.of(dataset).length == 2).all()


@pytest.mark.parametrize("rendering", ["batched", "stock"])
def test_episodes_of_acting_policies_keep_their_look(rendering):
    kwargs = {"max_episode_steps": 9}
    maker = make_chunk_maker(config_of(policy="random", rendering=rendering, env_kwargs=kwargs))
    chunk = maker.make(0)
    assert maker.attributes["renderer"] == rendering
    assert list(maker.attributes["factors"]) == LOOK
    assert maker.attributes["domain"]["name"] == "d_u"
    assert looks_of_frames(chunk.episode_starts, chunk.factors) == chunk.episode_starts.sum() >= 6
    maker.close()


def test_a_look_that_is_not_drawn_has_no_factors_to_keep():
    with pytest.raises(ValueError, match="give frames_per_look 1"):
        make_chunk_maker(config_of(domain="source"))
    maker = make_chunk_maker(config_of(domain="source", frames_per_look=1, num_frames=10))
    assert maker.factors == {} and maker.attributes["domain"] is None
    assert maker.make(0).frames.std() > 10
    maker.close()
