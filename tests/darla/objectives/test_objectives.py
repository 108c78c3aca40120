"""What holds for every objective: add a row for each new one."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import darla.vision.log
from darla.encoder.bundle import load_encoder
from darla.encoder.networks import to_pictures
from darla.objective_settings import (
    BetaTCVAESettings,
    ContractiveSettings,
    DIPVAESettings,
    FactorVAESettings,
    InfoVAESettings,
)
from darla.objectives import OBJECTIVES, make_objective
from darla.objectives.vae import VariationalAutoencoder
from darla.vision.collapse import collapse_warning
from darla.vision.train import train_vision
from toy_frames import tiny_config, toy_facts, toy_frames, write_toy_dataset

ROWS = {
    "autoencoder": {},
    "dae": {},
    "contractive": {"contractive": ContractiveSettings(weight=0.5, projections=2)},
    "vae": {},
    "beta_vae": {"likelihood": "gaussian", "sigma": 0.2},
    "annealed_vae": {"epochs": 16.0, "capacity": 5.0, "gamma": 10.0},
    "factor_vae": {"factor_vae": FactorVAESettings(gamma=4.0, layers=2, units=32)},
    "beta_tcvae": {"beta": 3.0, "beta_tcvae": BetaTCVAESettings("stratified")},
    "dip_vae_i": {},
    "dip_vae_ii": {"dip_vae": DIPVAESettings(lambda_od=5.0)},
    "info_vae": {"info_vae": InfoVAESettings(weight=10.0, kernel="imq")},
    "ml_vae": {"look_latents": 1, "recolored": 0.5},
    "ada_gvae": {},
    "darla_2017": {"dae_epochs": 16.0, "beta": 0.1, "pixel_weight": 0.5},
    "darla": {
        "dae_epochs": 16.0,
        "epochs": 24.0,
        "beta": 0.1,
        "pixel_weight": 0.5,
        "look_latents": 1,
        "beta_look": 0.1,
        "recolored": 0.5,
    },
    "darla_ada": {"dae_epochs": 3.0, "beta": 0.1, "pixel_weight": 0.5},
}
COUNT = 160


def test_every_objective_has_a_row() -> None:
    assert ROWS.keys() == OBJECTIVES.keys()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    return write_toy_dataset(folder / "toy", COUNT, chunk_size=80, per_look=4)


@pytest.mark.parametrize("name", ROWS)
def test_it_learns_to_see(name: str, data: Path, tmp_path: Path) -> None:
    settings = {"epochs": 14.0, "log_every": 10, **ROWS[name]}
    config = tiny_config(data, tmp_path / "run", objective=name, **settings)
    frozen = load_encoder(train_vision(config))

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
    config = tiny_config(Path("data"), Path("run"), objective=name, **ROWS[name])
    objective = make_objective(config, toy_facts())
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
    whole = {"mask": 1e-6} if "mask" in OBJECTIVES[name].uses else {}
    config = tiny_config(Path("data"), Path("run"), objective=name, **whole, **ROWS[name])
    objective = make_objective(config, toy_facts())
    if (
        objective.encoder.shape.posterior == "gaussian"
    ):  # posteriors without spread: no noise to compare
        with torch.no_grad():
            objective.encoder.head.bias[4:] = -1e3
            objective.encoder.head.weight[4:] = 0
    pictures = to_pictures(torch.from_numpy(toy_frames(6)[0]))
    once = objective.losses(pictures, torch.zeros(())).total.item()
    first, second = pictures.chunk(2)  # partners stay partners
    doubled = torch.cat([first, first, second, second])
    twice = objective.losses(doubled, torch.zeros(())).total.item()
    assert twice == pytest.approx(once, rel=0.02)


@pytest.mark.parametrize("name", ROWS)
def test_settings_of_other_objectives_are_refused(name: str) -> None:
    others = {"beta": 2.0, "free_bits": 0.5, "capacity": 7.0, "mask": 0.1, "dae_epochs": 1.0}
    own = OBJECTIVES[name].uses
    assert any(setting not in own for setting in others)
    for setting, value in others.items():
        if setting in own:
            continue
        config = tiny_config(Path("data"), Path("run"), objective=name, **{setting: value})
        with pytest.raises(
            ValueError, match=f"^{setting} is {value}, but the objective '{name}' has none"
        ) as caught:
            make_objective(config, toy_facts())
        assert "\n" not in str(caught.value)


def test_groups_of_settings_of_other_objectives_are_refused() -> None:
    group = FactorVAESettings(gamma=3.0)
    config = tiny_config(Path("data"), Path("run"), objective="vae", factor_vae=group)
    with pytest.raises(ValueError, match=r"factor_vae\.gamma=3\.0, but the objective 'vae' has"):
        make_objective(config, toy_facts())


@pytest.mark.parametrize("name", ROWS)
def test_neither_loss_reaches_the_other_s_parameters(name: str) -> None:
    config = tiny_config(Path("data"), Path("run"), objective=name, **ROWS[name])
    objective = make_objective(config, toy_facts())
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


@pytest.mark.parametrize("name", ROWS)
def test_its_loss_can_be_compiled_as_one_graph(name: str) -> None:
    config = tiny_config(Path("data"), Path("run"), objective=name, **ROWS[name])
    objective = make_objective(config, toy_facts())
    pictures = to_pictures(torch.from_numpy(toy_frames(8)[0]))
    torch.compiler.reset()
    torch.manual_seed(1)
    expected = objective.losses(pictures, torch.ones(())).total
    torch.manual_seed(1)
    compiled = torch.compile(objective.losses, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(pictures, torch.ones(())).total, expected)


def test_free_bits_are_an_option_of_every_variational_objective() -> None:
    for name, kind in OBJECTIVES.items():
        assert issubclass(kind, VariationalAutoencoder) == ("free_bits" in kind.uses), name


def test_reconstructions_are_pictures() -> None:
    config = tiny_config(Path("data"), Path("run"))
    objective = make_objective(config, toy_facts())
    pictures = to_pictures(torch.from_numpy(toy_frames(3)[0]))
    decoded = objective.reconstruct(pictures).detach().numpy()
    assert decoded.shape == (3, 3, 32, 32)
    assert np.all((decoded >= 0) & (decoded <= 1))
