"""Evaluation in other processes and on a cluster: the same file of rows, byte for byte."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from darla.running.tasks import ClusterWords
from darla_agents.playing import transfer_jobs
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_agents.playing.row import Row
from darla_agents.playing.rows import read_rows
from darla_envs.description.tasks import GO_TO_OBJECT
from toy_agents import make_toy_agent
from toy_cluster import killing, needs_ray, toy_cluster
from toy_encoder import make_toy_bundle


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def config(tmp_path: Path) -> EvaluateTransferConfig:
    make_toy_agent(tmp_path / "agents/a")
    bundle = make_toy_bundle(tmp_path / "encoder")
    make_toy_agent(tmp_path / "agents/b", kind="latent", encoder=bundle)
    return EvaluateTransferConfig(
        agents=(tmp_path / "agents",),
        domains=("source", "new_floor"),
        episodes=3,
        random_episodes=4,
        actions="both",
        out=tmp_path / "rows.csv",
        num_envs=2,
        device="cpu",
        progress=False,
    )


def played(config: EvaluateTransferConfig, name: str, **changes: object) -> bytes:
    """Return the file of rows of an evaluation, which is written under another name."""
    changed = dataclasses.replace(config, out=config.out.with_name(name), **changes)
    evaluate_transfer(changed)
    return changed.out.read_bytes()


def test_runs_that_were_stopped_continue_with_other_processes_to_what_one_writes(
    config: EvaluateTransferConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = played(config, "alone.csv")
    assert alone.count(b"\n") == 1 + 2 * (2 * 2 * 3 + 4)
    write: Callable[..., Row] = transfer_jobs._row
    for workers, most in ((1, 2), (2, 20)):  # rows, of which the last are in the middle of a job

        def stopped(
            job: transfer_jobs.Job, episode: transfer_jobs.PlayedEpisode, most: int = most
        ) -> Row:
            if config.out.read_bytes().count(b"\n") > most:
                raise KeyboardInterrupt
            return write(job, episode)

        with monkeypatch.context() as patch:
            patch.setattr(transfer_jobs, "_row", stopped)
            with pytest.raises(KeyboardInterrupt):
                played(config, config.out.name, workers=workers)
        held = config.out.read_bytes()
        assert alone.startswith(held) and held.count(b"\n") == 1 + most
    assert played(config, config.out.name) == alone


def test_what_is_wrong_with_an_agent_is_said_as_in_one_process(
    config: EvaluateTransferConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="unknown cluster 'autto'; did you mean 'auto'"):
        played(config, "rows.csv", cluster="autto")
    with pytest.raises(ValueError, match="workers is 0, but must be at least 1"):
        played(config, "rows.csv", workers=0)
    monkeypatch.setattr(ClusterWords, "is_local", False)  # in place of a cluster: nothing is there
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(ValueError, match=r"pip install 'darla\[cluster\]'"):
        played(config, "rows.csv")


@needs_ray
@pytest.mark.slow
def test_three_nodes_write_what_one_machine_writes_though_one_is_killed(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    task = {"task": GO_TO_OBJECT, "encoder": make_toy_bundle(tmp_path / "other")}
    make_toy_agent(tmp_path / "agents/c", kind="latent", **task)
    alone = played(config, "alone.csv", episodes=10, random_episodes=20)
    with toy_cluster(nodes=3) as cluster:

        def half_done() -> bool:
            rows = read_rows(config.out) if config.out.exists() else []
            return 0 < len(rows)

        many = {"episodes": 10, "random_episodes": 20, "cluster": cluster.address}
        with killing(cluster, half_done) as killed:
            assert played(config, config.out.name, **many) == alone
        assert killed
        assert played(config, config.out.name, **many) == alone  # nothing is played again
