from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from darla.running import checked_json
from darla.running.checked_json import read_checked, read_json


class Inner(TypedDict):
    size: Annotated[int, Meta(ge=1, le=9)]


class Shape(TypedDict):
    name: str
    inner: Inner
    many: dict[str, list[int]]


GOOD = '{"name": "a", "inner": {"size": 3}, "many": {"x": [1]}, "later": true}'


def test_what_is_right_comes_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(GOOD)
    assert read_checked(path, Shape, "mend it") == read_json(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is damaged: expected `object`, got `array`; mend it"),
        ('{"name": "a"}', "missing required field `inner`; mend it"),
        (GOOD.replace("3", "3.5"), "inner.size is 3.5, expected `int`, got `float`; mend it"),
        (GOOD.replace("3", "true"), "inner.size is True, expected `int`, got `bool`; mend it"),
        (GOOD.replace("3", "10"), "inner.size is 10, expected `int` <= 9; mend it"),
        (GOOD.replace("[1]", "[null]"), r"many\[...\]\[0\]: expected `int`, got `null`; mend it"),
        ("[" * 100_000, "nested too deep"),
        ("{", "not valid JSON"),
        ("9" * 5000, "not valid JSON"),
        ("\ud800", "not valid JSON"),
    ],
)
def test_what_is_wrong_is_one_line_that_says_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(ValueError, match=message) as error:
        read_checked(path, Shape, "mend it")
    assert "\n" not in str(error.value) and str(path) in str(error.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@given(value=JSON)
def test_any_value_is_right_or_one_line(value: Any) -> None:
    said = checked_json.mismatch(value, Shape)
    assert said is not None and "\n" not in said


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # sparse
    with pytest.raises(ValueError, match="has 1,099,511,627,776 bytes; expected at most"):
        read_json(path)


@pytest.mark.parametrize("name", ["/dev/zero", "."])
def test_what_is_no_regular_file_is_not_read(name: str) -> None:
    with pytest.raises(ValueError, match="is not a regular file"):
        read_json(Path(name))
