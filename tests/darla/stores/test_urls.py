"""What a path means: a place on this machine, or one in a store."""

import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.stores.urls import StoreUrl, is_stored, local_place, place


@pytest.mark.parametrize("given_as", ["s3://bucket/data/rooms", "s3:/bucket/data/rooms"])
def test_a_url_is_a_place_in_a_store_with_one_slash_or_two(given_as: str) -> None:
    for path in (given_as, Path(given_as)):
        url = place(path)
        assert isinstance(url, StoreUrl)
        assert (url.scheme, url.bucket, url.key) == ("s3", "bucket", "data/rooms")
        assert str(url) == os.fspath(url) == f"{url}" == "s3://bucket/data/rooms"


def test_a_url_can_be_gone_on_from_as_a_path_can() -> None:
    url = place("gs://bucket/data/rooms")
    assert str(url / "frames" / "zarr.json") == "gs://bucket/data/rooms/frames/zarr.json"
    assert str(url.parent) == "gs://bucket/data"
    assert url.with_name("rooms.png").name == "rooms.png"
    assert pickle.loads(pickle.dumps(url)) == url == place(str(url))


@pytest.mark.parametrize("path", ["data/rooms", "/data/rooms", ".", "a b", "hf://user/name@main"])
def test_other_paths_are_left_as_they_are(path: str) -> None:
    assert place(path) == Path(path)
    assert not is_stored(path)


def test_a_url_of_a_file_is_a_local_path() -> None:
    assert place("file:///shared/rooms") == Path("/shared/rooms")
    assert place(Path("file:///shared/rooms")) == Path("/shared/rooms")


def test_a_folder_whose_name_ends_with_a_colon_is_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s3:").mkdir()
    assert place("s3:/bucket/x") == Path("s3:/bucket/x")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3a://bucket/x", "unknown kind of URL 's3a'; did you mean 's3'?"),
        ("gcs://bucket/x", "did you mean 'gs'?"),
        ("https://example.org/x", "known: file, gs, hf, s3"),
        ("s3://bucket", "expected s3://bucket/name"),
        ("s3://", "expected s3://bucket/name"),
        ("s3://_/x", "expected s3://bucket/name"),
        ("s3://bucket/../other/x", "cannot be a name in a store"),
        ("s3://bucket/a\nb", "cannot be a name in a store"),
        (f"s3://bucket/{'a' * 1100}", "cannot be a name in a store"),
        ("s3://bucket/x?versionId=1", "from the environment alone"),
    ],
)
def test_what_is_wrong_with_a_url_is_said_in_one_line(url: str, said: str) -> None:
    with pytest.raises(ValueError) as error:
        place(url)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("url", ["s3://key:hush@bucket/x", "s3://key:hu/hush@bucket/x"])
def test_credentials_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="environment alone") as error:
        place(url)
    assert "hush" not in str(error.value)


def test_what_must_be_local_says_what_it_is() -> None:
    assert local_place("runs", "the journal of a sweep") == Path("runs")
    with pytest.raises(ValueError, match="the journal of a sweep cannot be in a store"):
        local_place("s3://bucket/x", "the journal of a sweep")


@given(st.text(max_size=40))
def test_any_text_is_a_path_or_a_url_or_said_to_be_neither(text: str) -> None:
    try:
        found = place(text)
    except ValueError:
        return
    if isinstance(found, StoreUrl):
        assert place(str(found)) == found
        assert ".." not in found.key.split("/")
