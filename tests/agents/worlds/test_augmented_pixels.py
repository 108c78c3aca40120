"""The wrapper, over environments whose pictures say which step and episode they are of."""

import numpy as np
import pytest
from stable_baselines3.common.vec_env import DummyVecEnv

import toy_tasks  # noqa: F401
from darla_agents.agent.augmentations import AUGMENTATIONS, Augmentation, needs_encoder
from darla_agents.agent.spec import AgentSpec
from darla_agents.playing.played_worlds import make_played_worlds
from darla_agents.worlds.augmented_pixels import AugmentedPixels
from darla_agents.worlds.environments import make_vec_env
from toy_encoder import make_toy_bundle
from toy_envs import CountingDictEnv, CountingImageEnv, CountingRenderEnv
from toy_quadrants import quadrant_encoder

SIZE, LENGTHS, STEPS = 16, (2, 3), 12
NOTHING = np.zeros(len(LENGTHS), int)


def make(name, env_class=CountingImageEnv, lengths=LENGTHS, seed=0, **how):
    factories = [lambda each=each: env_class(size=SIZE, episode_length=each) for each in lengths]
    return AugmentedPixels(DummyVecEnv(factories), name, seed, encoder=quadrant_encoder(), **how)


class Stamp:
    """Writes a number into the blue of pictures; numbers are drawn one after the other."""

    def __init__(self):
        self.drawn, self.batches = 0, []

    def draw(self, rng, count):
        self.drawn += count
        return np.arange(self.drawn - count, self.drawn)

    def apply(self, frames, numbers):
        self.batches.append(len(frames))
        stamped = frames.copy()
        stamped[..., 2] = numbers[:, None, None]
        return stamped


@pytest.fixture
def stamp(monkeypatch):
    stamp = Stamp()
    monkeypatch.setitem(
        AUGMENTATIONS._known, "stamp", Augmentation("stamped", stamp.draw, stamp.apply)
    )
    return stamp


def told(picture):
    """The step, the episode and the stamp that a picture tells of."""
    assert (picture == picture[0, 0]).all()
    return tuple(picture[0, 0].tolist())


def is_stamped(picture):
    """Whether blue is one number, and no gradient as the environment paints it."""
    return len(np.unique(picture[..., 2])) == 1


def play(venv, told=told):
    """Return what each environment showed in its episodes, their last observations included."""
    venv.seed(0)
    episodes = [[[told(picture)]] for picture in venv.reset()]
    for _ in range(STEPS):
        observations, _, dones, infos = venv.step(np.zeros(venv.num_envs, int))
        for number, done in enumerate(dones):
            if done:
                episodes[number][-1].append(told(infos[number]["terminal_observation"]))
                episodes[number].append([])
            else:
                assert "terminal_observation" not in infos[number]
            episodes[number][-1].append(told(observations[number]))
    return episodes


def test_an_episode_has_parameters_of_its_own_to_its_very_end(stamp):
    episodes = play(make("stamp"))
    stamps = []
    for number, length in enumerate(LENGTHS):
        whole = episodes[number][:-1]
        assert len(whole) == STEPS // length
        for index, shown in enumerate(whole):
            steps, indices, own = zip(*shown, strict=True)
            assert steps == tuple(range(length + 1))
            assert set(indices) == {index}
            assert len(set(own)) == 1
            stamps.append(own[0])
    assert len(set(stamps)) == len(stamps)


def test_a_step_augments_once(stamp):
    venv = make("stamp")
    venv.reset()
    for _ in range(3):
        venv.step(NOTHING)
    assert stamp.batches == [2, 2, 3, 3]  # with a last observation after two steps and after three


def test_a_step_can_have_parameters_of_its_own(stamp):
    for shown in play(make("stamp", each="step")):
        stamps = [own for episode in shown for _, _, own in episode]
        assert len(set(stamps)) == len(stamps)  # last pictures too


