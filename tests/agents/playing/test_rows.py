"""Transfer rows: what is written is read back, and neither a kill nor bad input loses any."""

import dataclasses
import gzip
import itertools
import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import darla_agents.playing.rows
from darla_agents.playing.row import COLUMNS, Row
from darla_agents.playing.rows import RowWriter, merge_rows, read_rows

ROW = Row(
    agent="latent_0@1f3a90cc",
    kind="latent",
    algorithm="ppo",
    task="Darla/GoToObject-v0",
    source="source",
    domain="new_floor",
    agent_seed=3,
    encoder="runs/encoders/first, best",
    total_timesteps=100_000,
    episode=0,
    episode_seed=1234567,
    episode_return=0.1 + 0.2,
    length=41,
    success=True,
)


def rows(count: int, **changes: object) -> list[Row]:
    return [
        dataclasses.replace(ROW, episode=index, episode_seed=index, **changes)
        for index in range(count)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results" / "transfer.csv"


def write(path: Path, written: list[Row]) -> None:
    with RowWriter(path) as writer:
        for row in written:
            writer.append(row)


def test_rows_come_back_as_they_were_written(path: Path) -> None:
    written = [ROW, dataclasses.replace(ROW, episode=1, episode_seed=5, success=None)]
    written.append(dataclasses.replace(ROW, domain="source", success=False, encoder=""))
    write(path, written)
    assert read_rows(path) == written
    assert path.read_text().splitlines()[0] == ",".join(COLUMNS)


def test_compressed_rows_are_read_and_not_appended_to(path: Path) -> None:
    write(path, rows(3))
    compressed = path.with_suffix(".csv.gz")
    compressed.write_bytes(gzip.compress(path.read_bytes()))
    assert read_rows(compressed) == rows(3)
    with pytest.raises(ValueError, match=r"cannot be appended to .*; give a name without \.gz"):
        write(compressed, rows(4))
    compressed.write_bytes(compressed.read_bytes()[:-20])
    with pytest.raises(ValueError, match="not a file of transfer rows"):
        read_rows(compressed)


@given(st.floats(allow_nan=False, allow_infinity=False), st.text("ab,\"' \t", min_size=1))
def test_any_return_and_any_name_survive(tmp_path_factory, value: float, name: str) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    row = dataclasses.replace(ROW, episode_return=value, agent=name)
    write(path, [row])
    assert read_rows(path) == [row]


def test_a_second_writer_continues_and_writes_nothing_twice(path: Path) -> None:
    write(path, rows(3))
    with RowWriter(path) as writer:
        assert writer.done == {row.key for row in rows(3)}
        for row in rows(5):
            writer.append(row)
    assert read_rows(path) == rows(5)


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_row_cut_short_is_ignored_by_readers_and_mended_by_the_next_writer(
    path: Path, cut: int
) -> None:
    write(path, rows(3))
    os.truncate(path, path.stat().st_size - cut)
    assert read_rows(path) == rows(2)
    write(path, rows(4))
    assert read_rows(path) == rows(4)


@pytest.mark.parametrize("left", [0, 1, len(",".join(COLUMNS))])
def test_a_header_cut_short_is_written_again(path: Path, left: int) -> None:
    path.parent.mkdir()
    path.write_text(",".join(COLUMNS)[:left])
    write(path, rows(1))
    assert read_rows(path) == rows(1)


def _append_forever(path: Path) -> None:
    with RowWriter(path) as writer:
        for index in itertools.count():
            writer.append(dataclasses.replace(ROW, episode=index, episode_seed=index))


def test_a_killed_writer_leaves_whole_rows_and_no_lock(path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=_append_forever, args=(path,))
    process.start()
    while not path.exists() or path.stat().st_size < 20_000:
        assert process.is_alive()
    process.kill()
    process.join()
    found = read_rows(path)
    assert found == rows(len(found)) and len(found) > 50
    write(path, rows(len(found) + 1))
    assert len(read_rows(path)) == len(found) + 1


def test_two_writers_at_once_are_refused(path: Path) -> None:
    with RowWriter(path), pytest.raises(ValueError, match="another process is writing to"):
        RowWriter(path)
    write(path, rows(1))  # and free again afterwards


@pytest.mark.parametrize(
    "content", ["hello", "a,b,c\n1,2,3\n", "a,b,c\n1,2", "\n\n", ",".join(COLUMNS[:-1]) + "\n"]
)
def test_a_file_of_another_kind_is_refused_and_left_alone(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(ValueError, match="not a file of transfer rows"):
        read_rows(path)
    with pytest.raises(ValueError, match="not a file of transfer rows"):
        RowWriter(path)
    assert path.read_text() == content


def test_a_picture_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\n")
    with pytest.raises(ValueError, match="it is not text"):
        read_rows(path)


def test_a_missing_file_says_how_to_make_it(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"darla evaluate-transfer"):
        read_rows(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",41,", ",forty,", "column 'length' is 'forty', expected a whole number"),
        (",0.30000000000000004,", ",nan,", "column 'return' is 'nan', expected a finite number"),
        (",41,1\n", ",41,yes\n", "column 'success' is 'yes', expected 1, 0 or nothing"),
        ("latent_0@1f3a90cc,", ",", "column 'agent' is '', expected a name"),
        (",41,1\n", ",41\n", "13 columns, expected 14"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(path: Path, old: str, new: str, message: str) -> None:
    write(path, [ROW])
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ValueError, match=f"line 2: {message}"):
        read_rows(path)


def test_contradicting_rows_are_refused_and_equal_ones_kept_once(path: Path) -> None:
    write(path, [ROW])
    line = path.read_text().splitlines()[1]
    path.write_text(path.read_text() + line + "\n")
    assert read_rows(path) == [ROW]
    path.write_text(path.read_text() + line.replace(",41,", ",42,") + "\n")
    with pytest.raises(ValueError, match=r"line 4: .* is there already with another result"):
        read_rows(path)


def test_files_merge_unless_they_contradict_each_other() -> None:
    first, second = rows(3), rows(2, domain="source")
    assert merge_rows([first, second, first]) == first + second
    other = dataclasses.replace(first[1], length=7)
    with pytest.raises(ValueError, match="two files hold different results"):
        merge_rows([first, [other]])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"episode_return": float("nan")}, "column 'return' is 'nan', expected a finite number"),
        ({"episode_return": float("inf")}, "column 'return' is 'inf', expected a finite number"),
        ({"domain": ""}, "column 'domain' is '', expected a name"),
    ],
)
def test_a_row_that_could_not_be_read_is_not_written(
    path: Path, changes: dict[str, object], message: str
) -> None:
    good = rows(2)
    with RowWriter(path) as writer:
        writer.append(good[0])
        with pytest.raises(ValueError, match=message):
            writer.append(dataclasses.replace(good[1], **changes))
    assert read_rows(path) == good[:1]


def test_a_field_without_end_is_an_error(path: Path) -> None:
    write(path, rows(1))
    with path.open("a") as file:
        file.write("x" * 200_000 + "\n")
    with pytest.raises(ValueError, match="line 3 is damaged"):
        read_rows(path)


def test_rows_that_unpack_without_end_are_refused(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(darla_agents.playing.rows, "LARGEST_ROWS", 1 << 20)
    bomb = path.with_suffix(".csv.gz")
    bomb.parent.mkdir(parents=True)
    bomb.write_bytes(gzip.compress(b"0" * (4 << 20)))
    with pytest.raises(ValueError, match="holds more than 1,048,576 bytes of rows"):
        read_rows(bomb)


def test_a_pipe_is_neither_waited_for_nor_written_to(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    with pytest.raises(ValueError, match="is not a regular file"):
        RowWriter(path)


@pytest.mark.parametrize("number", ["1_0", " 1", "٣", "9" * 5000, "1.0"])
def test_whole_numbers_are_digits_alone(path: Path, number: str) -> None:
    write(path, rows(1, length=77))
    path.write_text(path.read_text().replace(",77,", f",{number},"))
    with pytest.raises(ValueError, match="column 'length' is"):
        read_rows(path)
