"""What holds for every objective: add a row for each new one."""

import ast
import inspect
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import darla.vision.log
from darla.checks.objectives import check_objective
from darla.encoder.bundle import load_encoder
from darla.encoder.networks import to_pictures
from darla.objectives import OBJECTIVES, Objective, objective_settings, register_objective
from darla.objectives.vae import VAESettings, VariationalAutoencoder
from darla.vision.train import train_vision
from darla.vision.verdict import collapse_warning
from toy_frames import (
    tiny_config,
    tiny_objective,
    tiny_settings,
    toy_frames,
    write_toy_dataset,
)

ROWS: dict[str, dict[str, Any]] = {
    "pca": {},
    "autoencoder": {},
    "dae": {},
    "contractive": {"weight": 0.5, "projections": 2},
    "sparse_autoencoder": {"weight": 0.5},
    "fsq": {"levels": 5},
    "qlae": {"codes": 6},
    "vq_vae": {"codes": 8},
    "adversarial_autoencoder": {"discriminator_layers": 2, "discriminator_units": 32},
    "vae_gan": {"epochs": 28.0},
    "vae": {},
    "beta_vae": {"likelihood": "gaussian", "sigma": 0.2},
    "hierarchical_vae": {"level_latents": (1, 3), "beta_warmup": 0.1},
    "flow_vae": {"beta": 1.0, "flow_steps": 2, "flow_units": 16},
    "pixel_vae": {"blind": 0.5, "pixel_channels": 8},
    "annealed_vae": {"epochs": 16.0, "capacity": 5.0, "gamma": 10.0},
    "factor_vae": {"gamma": 4.0, "discriminator_layers": 2, "discriminator_units": 32},
    "beta_tcvae": {"beta": 3.0, "estimate": "stratified"},
    "dip_vae_i": {},
    "dip_vae_ii": {"lambda_od": 5.0},
    "info_vae": {"weight": 10.0, "kernel": "imq"},
    "vamp_vae": {"pseudo_inputs": 4},
    "denoising_vae": {"mask": 0.2, "noise": 0.05},
    "cvae": {"epochs": 24.0},
    "sequence_vae": {"epochs": 28.0, "free_nats": 0.0},
    "ml_vae": {"look_latents": 1, "recolored": 0.5},
    "ada_gvae": {},
    "darla_2017": {"dae_epochs": 16.0, "beta": 0.1, "pixel_weight": 0.5},
    "look_state_vae": {
        "dae_epochs": 16.0,
        "epochs": 24.0,
        "beta": 0.1,
        "pixel_weight": 0.5,
        "look_latents": 1,
        "beta_look": 0.1,
        "recolored": 0.5,
    },
    "darla_ada": {"dae_epochs": 3.0, "beta": 0.1, "pixel_weight": 0.5},
    "look_state_nce": {"look_latents": 1, "beta": 0.1, "beta_look": 0.1},
    "look_state_qlae": {"look_latents": 1, "codes": 6},
}
COUNT = 160


def tiny(name: str, **changes: Any) -> Objective:
    """Return the tiny untrained objective of a row."""
    own = {key: value for key, value in ROWS[name].items() if key != "epochs"}
    return tiny_objective(name, **{**own, **changes})


def test_every_objective_has_a_row() -> None:
    assert ROWS.keys() == OBJECTIVES.keys()


@pytest.mark.parametrize("name", ROWS)
def test_it_passes_the_checks_of_what_people_add(name: str) -> None:
    # Tiny networks foretell all but a nat of the check's frames before they have learnt anything.
    at_once = {"sequence_vae": {"free_nats": 0.0}}
    settings = tiny_settings(name, **at_once[name]) if name in at_once else None
    check_objective(name, settings)