def test_a_share_of_episodes_is_augmented_and_the_others_are_as_they_are(stamp):
    changed = []
    for episodes in play(make("stamp", lengths=(2,) * 40, share=0.25), is_stamped):
        for episode in episodes:
            assert len(set(episode)) == 1  # to its very end
            changed.append(episode[0])
    assert len(changed) > 250
    assert np.mean(changed) == pytest.approx(0.25, abs=0.08)


def test_a_share_of_steps_is_augmented(stamp):
    shown = play(make("stamp", lengths=(6,) * 30, share=0.5, each="step"), is_stamped)
    episodes = [episode for each in shown for episode in each[:-1]]
    assert np.mean([len(set(episode)) == 2 for episode in episodes]) > 0.9
    shares = [np.mean(episode) for episode in episodes]
    assert np.mean(shares) == pytest.approx(0.5, abs=0.1)


def test_augmentations_follow_each_other(stamp, monkeypatch):
    def halved(frames, _):
        return frames // 2

    monkeypatch.setitem(
        AUGMENTATIONS._known, "half", Augmentation("halved", lambda rng, n: np.zeros(n), halved)
    )
    first, then = make("stamp+half"), make("half+stamp")
    for _ in range(5):
        blues = [[told(picture)[2] for picture in venv.reset()] for venv in (first, then)]
    drawn = np.arange(stamp.drawn - 4, stamp.drawn)
    assert blues == [(drawn[:2] // 2).tolist(), drawn[2:].tolist()]


def test_of_a_dict_only_the_picture_is_augmented(stamp):
    venv = make("stamp", CountingDictEnv)
    first, other = (told(picture)[2] for picture in venv.reset()["image"])
    venv.step(NOTHING)
    observations, _, _, infos = venv.step(NOTHING)
    final = infos[0]["terminal_observation"]
    assert (told(final["image"]), final["state"]) == ((2, 0, first), 2)
    assert [told(picture) for picture in observations["image"]] == [
        (0, 1, stamp.drawn - 1),
        (2, 0, other),
    ]
    assert observations["state"].tolist() == [[0], [2]]


def frames_of(venv, seed=0, steps=STEPS):
    venv.seed(seed)
    shown = [venv.reset()]
    for _ in range(steps):
        observations, _, dones, infos = venv.step(NOTHING)
        finals = [infos[number]["terminal_observation"][None] for number in np.flatnonzero(dones)]
        shown += [observations, *finals]
    return np.concatenate(shown)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_the_same_seed_shows_the_same_pictures(name):
    first, other = frames_of(make(name)), frames_of(make(name), seed=1)
    np.testing.assert_array_equal(first, frames_of(make(name, seed=9)))  # seeding begins anew
    assert (first != other).any()


def test_without_seeding_the_constructors_seed_counts():
    shown = [make("conv", seed=seed).reset() for seed in (3, 3, 4)]
    np.testing.assert_array_equal(shown[0], shown[1])
    assert (shown[0] != shown[2]).any()


def test_what_cannot_be_augmented_is_said():
    with pytest.raises(ValueError, match="did you mean 'shift'"):
        make("shfit")
    with pytest.raises(ValueError, match="must be above 0 and at most 1"):
        make("shift", share=0)
    with pytest.raises(ValueError, match="is no picture"):
        AugmentedPixels(DummyVecEnv([CountingRenderEnv]), "shift")


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_only_environments_to_learn_from_are_augmented(name, tmp_path):
    encoder = str(make_toy_bundle(tmp_path, roles=True)) if needs_encoder(name) else None
    spec = AgentSpec(
        "Toy/BrightSide-v0", "pixels", "ppo", "source", 0, encoder, 8, {}, augmentation=name
    )
    plain = make_vec_env(spec, "source", 8).reset()
    assert set(np.unique(plain)) == {0, 20, 230}  # what the task draws
    learned = make_vec_env(spec, "source", 8, learning=True).reset()
    assert learned.shape == plain.shape
    assert (learned != plain).any()
    with make_played_worlds(spec.task, "pictures", ["source"], 2, "stock") as worlds:
        worlds["source"].reset([0, 1], [0, 1])
        assert set(np.unique(worlds["source"].observe([0, 1]))) == {0, 20, 230}
