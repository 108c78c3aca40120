"""From frames to tables with every file in a store: bundles, agents and rows, by the commands."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import darla
import toy_tasks  # noqa: F401
from darla.encoder.bundle import load_encoder
from darla.running.step_folders import step_folders
from darla.stores.mirrored_runs import MirroredRun
from darla.stores.urls import place
from darla.vision.batches import Batch, FrameBatches
from darla.vision.train import train_vision
from darla_agents.agent.saved_agent import load_agent, read_spec
from darla_agents.learning import train
from darla_agents.learning.train import train_agent
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_agents.playing.rows import read_rows
from darla_agents.playing.stored_rows import row_writer
from toy_agents import make_toy_agent
from toy_commands import run_darla
from toy_encoder import make_toy_bundle
from toy_frames import tiny_config, write_toy_dataset
from toy_rows import agent_rows, random_rows, write_rows
from toy_stores import ToyStore, here, needs_store, store
from toy_training import make_config

__all__ = ["here", "store"]
pytestmark = needs_store


def put_folder(store: ToyStore, folder: Path, name: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            store.write(f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes())


def weights_of(where: object) -> bytes:
    encoder = load_encoder(where)  # type: ignore[arg-type]
    return b"".join(tensor.numpy().tobytes() for tensor in encoder.state_dict().values())


def test_an_encoder_is_loaded_from_a_url(store: ToyStore, tmp_path: Path, here: Path) -> None:
    bundle = make_toy_bundle(tmp_path / "encoder")
    put_folder(store, bundle, "models/toy")
    encoder = darla.load_encoder("s3://toys/models/toy")
    frames = encoder.reference_frames
    np.testing.assert_array_equal(encoder.encode(frames), darla.load_encoder(bundle).encode(frames))
    assert not [*here.iterdir()]
    with pytest.raises(FileNotFoundError, match=r"no config.json at s3://toys/models/toi; did you"):
        darla.load_encoder("s3://toys/models/toi")
    store.write("models/toy/config.json", b"x" * ((16 << 20) + 1))
    with pytest.raises(ValueError, match="expected at most 16,777,216"):
        darla.load_encoder("s3://toys/models/toy")
    store.write("models/toy/config.json", b'{"format": "darla encoder", "schema": 1}')
    with pytest.raises(ValueError, match="is damaged"):
        darla.load_encoder("s3://toys/models/toy")


def test_a_training_into_a_store_ends_as_one_on_a_disk(store: ToyStore, tmp_path: Path) -> None:
    local = write_toy_dataset(tmp_path / "toys")
    write_toy_dataset(place("s3://toys/data"))
    config = tiny_config(local, tmp_path / "run")
    train_vision(config)
    stored = tiny_config(Path("s3://toys/data"), Path("s3://toys/runs/one"))
    trained = train_vision(stored)
    assert str(trained.bundle) == "s3://toys/runs/one/encoder"
    assert trained.is_there
    assert weights_of("s3://toys/runs/one/encoder") == weights_of(tmp_path / "run/encoder")
    names = {name.removeprefix("runs/one/") for name in store.names("runs/one")}
    ours = {
        path.relative_to(tmp_path / "run").as_posix()
        for path in (tmp_path / "run").rglob("*")
        if path.is_file() and "tensorboard" not in path.parts
    }
    assert {name for name in names if "tensorboard" not in name} == ours | {".darla-writer"}
    assert json.loads(store.read("runs/one/encoder/config.json"))["dataset"]["path"] == (
        "s3://toys/data"
    )
    before = store.files("runs/one/encoder")
    train_vision(stored)  # finished
    assert store.files("runs/one/encoder") == before


def test_a_training_goes_on_where_the_store_knows_it_to_be(
    store: ToyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    data = write_toy_dataset(tmp_path / "toys")
    train_vision(tiny_config(data, tmp_path / "unbroken", checkpoint_every=3))
    config = tiny_config(data, Path("s3://toys/runs/one"), checkpoint_every=3)
    starting_at = FrameBatches.starting_at

    def dying(batches: FrameBatches, step: int) -> Iterator[Batch]:
        for number, batch in enumerate(starting_at(batches, step)):
            if number == 8:
                raise Killed
            yield batch

    with monkeypatch.context() as patched:
        patched.setattr(FrameBatches, "starting_at", dying)
        # A process that is killed sends nothing any more, and leaves its copy behind.
        send, sends = MirroredRun.send, []

        def twice(run: MirroredRun) -> None:
            sends.append(None)
            if len(sends) <= 2:
                send(run)

        patched.setattr(MirroredRun, "send", twice)
        with pytest.raises(Killed):
            train_vision(config)
    steps = {name.split("/")[3] for name in store.names("runs/one/checkpoints")}
    assert steps == {"step_0000000003", "step_0000000006"}
    store.remove("runs/one/checkpoints/step_0000000006/state.json")  # not sent whole
    train_vision(config)
    assert weights_of("s3://toys/runs/one/encoder") == weights_of(tmp_path / "unbroken/encoder")
    kept = step_folders(tmp_path / "unbroken/checkpoints")
    left = {name.split("/")[3] for name in store.names("runs/one/checkpoints")}
    assert left == {path.name for path in kept}


def test_agents_learn_into_a_store_and_are_played_from_it(
    store: ToyStore, tmp_path: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_folder(store, make_toy_bundle(tmp_path / "encoder"), "models/toy")
    encoder, out = Path("s3://toys/models/toy"), Path("s3://toys/agents/one")
    config = make_config(tmp_path, "latent", encoder=encoder, out=out)
    run = train_agent(config)
    assert str(run) == "s3://toys/agents/one"
    assert read_spec(run).encoder == "s3://toys/models/toy"
    assert load_agent("s3://toys/agents/one").num_timesteps == 64
    assert load_agent("s3://toys/agents/one/best").evaluation is not None
    train_agent(config)
    assert "is finished" in capsys.readouterr().out

    asked = EvaluateTransferConfig(
        agents=(Path("s3://toys/agents"),),
        domains=("source",),
        episodes=3,
        random_episodes=3,
        out=Path("s3://toys/results/rows.csv"),
        progress=False,
    )
    result = evaluate_transfer(asked)
    assert (result.played, str(result.out)) == (6, "s3://toys/results/rows.csv")
    assert len(read_rows("s3://toys/results/rows.csv")) == 6
    assert {row.encoder for row in read_rows(result.out)} == {"s3://toys/models/toy", ""}
    assert evaluate_transfer(asked).skipped == 6
    assert not [*here.iterdir()]


def test_an_agent_goes_on_where_the_store_knows_it_to_be(
    store: ToyStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = make_config(tmp_path, out=Path("s3://toys/agents/one"))
    save = train.save_agent

    def save_or_die(model: object, spec: object, folder: Path, *rest: object) -> None:
        if folder.name == "one":
            raise RuntimeError("just before the end")
        save(model, spec, folder, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(train, "save_agent", save_or_die)
        with pytest.raises(RuntimeError, match="just before the end"):
            train_agent(config)
    assert not store.names("agents/one/agent.json")
    with pytest.raises(ValueError, match="has not finished training"):
        evaluate_transfer(EvaluateTransferConfig(agents=(Path("s3://toys/agents/one"),)))
    shutil.rmtree(tmp_path / "cache")  # as on another machine
    train_agent(config)
    assert "one continues after 32 steps" in capsys.readouterr().out
    assert load_agent("s3://toys/agents/one").num_timesteps == 64


def test_rows_in_a_store_are_compared(
    store: ToyStore, tmp_path: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    returns = {"source": 0.9, "new_floor": 0.5}
    rows = [row for seed in range(3) for row in agent_rows("pixels", seed, returns)]
    path = write_rows(tmp_path / "rows.csv", [*rows, *random_rows({"source": 0, "new_floor": 0})])
    store.write("results/rows.csv", path.read_bytes())
    assert run_darla("compare", "--rows", "s3://toys/results/rows.csv", "--no-plots") == 0
    table = here / "results/rows.md"
    assert f"table:   {table.relative_to(here)}" in capsys.readouterr().out
    assert run_darla("compare", "--rows", path, "--no-plots") == 0
    assert path.with_suffix(".md").read_bytes() == table.read_bytes()
    assert run_darla("compare", "--rows", "s3://toys/results/row.csv") == 2
    assert "no transfer rows at s3://toys/results/row.csv" in capsys.readouterr().err


def test_rows_that_another_evaluation_has_written_are_not_lost(
    store: ToyStore, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agents/a")
    asked = EvaluateTransferConfig(
        agents=(tmp_path / "agents",),
        domains=("source",),
        episodes=2,
        random=False,
        out=Path("s3://toys/rows.csv"),
        progress=False,
    )
    theirs = write_rows(tmp_path / "theirs.csv", agent_rows("mine", 0, {"source": 1.0}))
    with row_writer(place("s3://toys/rows.csv")) as writer:
        for row in read_rows(theirs)[:2]:
            writer.append(row)
    assert evaluate_transfer(asked).played == 2
    assert len(read_rows("s3://toys/rows.csv")) == 4
    with pytest.raises(ValueError, match=r"another process has written to s3://toys/rows.csv"):
        with row_writer(place("s3://toys/rows.csv")) as writer:
            writer.append(read_rows(theirs)[2])
            store.write("rows.csv", theirs.read_bytes())
    assert store.read("rows.csv") == theirs.read_bytes()
    with pytest.raises(ValueError, match=r"give a name without .gz"):
        with row_writer(place("s3://toys/rows.csv.gz")):
            pass