@pytest.mark.parametrize("name", ROWS)
def test_every_setting_is_documented_beside_it(name: str) -> None:
    kinds = [kind for kind in OBJECTIVES[name].settings_class.__mro__ if kind is not object]
    bodies = [ast.parse(inspect.getsource(kind)).body[0] for kind in kinds]
    documented = {
        field.target.id
        for body in bodies
        if isinstance(body, ast.ClassDef)
        for field, after in itertools.pairwise(body.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(after, ast.Expr)
    }
    assert set(OBJECTIVES[name].settings_class.names()) <= documented


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    return write_toy_dataset(folder / "toy", COUNT, chunk_size=80, per_look=4, choices=3)


@pytest.mark.parametrize("name", ROWS)
def test_it_learns_to_see(name: str, data: Path, tmp_path: Path) -> None:
    settings = {"epochs": 14.0, "log_every": 10, **ROWS[name]}
    config = tiny_config(data, tmp_path / "run", objective=name, **settings)
    frozen = load_encoder(train_vision(config).bundle)

    events = EventAccumulator(str(config.out / "tensorboard" / name)).Reload()
    pixel = [event.value for event in events.Scalars("loss/pixel")]
    assert pixel[-1] < 0.7 * pixel[0]
    assert collapse_warning(frozen) is None
    assert frozen.active.sum() >= 2
    frames, _ = toy_frames(64, seed=1)
    decoded = frozen.decode(frozen.encode(frames)).astype(float)
    mean = toy_frames(COUNT, per_look=4)[0].mean(axis=0)
    assert ((decoded - frames) ** 2).mean() < 0.8 * ((mean - frames) ** 2).mean()
    assert frozen.config["objective"]["name"] == name


@pytest.mark.parametrize("name", ROWS)
def test_its_terms_are_scalars_under_known_tags(name: str) -> None:
    objective = tiny(name)
    pictures = to_pictures(torch.from_numpy(toy_frames(6)[0]))
    losses = objective.losses(pictures, torch.zeros(()))
    assert {"loss/reconstruction", "loss/pixel"} <= losses.terms.keys()
    for tag in losses.terms:
        assert f"``{tag}``" in str(darla.vision.log.__doc__), f"{tag} is not documented"
    assert losses.total.shape == () and losses.total.requires_grad
    for value in losses.terms.values():
        assert value.shape == () and torch.isfinite(value)
    if losses.kl_per_latent is not None:
        torch.testing.assert_close(losses.kl_per_latent.sum(), losses.terms["loss/kl"])


@pytest.mark.parametrize("name", ROWS)
def test_its_loss_does_not_depend_on_the_batch_size(name: str) -> None:
    whole = {"mask": 1e-6} if "mask" in OBJECTIVES[name].settings_class.names() else {}

    def loss(pictures: torch.Tensor) -> float:
        """Return the loss of an objective that has seen nothing before."""
        objective = tiny(name, **whole)
        if (
            objective.encoder.shape.posterior == "gaussian"
        ):  # posteriors without spread: no noise to compare
            with torch.no_grad():
                objective.encoder.head.bias[4:] = -1e3
                objective.encoder.head.weight[4:] = 0
        return objective.losses(pictures, torch.zeros(())).total.item()

    pictures = to_pictures(torch.from_numpy(toy_frames(6)[0]))
    once = loss(pictures)
    first, second = pictures.chunk(2)  # partners stay partners
    doubled = torch.cat([first, first, second, second])
    twice = loss(doubled)
    assert twice == pytest.approx(once, rel=0.02)


@pytest.mark.parametrize("name", ROWS)
def test_settings_of_other_objectives_are_refused(name: str) -> None:
    others = {"beta": 2.0, "free_bits": 0.5, "capacity": 7.0, "mask": 0.1, "dae_epochs": 1.0}
    own = OBJECTIVES[name].settings_class.names()
    assert any(setting not in own for setting in others)
    for setting, value in others.items():
        if setting in own:
            continue
        with pytest.raises(
            ValueError, match=f"^the objective '{name}' has no setting '{setting}'; leave it out"
        ) as caught:
            objective_settings(name, **{setting: value})
        assert "\n" not in str(caught.value)


def test_unknown_settings_suggest_the_nearest() -> None:
    with pytest.raises(ValueError, match="unknown vae setting 'latent'; did you mean 'latents'"):
        objective_settings("vae", latent=4)


def test_what_version_0_1_called_darla_is_look_state_vae() -> None:
    assert OBJECTIVES["darla"] is OBJECTIVES["look_state_vae"]
    assert "darla" not in list(OBJECTIVES)
    assert objective_settings("darla", beta=2.0) == objective_settings("look_state_vae", beta=2.0)


def test_defaults_are_what_they_say() -> None:
    defaults = {name: OBJECTIVES[name].settings_class() for name in OBJECTIVES}
    betas = {name: each.beta for name, each in defaults.items() if hasattr(each, "beta")}
    assert betas == {
        "beta_vae": 4.0,
        "pixel_vae": 1.0,
        "flow_vae": 4.0,
        "hierarchical_vae": 1.0,
        "beta_tcvae": 6.0,
        "vamp_vae": 1.0,
        "denoising_vae": 1.0,
        "vae_gan": 1.0,
        "cvae": 1.0,
        "ml_vae": 1.0,
        "ada_gvae": 1.0,
        "darla_2017": 1.0,
        "darla_ada": 1.0,
        "look_state_vae": 0.5,
        "look_state_nce": 0.5,
    }
    warmed_up = {name for name, each in defaults.items() if getattr(each, "beta_warmup", 0)}
    assert warmed_up == {
        "hierarchical_vae",
        "darla_2017",
        "darla_ada",
        "look_state_vae",
        "look_state_nce",
    }


@dataclass(frozen=True)
class MyVAESettings(VAESettings):
    objective: ClassVar[str] = "my_vae"


class Nameless(VariationalAutoencoder):
    """An objective that forgets settings of its own, and so has the VAE's name."""

    settings_class = type("NoDataclass", (VAESettings,), {})  # type: ignore[assignment]


def test_an_objective_is_registered_by_the_name_of_its_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OBJECTIVES, "_known", dict(OBJECTIVES._known))

    @register_objective
    class MyVAE(VariationalAutoencoder):
        settings_class = MyVAESettings

    assert OBJECTIVES["my_vae"] is MyVAE
    check_objective("my_vae")
    assert isinstance(objective_settings("my_vae", free_bits=0.1), MyVAESettings)
    with pytest.raises(ValueError, match="expected a frozen dataclass of its own"):
        register_objective(Nameless)
    assert OBJECTIVES["vae"] is VariationalAutoencoder
    with pytest.raises(ValueError, match="expected a subclass of Objective"):
        register_objective(MyVAESettings)  # type: ignore[type-var]


