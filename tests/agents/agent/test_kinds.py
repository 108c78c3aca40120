"""Kinds say all that agents do otherwise; a row for each."""

import subprocess
import sys

import pytest

from darla_agents.agent.algorithms import settings_for
from darla_agents.agent.kinds import KINDS, kind_of_label

# needs an encoder, sees latents, trains one, sees factors, learns from pictures; memory of DQN
KINDS_AND_TRAITS = {
    "latent": (True, True, False, False, False, 50_000),
    "pixels": (False, False, False, False, True, 20_000),
    "finetuned": (True, False, True, False, True, 20_000),
    "random_encoder": (True, True, False, False, False, 50_000),
    "factors": (False, False, False, True, False, 50_000),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_a_kind_does_otherwise(name: str) -> None:
    kind = KINDS[name]
    traits = (
        kind.needs_encoder,
        kind.sees_latents,
        kind.trains_encoder,
        kind.sees_factors,
        kind.learns_from_pictures,
    )
    assert (*traits, settings_for("dqn", name, {})["buffer_size"]) == KINDS_AND_TRAITS[name]


def test_kinds_come_in_the_order_of_tables_with_styles_of_their_own() -> None:
    assert list(KINDS) == list(KINDS_AND_TRAITS)
    assert len({kind.style for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("pixels", "pixels"),
        ("pixels_shift", "pixels"),
        ("random_encoder", "random_encoder"),
        ("pixelsshift", None),
        ("darla", None),
    ],
)
def test_a_label_may_begin_with_a_kind(label: str, kind: str | None) -> None:
    assert kind_of_label(label) == kind


def test_tables_and_plots_need_no_torch() -> None:
    code = (
        "import sys; from darla_agents.comparison import compare, curve_plot; "
        "print([name for name in ('torch', 'stable_baselines3') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
