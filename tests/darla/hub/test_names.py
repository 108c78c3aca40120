from pathlib import Path

import pytest

from darla.hub.names import HubName, hub_name, is_hub_name

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("hf://user/name", HubName("user/name")),
        ("user/name@v1.0", HubName("user/name", "v1.0")),
        (f"hf://user/a.b_c-d@{COMMIT}", HubName("user/a.b_c-d", COMMIT)),
        (Path("hf://user/name@branch/of/it"), HubName("user/name", "branch/of/it")),
    ],
)
def test_a_name_is_read_with_and_without_its_prefix(given: str | Path, expected: HubName) -> None:
    assert hub_name(given) == expected
    assert hub_name(str(expected)) == expected
    assert expected.is_pinned == (expected.revision == COMMIT)


@pytest.mark.parametrize(
    "given",
    ["name", "hf://user", "a/b/c", "../name", "user/..", "user/na me", "user/name@", "/user/name"],
)
def test_what_names_no_repository_is_refused_in_one_line(given: str) -> None:
    with pytest.raises(ValueError, match="names nothing on the hub; expected user/name") as told:
        hub_name(given)
    assert "\n" not in str(told.value)


def test_folders_are_no_hub_names() -> None:
    for given in ("rooms", "runs/vision/encoder", Path("/hf/x"), "hfx:/a/b"):
        assert not is_hub_name(given)
    for given in (Path("hf://user/name"), "hf://user/name"):
        assert is_hub_name(given)
