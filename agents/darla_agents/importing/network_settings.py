"""Find out what network weights are of: by their names and shapes, and by what a file says plainly.

What decides the shapes of weights is read off them. What does not, such as the activation, is told
by the file; a network with code of its own cannot be built again from what is not code, and is
refused.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from darla.running.names import lookup
from darla_agents.agent.models import ACTIVATIONS
from darla_agents.agent.settings_schema import MOST_CRITICS
from darla_agents.importing.zip_file import plain_values

_LIBRARY = "stable_baselines3."
_TOLD = ("normalize_images", "use_expln", "full_std", "squash_output", "log_std_init")
_TEXT_OF_CLASS = re.compile(r"<class '([\w.]+)'>")
_EXTRACTOR = "features_extractor."
_OWN = {"dqn": "exploration_rate", "sac": "target_entropy", "td3": "policy_delay"}
"""What no other algorithm that learns from a memory says."""


def find_algorithm(values: Mapping[str, Any]) -> str:
    """Return which of our algorithms a file's values are of, by the names of its settings.

    Raises:
        ValueError: it is another.
    """
    if {"clip_range", "gae_lambda"} <= values.keys():
        return "ppo"
    if "gae_lambda" in values:
        return "a2c"
    learns_from_memory = "replay_buffer_class" in values
    for algorithm, own in _OWN.items():
        if learns_from_memory and own in values:
            return algorithm
    raise ValueError(
        f"it does not say that it is of ppo, a2c, {', '.join(_OWN)}; give --algorithm if it is of "
        "one of these, and play agents of others with darla_agents.evaluate_model"
    )


def network_settings(
    algorithm: str, weights: Mapping[str, Tensor], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return ``policy_kwargs``, as JSON can hold them, that build the network of weights again.

    Raises:
        ValueError: the network has code of its own, or an activation that is not known.
    """
    told = plain_values(values, "policy_kwargs")
    _check_library(values, told)
    found: dict[str, Any] = {name: told[name] for name in _TOLD if name in told}
    found = {name: _plain(value) for name, value in found.items()}
    if "activation_fn" in told:
        found["activation_fn"] = _activation(told["activation_fn"])
    read, extractor = _NETWORKS[algorithm]
    sizes = _feature_sizes(weights, extractor)
    found |= read(weights) | ({"features_extractor_kwargs": sizes} if sizes else {})
    return found


def _of_q(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """Return what builds the network of DQN; the last layer is of actions."""
    return {"net_arch": _widths(weights, "q_net.q_net.")[:-1]}


def _of_policy_and_value(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """Return what builds the networks of PPO and A2C."""
    policy = _widths(weights, "mlp_extractor.policy_net.")
    found: dict[str, Any] = {
        "net_arch": {"pi": policy, "vf": _widths(weights, "mlp_extractor.value_net.")}
    }
    shared = _are_equal(weights, _EXTRACTOR, f"vf_{_EXTRACTOR}")
    return found if shared else found | {"share_features_extractor": False}


def _of_actor_and_critics(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """Return what builds the networks of SAC and TD3; the last layers are of actions and values."""
    policy = _widths(weights, "actor.latent_pi.") or _widths(weights, "actor.mu.")[:-1]
    found: dict[str, Any] = {
        "net_arch": {"pi": policy, "qf": _widths(weights, "critic.qf0.")[:-1]},
        "n_critics": sum(f"critic.qf{i}.0.weight" in weights for i in range(MOST_CRITICS)),
    }
    has_extractor = any(name.startswith(f"actor.{_EXTRACTOR}") for name in weights)
    shared = has_extractor and _are_equal(weights, f"actor.{_EXTRACTOR}", f"critic.{_EXTRACTOR}")
    return found | {"share_features_extractor": True} if shared else found


_NETWORKS: dict[str, tuple[Callable[[Mapping[str, Tensor]], dict[str, Any]], str]] = {
    "ppo": (_of_policy_and_value, _EXTRACTOR),
    "a2c": (_of_policy_and_value, _EXTRACTOR),
    "dqn": (_of_q, f"q_net.{_EXTRACTOR}"),
    "sac": (_of_actor_and_critics, f"actor.{_EXTRACTOR}"),
    "td3": (_of_actor_and_critics, f"actor.{_EXTRACTOR}"),
}
"""For each algorithm what reads its networks, and where the one is that looks at pictures."""


def _check_library(values: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """Check that policy and features extractor are Stable-Baselines3's own, as far as is said."""
    policy = plain_values(values, "policy_class").get("__module__", _LIBRARY)
    extractor = _class_name(told.get("features_extractor_class", f"<class '{_LIBRARY}'>"))
    for what, where in {"its policy": policy, "its features extractor": extractor}.items():
        if not str(where).startswith(_LIBRARY):
            raise ValueError(
                f"{what} is of {str(where)[:100]}, whose code is not in the file; play it with "
                "darla_agents.evaluate_model in a script that has that code"
            )


def _class_name(text: Any) -> str:
    """Return the name in the text of a class; the text itself where it is of none."""
    found = _TEXT_OF_CLASS.search(str(text))
    return found[1] if found else str(text)


def _activation(text: Any) -> str:
    """Return the name that settings have for the activation whose class a text names."""
    name = _class_name(text).rpartition(".")[2].lower()
    lookup("activation of the network", name, ACTIVATIONS)
    return name


def _plain(value: Any) -> Any:
    """Return a value, or what its text says: beside what is pickled, some values are text."""
    return {"True": True, "False": False}.get(value, value) if isinstance(value, str) else value


def _widths(weights: Mapping[str, Tensor], prefix: str) -> list[int]:
    """Return how many units the layers of a network have, by the names of their weights."""
    layers = {
        int(name.removeprefix(prefix).partition(".")[0]): len(tensor)
        for name, tensor in weights.items()
        if re.fullmatch(re.escape(prefix) + r"[0-9]{1,3}\.weight", name) and tensor.ndim == 2
    }
    return [layers[place] for place in sorted(layers)]


def _are_equal(weights: Mapping[str, Tensor], first: str, second: str) -> bool:
    """Whether networks, told by prefixes, have equal weights: one of them then looks for both."""
    return all(
        torch.equal(tensor, weights.get(second + name.removeprefix(first), tensor))
        for name, tensor in weights.items()
        if name.startswith(first)
    )


def _feature_sizes(weights: Mapping[str, Tensor], prefix: str) -> dict[str, int]:
    """Return how many features are made of pictures; empty where there are no convolutions."""
    own = weights.get(f"{prefix}linear.0.weight")
    if own is not None:
        return {"features_dim": len(own)}
    entries = re.compile(re.escape(f"{prefix}extractors.") + r".+\.linear\.0\.weight")
    of_entries = [len(tensor) for name, tensor in weights.items() if entries.fullmatch(name)]
    return {"cnn_output_dim": of_entries[0]} if of_entries else {}
