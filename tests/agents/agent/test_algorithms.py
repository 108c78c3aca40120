import numpy as np
import pytest
from gymnasium import spaces

from darla_agents.agent.algorithms import (
    ALGORITHMS,
    LARGEST_MEMORY,
    parse_settings,
    settings_for,
)
from darla_agents.agent.kinds import KINDS


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_kinds_share_their_settings(algorithm):
    settings = [settings_for(algorithm, kind, {}) for kind in KINDS]
    for kind in settings:
        kind.pop("buffer_size", None)  # pictures need a smaller memory
    assert all(kind == settings[0] for kind in settings)


def test_settings_suit_actions_in_a_box_unless_they_are_set():
    box = spaces.Box(-1, 1, (2,), np.float32)
    for algorithm in ("ppo", "a2c"):
        assert settings_for(algorithm, "latent", {}, None, box)["ent_coef"] == 0
        assert settings_for(algorithm, "latent", {}, None, spaces.Discrete(3))["ent_coef"] > 0
        assert settings_for(algorithm, "latent", {"ent_coef": 0.1}, None, box)["ent_coef"] == 0.1


def test_a_memory_of_large_pictures_is_of_fewer_steps():
    shapes = [(3, 64, 64), (12, 256, 256)]
    small, large = (spaces.Box(0, 255, shape, np.uint8) for shape in shapes)
    for algorithm in ("dqn", "sac", "td3"):
        assert settings_for(algorithm, "pixels", {}, small)["buffer_size"] == 20_000
        kept = settings_for(algorithm, "pixels", {}, large)["buffer_size"]
        assert 2 * kept * 12 * 256 * 256 <= LARGEST_MEMORY < 2 * (kept + 1) * 12 * 256 * 256
        both = spaces.Dict({"eye": large, "speed": spaces.Box(-1, 1, (2,), np.float32)})
        assert settings_for(algorithm, "pixels", {}, both)["buffer_size"] <= kept
        asked = settings_for(algorithm, "pixels", {"buffer_size": 10**6}, large)
        assert asked["buffer_size"] == 10**6


def test_overrides_replace_settings():
    settings = settings_for("ppo", "pixels", {"n_steps": 16, "target_kl": None})
    assert settings["n_steps"] == 16
    assert settings["target_kl"] is None
    assert settings["gamma"] == settings_for("ppo", "pixels", {})["gamma"]


def test_settings_are_read_as_json():
    texts = ("learning_rate=3e-4", "n_steps=16", "normalize_advantage=false", "target_kl=null")
    assert parse_settings(texts) == {
        "learning_rate": 3e-4,
        "n_steps": 16,
        "normalize_advantage": False,
        "target_kl": None,
    }
    assert parse_settings(('policy_kwargs={"net_arch": [32]}',)) == {
        "policy_kwargs": {"net_arch": [32]}
    }
    assert parse_settings(("learning_rate=linear:1e-3",)) == {"learning_rate": "linear:1e-3"}


@pytest.mark.parametrize("text", ["n_steps", "=3", ""])
def test_a_setting_needs_a_name_and_a_value(text):
    with pytest.raises(ValueError, match="name=value"):
        parse_settings((text,))


@pytest.mark.parametrize(
    ("algorithm", "kind", "overrides", "message"),
    [
        ("pop", "latent", {}, "did you mean 'ppo'"),
        ("ppo", "pixel", {}, "did you mean 'pixels'"),
        ("ppo", "latent", {"n_step": 3}, "did you mean 'n_steps'"),
        ("dqn", "latent", {"n_epochs": 3}, "unknown setting of dqn"),
        ("ppo", "latent", {"seed": 3}, "unknown setting"),
        ("ppo", "latent", {"n_steps": "many"}, "n_steps is 'many', expected `int`"),
        ("ppo", "latent", {"n_steps": True}, "n_steps is True, expected `int`"),
        ("ppo", "latent", {"normalize_advantage": 1}, "normalize_advantage is 1, expected `bool`"),
        ("ppo", "latent", {"target_kl": "small"}, "target_kl is 'small', expected `float"),
        ("ppo", "latent", {"batch_size": 0}, "batch_size is 0, expected `int` >= 1"),
        ("ppo", "latent", {"n_steps": 10**12}, "n_steps is 1000000000000, expected `int` <="),
        ("ppo", "latent", {"n_steps": 8.5}, "n_steps is 8.5, expected `int`"),
        ("ppo", "latent", {"gamma": 2}, "gamma is 2, expected `float` <= 1"),
        ("ppo", "latent", {"learning_rate": [1]}, "learning_rate is"),
        ("ppo", "latent", {"device": "cuda"}, "unknown setting"),
        ("ppo", "latent", {"_init_setup_model": True}, "unknown setting"),
        ("ppo", "latent", {"policy_kwargs": {"net_arch": [-5]}}, "net_arch.* is -5, expected"),
        ("ppo", "latent", {"policy_kwargs": {"net_arch": [10**9]}}, "expected `int` <= 4096"),
        ("ppo", "latent", {"policy_kwargs": {"evil": 1}}, "unknown field `evil`"),
        ("ppo", "latent", {"policy_kwargs": 3}, "policy_kwargs is 3"),
        ("dqn", "latent", {"train_freq": [0, "step"]}, "train_freq is"),
        ("ppo", "latent", {"ent_coef": "auto"}, "ent_coef is 'auto', but must be a number$"),
        ("sac", "latent", {"ent_coef": "automatic"}, "must be a number, or auto"),
        ("sac", "latent", {"target_entropy": "low"}, "target_entropy is 'low'"),
        ("td3", "latent", {"action_noise": "normal"}, "action_noise is 'normal', expected `float"),
        ("ppo", "latent", {"action_noise": 0.1}, "unknown setting of ppo"),
        ("ppo", "latent", {"learning_rate": "cosine:1"}, "linear:3e-4"),
        ("ppo", "latent", {"learning_rate": "linear:much"}, "linear:3e-4"),
    ],
)
def test_what_cannot_be_set_is_said(algorithm, kind, overrides, message):
    with pytest.raises(ValueError, match=message):
        settings_for(algorithm, kind, overrides)
