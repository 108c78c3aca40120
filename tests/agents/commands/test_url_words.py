"""URLs on command lines: brought, put, left to the command, or refused in one line."""

from pathlib import Path

import pytest

from darla_agents.commands.table import COMMANDS
from darla_agents.commands.url_words import BROUGHT, RESULTS, STORED, with_urls
from toy_commands import run_darla
from toy_encoder import make_toy_bundle
from toy_frames import write_toy_bundle, write_toy_dataset
from toy_rows import agent_rows, random_rows, write_rows
from toy_stores import ToyStore, here, needs_store, store

__all__ = ["here", "store"]


def words_of(command: str, *words: str) -> list[str]:
    with with_urls(command, words) as found:
        return found


def test_addresses_of_clusters_are_left_as_they_are() -> None:
    words = ["--cluster", "ray://127.0.0.1:10001", "--cluster=ray://[::1]:10001"]
    for command in ("collect", "evaluate-transfer", "sweep"):
        assert words_of(command, *words) == words


def test_the_tables_name_commands_and_options_that_exist(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert {*STORED, *RESULTS} <= {*COMMANDS}
    for command in {*STORED, *RESULTS} - {"use"}:
        assert run_darla(command, "--help") == 0
        shown = capfd.readouterr().out
        for option in (*STORED.get(command, ()), *RESULTS.get(command, ())):
            assert f"--{option} " in shown, (command, option)


def test_a_url_of_a_file_is_a_path_wherever_it_stands(tmp_path: Path) -> None:
    assert words_of("convert", "file:///a/b", "--to", "npz", "--out=file:///c") == [
        "/a/b",
        "--to",
        "npz",
        "--out=/c",
    ]
    data = write_toy_dataset(tmp_path / "toys")
    bundle = write_toy_bundle(tmp_path / "encoder")
    words = ("--encoder", bundle.as_uri(), "--data", data.as_uri(), "--out", "out")
    assert run_darla("use", "denoise", *words, "--frames", 4) == 0
    assert Path("out/denoise.png").is_file()


def test_other_words_are_left_as_they_are() -> None:
    words = ["--env", "my_module:MyEnv-v0", "--env-kwargs", "url=s3://x/y", "--encoder", "hf://a/b"]
    assert words_of("train-agent", *words) == words
    urls = ["--data", "data/a", "s3://bucket/b", "--out=s3://bucket/c"]
    assert words_of("train-vision", *urls) == urls


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sweep", "sweep.toml", "--out", "s3://b1/x"), "--out of darla sweep cannot be"),
        (("convert", "s3://b1/x", "out"), "what stands before the options of darla convert"),
        (("collect", "--out", "s3a://b1/x"), "did you mean 's3'?"),
        (("train-vision", "--dat", "s3://b1/x"), "did you mean 'data'?"),
        (("collect", "--out", "s3://key:hush@bucket/x"), "from the environment alone"),
        (("compare", "--rows", "s3://bucket"), "expected s3://bucket/name"),
    ],
)
def test_what_cannot_be_a_url_is_said_in_one_line(
    words: tuple[str, ...], said: str, capfd: pytest.CaptureFixture[str], here: Path
) -> None:
    assert run_darla(*words) == 2
    printed = capfd.readouterr()
    assert said in printed.err and printed.err.count("\n") == 1
    assert "hush" not in printed.err
    assert not [*here.iterdir()]


def test_a_missing_library_names_its_extra(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "obstore", None)
    for command in (
        ("collect", "--out", "s3://bucket/x", "--num-frames", 8),
        ("train-vision", "--data", "s3://bucket/x"),
        ("train-agent", "--encoder", "s3://bucket/x"),
        ("evaluate-transfer", "--agents", "s3://bucket/x"),
        ("compare", "--rows", "s3://bucket/x.csv"),
    ):
        assert run_darla(*command) == 2
        error = capfd.readouterr().err
        assert "pip install 'darla[store]'" in error and error.count("\n") == 1


@needs_store
def test_small_files_are_brought(store: ToyStore, capfd: pytest.CaptureFixture[str]) -> None:
    store.write("settings/looks.toml", b"[domains]\n")
    (option, path) = words_of("collect", "--looks", "s3://toys/settings/looks.toml")
    assert (option, Path(path).name) == ("--looks", "looks.toml")
    assert Path(path).read_bytes() == b"[domains]\n"
    store.write("settings/looks.toml", b"#" * ((1 << 20) + 1))
    assert run_darla("collect", "--looks", "s3://toys/settings/looks.toml") == 2
    assert "expected at most 1,048,576" in capfd.readouterr().err
    assert run_darla("train-agent", "--alarm", "s3://toys/settings/alarm.json") == 2
    assert "no alarm.json at s3://toys/settings" in capfd.readouterr().err
    assert {*BROUGHT} == {"alarm", "looks"}


@needs_store
def test_results_are_put_when_a_command_has_ended_well(
    store: ToyStore, tmp_path: Path, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    returns = {"source": 0.9, "new_floor": 0.5}
    rows = [row for seed in range(3) for row in agent_rows("pixels", seed, returns)]
    path = write_rows(tmp_path / "rows.csv", [*rows, *random_rows({"source": 0, "new_floor": 0})])
    out = ("--out", "s3://toys/results/all")
    assert run_darla("compare", "--rows", path, *out, "--over", "nowhere") == 2
    assert not store.names("results")
    capfd.readouterr()
    assert run_darla("compare", "--rows", path, *out) == 0
    put = {line.split()[1] for line in capfd.readouterr().out.splitlines() if "put: " in line}
    assert put == {f"s3://toys/{name}" for name in store.names("results")}
    assert {"results/all.md", "results/all.json"} < {*store.names("results")}
    assert any(name.endswith(".png") for name in store.names("results"))
    assert not [*here.iterdir()]


@needs_store
def test_an_encoder_is_used_on_a_dataset_and_all_of_it_is_stored(store: ToyStore) -> None:
    from darla.stores.urls import place

    write_toy_dataset(place("s3://toys/data"))
    bundle = make_toy_bundle(Path("encoder"))
    for file in bundle.iterdir():
        store.write(f"models/toy/{file.name}", file.read_bytes())
    where = ("--encoder", "s3://toys/models/toy", "--data", "s3://toys/data")
    assert run_darla("use", "denoise", *where, "--out", "s3://toys/uses", "--frames", 4) == 0
    assert store.names("uses") == ["uses/denoise.json", "uses/denoise.png"]
