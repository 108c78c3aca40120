"""Flags of a training: those of the objective that is given, and of no other."""

import itertools
import re
from pathlib import Path

import pytest

from darla.objectives import OBJECTIVES, objective_settings
from darla.objectives.factor_vae import FactorVAESettings
from darla.objectives.registry import families
from darla.vision.command_line import parse_vision_config
from darla.vision.config import VisionConfig

DEFAULT = VisionConfig(data=(Path("frames"),))


def parse(*arguments: str) -> VisionConfig:
    return parse_vision_config(arguments, DEFAULT, "Train.", "darla train-vision")


def help_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        parse(*arguments, "--help")
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_without_flags_it_is_the_default() -> None:
    assert parse() == DEFAULT


def test_flags_are_flat() -> None:
    config = parse(
        *("--objective", "beta_vae", "--beta", "2", "--free-bits", "0.1", "--latents", "16"),
        *("--channels", "8", "16", "--epochs", "3", "--data", "a", "b", "--no-compile"),
    )
    own = objective_settings("beta_vae", beta=2.0, free_bits=0.1, latents=16, channels=(8, 16))
    data = (Path("a"), Path("b"))
    assert config == VisionConfig(data=data, objective=own, epochs=3.0, compile=False)


def test_the_objective_may_stand_anywhere_and_by_its_earlier_name() -> None:
    assert parse("--beta=2", "--objective=darla") == parse("--objective", "darla", "--beta", "2")
    earlier = objective_settings("look_state_vae")
    assert parse("--objective", "darla").objective == earlier


def test_the_default_s_settings_are_those_of_its_own_objective_alone() -> None:
    default = VisionConfig(objective=objective_settings("beta_vae", beta=7.0))
    assert parse_vision_config([], default) == default
    assert parse_vision_config(["--objective", "beta_vae"], default) == default
    other = parse_vision_config(["--objective", "beta_tcvae"], default).objective
    assert other == objective_settings("beta_tcvae")


def test_groups_of_version_0_1_are_understood() -> None:
    flags = ["--factor-vae.gamma", "3", "--factor-vae.units=7", "--factor-vae.learning-rate=0.1"]
    expected = FactorVAESettings(gamma=3.0, discriminator_units=7, discriminator_learning_rate=0.1)
    assert parse("--objective", "factor_vae", *flags).objective == expected
    with pytest.raises(
        ValueError, match="'vae' has no setting 'gamma'; leave it out, or train one"
    ):
        parse("--objective", "vae", "--factor-vae.gamma", "3")


@pytest.mark.parametrize("name", ["vae", "look_state_vae", "factor_vae"])
def test_help_shows_the_settings_of_one_objective(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = help_of(capsys, "--objective", name)
    own = {name.replace("_", "-") for name in OBJECTIVES[name].settings_class.names()}
    flags = set(re.findall(r"^\W*--([a-z-]+)", shown, flags=re.MULTILINE))
    assert own <= flags
    others = {
        setting.replace("_", "-")
        for kind in OBJECTIVES.values()
        for setting in kind.settings_class.names()
    }
    assert (flags & others) == own


def test_help_says_which_objectives_there_are_and_how_to_see_theirs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = help_of(capsys)
    assert "those of look_state_nce" in " ".join(shown.split())
    assert "--objective NAME --help" in shown
    for name in OBJECTIVES:
        assert name in shown
    assert re.search(r"--beta FLOAT\W+What one nat of KL costs\. \(default: 0\.5\)", shown)


def test_help_lists_objectives_by_family(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = OBJECTIVES["vae"]
    monkeypatch.setattr(OBJECTIVES, "_known", {**OBJECTIVES._known, "dear_vae": own})
    listed = families()
    assert sorted(itertools.chain(*listed.values())) == sorted(OBJECTIVES)
    assert listed["of other packages"] == ["dear_vae"]
    lines = " ".join(help_of(capsys).split())
    for family, names in listed.items():
        assert f"{family}: {', '.join(names)}" in lines


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--objective", "darlla"), "unknown objective 'darlla'; did you mean 'darla'"),
        (("--objective",), "unknown objective ''"),
        (
            ("--objective", "vae", "--beta", "2"),
            "the objective 'vae' has no setting 'beta'; leave it out, or train one of: beta_vae, ",
        ),
        (("--gamma=3",), "'look_state_nce' has no setting 'gamma'; .*: annealed_vae, factor_vae"),
    ],
)
def test_flags_of_others_are_refused_in_one_line(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse(*arguments)
    assert "\n" not in str(caught.value)


def test_flags_that_nobody_knows_suggest_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse("--bta", "2")
    assert ended.value.code == 2
    assert "--beta" in capsys.readouterr().err
