from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tyro

from darla.environments.looks import Looks
from darla.environments.words import EnvironmentWords, read_looks


@dataclass(frozen=True)
class Config(EnvironmentWords):
    env: str
    """An id."""


def typed(*words: str) -> Config:
    return tyro.cli(Config, args=words)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("0.5", 0.5),
        ("false", False),
        ("False", False),
        ("null", None),
        ("None", None),
        ('"4"', "4"),
        ("[64, 64]", [64, 64]),
        ('{"a": 1}', {"a": 1}),
        ("rgb_array", "rgb_array"),
        ("NaN", "NaN"),
        ("1e", "1e"),
        ("a b", "a b"),
        ("", ""),
    ],
)
def test_values_are_json_where_they_parse_and_text_otherwise(text: str, value: Any) -> None:
    found = typed("--env", "A-v0", "--env-kwargs", "name", text).env_kwargs["name"]
    assert found == value
    assert type(found) is type(value)


def test_words_make_an_environment() -> None:
    config = typed("--env", "A-v0", "--env-kwargs", "size", "3", "--wrappers", "m:W(1)", "m:V")
    spec = config.environment_of(config.env)
    assert spec.text == "A-v0(size=3) | m:W(1) | m:V"
    assert Config("A-v0").environment_of("A-v0").is_plain


def test_looks_are_recorded_by_their_content_and_not_by_their_file(tmp_path: Path) -> None:
    path = tmp_path / "looks.toml"
    path.write_text('targets = ["dark"]\n[domains.source]\n[domains.dark]\nenv_kwargs = {a = 1}\n')
    config = typed("--env", "A-v0", "--looks", str(path)).with_looks_read()
    path.unlink()
    assert isinstance(config.looks, Looks)
    assert config.environment_of("A-v0").look("dark").env_kwargs == {"a": 1}
    assert config.with_looks_read() == config


def test_standard_looks_have_a_name() -> None:
    assert read_looks("standard") == Looks.standard()
    assert read_looks(None) is None


def test_a_missing_file_of_looks_is_said() -> None:
    with pytest.raises(ValueError, match=r"no file 'nowhere.toml' of looks"):
        read_looks("nowhere.toml")
