"""Frames of MiniWorld's environments for encoders: fresh starts, in looks that some share."""

import gymnasium as gym
import numpy as np
import pytest

from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.miniworlds.fresh_starts import IN_VIEW
from darla_envs.miniworlds.miniworlds import MiniWorlds

FAST = "darla_envs.stock:MiniWorld-OneRoomS6Fast-v0"


@pytest.fixture
def many():
    made = gym.make_vec(FAST, 8, domain="d_u", num_threads=1, obs_width=24, obs_height=24)
    yield made
    made.close()


def draw(envs, count, **options):
    return envs.sample_settings(np.random.default_rng(3), count, **options)


def shown(envs, rows):
    """Return the pictures, what is reported, and whether an entity is in view, in every row."""
    frames, infos, seen = [], [], []
    for start in range(0, len(rows), envs.num_envs):
        some = rows[start : start + envs.num_envs]
        pictures, info = envs.reset_to(some)
        frames.append(pictures.copy())
        infos.append(np.stack([info["factors"][name] for name in envs.factors], axis=1))
        _, entities = envs.batch.worlds.measure(np.arange(len(some)))
        seen.append((entities >= 0).mean(axis=(1, 2)) >= IN_VIEW)
    return np.concatenate(frames), np.concatenate(infos), np.concatenate(seen)


def test_frames_in_a_row_share_their_look_and_nothing_else(many):
    rows = draw(many, 21, per_look=3)
    frames, looks, _ = shown(many, rows)
    np.testing.assert_array_equal(looks, rows[:, 2:])
    for start in range(0, 21, 3):
        assert len(np.unique(looks[start : start + 3], axis=0)) == 1
    assert len(np.unique(looks, axis=0)) == 7
    assert len(np.unique(rows[:, 0])) == 21
    assert len(np.unique(frames.reshape(21, -1), axis=0)) == 21


@pytest.mark.parametrize("named", [(), ("wall",)])
def test_starts_are_shown_in_several_looks(many, named):
    rows = draw(many, 12, in_view=0.8, per_look=2, looks_per_state=3, look_factors=named)
    is_look = np.array([name in named or not named for name in many.factors])
    for start in range(0, 12, 6):
        looks = rows[start : start + 6].reshape(3, 2, -1)
        assert (looks[:, :, :2] == looks[:1, :, :2]).all()
        values = looks[:, :, 2:]
        assert (values[:, :, is_look] == values[:, :1][:, :, is_look]).all()
        assert len(np.unique(values[:, 0][:, is_look], axis=0)) == 3
        assert (values[:, :, ~is_look] == values[:1][:, :, ~is_look]).all()
    assert len(np.unique(rows[:, 0])) == 4


def test_settings_come_from_the_generator_alone(many):
    rows = draw(many, 12, in_view=0.5)
    many.reset(seed=99)
    many.step(np.full(8, 2))
    np.testing.assert_array_equal(draw(many, 12, in_view=0.5), rows)
    np.testing.assert_array_equal(shown(many, rows)[0], shown(many, rows)[0])


@pytest.mark.parametrize(("share", "least", "most"), [(1.0, 0.9, 1.0), (0.0, 0.0, 0.1)])
@pytest.mark.parametrize("domain", ["d_u", "d_u_rich"])
def test_entities_are_in_view_as_often_as_asked_for(many, domain, share, least, most):
    many.set_domain(domain)
    *_, seen = shown(many, draw(many, 40, in_view=share))
    assert least <= seen.mean() <= most


def test_left_to_chance_a_start_is_that_of_its_seed(many):
    rows = draw(many, 8)
    pictures, _, _ = shown(many, rows)
    worlds = many.batch.worlds
    worlds.set_domain("source")
    plain, _ = many.reset(seed=rows[:, 0].astype(int).tolist())
    assert not rows[:, 1].any()
    assert np.abs(plain.astype(int) - pictures).mean() > 3
    plain_rows = draw(many, 8)
    assert plain_rows.shape == (8, 2)
    with pytest.raises(ValueError, match=r"hold a seed, a turn and 0 factors.*not \(8, 6\)"):
        many.reset_to(rows)


def test_worlds_with_factors_of_their_own_are_not_asked_for_starts():
    worlds = MiniWorlds(GO_TO_OBJECT, 1, num_threads=1)
    with pytest.raises(ValueError, match="samples factors of its own"):
        worlds.sample_settings(np.random.default_rng(0), 1)
    worlds.close()