@pytest.mark.parametrize("name", ROWS)
def test_neither_loss_reaches_the_other_s_parameters(name: str) -> None:
    objective = tiny(name)
    losses = objective.losses(to_pictures(torch.from_numpy(toy_frames(8)[0])), torch.ones(()))
    assert (losses.adversary is None) == (objective.adversary is None)
    if objective.adversary is None or losses.adversary is None:
        return
    opposed = list(objective.adversary.parameters())
    own = [*objective.encoder.parameters(), *objective.decoder.parameters()]
    for loss, reached, spared in ((losses.total, own, opposed), (losses.adversary, opposed, own)):
        gradients = torch.autograd.grad(
            loss, [*reached, *spared], retain_graph=True, allow_unused=True
        )
        assert all(gradient is not None for gradient in gradients[: len(reached)])
        assert all(gradient is None for gradient in gradients[len(reached) :])


# Of each sort of loss one: tests/darla/objectives/test_one_graph.py, which is slow, compiles all.
@pytest.mark.parametrize(
    "name", ["vae", "flow_vae", "factor_vae", "vq_vae", "sequence_vae", "look_state_nce"]
)
def test_its_loss_can_be_compiled_as_one_graph(name: str) -> None:
    objective, same = tiny(name), tiny(name)  # one that has taken a step may know more
    pictures = to_pictures(torch.from_numpy(toy_frames(8)[0]))
    torch.compiler.reset()
    torch.manual_seed(1)
    expected = objective.losses(pictures, torch.ones(())).total
    torch.manual_seed(1)
    compiled = torch.compile(same.losses, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(pictures, torch.ones(())).total, expected)


def test_free_bits_are_an_option_of_every_variational_objective() -> None:
    for name, kind in OBJECTIVES.items():
        names = kind.settings_class.names()
        assert issubclass(kind, VariationalAutoencoder) == ("free_bits" in names), name


def test_reconstructions_are_pictures() -> None:
    objective = tiny_objective()
    pictures = to_pictures(torch.from_numpy(toy_frames(3)[0]))
    decoded = objective.reconstruct(pictures).detach().numpy()
    assert decoded.shape == (3, 3, 32, 32)
    assert np.all((decoded >= 0) & (decoded <= 1))
