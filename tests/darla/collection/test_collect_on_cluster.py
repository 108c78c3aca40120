"""Collections on a cluster: one machine's dataset, byte for byte, though a node is killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from darla import FrameDataset
from darla.collection.chunk_tasks import _check_dataset
from darla.collection.collect import CollectConfig, collect
from darla.frames.writer import finished_chunks
from toy_cluster import ToyCluster, killing, needs_ray, toy_cluster
from toy_datasets import contents


def config_of(out: Path, env: str = "Toy/Counting-v0", **changes: Any) -> CollectConfig:
    settings: dict[str, Any] = {
        "num_frames": 20_000,
        "chunk_size": 500,
        "size": (16,),
        "env_kwargs": {"size": 16},
        "imports": ("toy_envs", "toy_vector_envs"),
    }
    return CollectConfig(env=env, out=out, **{**settings, **changes})


@pytest.fixture(scope="module")
def cluster() -> Iterator[ToyCluster]:
    with toy_cluster(nodes=3) as made:
        yield made


@needs_ray
@pytest.mark.slow
def test_nothing_is_lost_and_nothing_is_there_twice_though_a_node_is_killed(
    cluster: ToyCluster, tmp_path: Path
) -> None:
    alone, out = tmp_path / "alone", tmp_path / "many"
    assert collect(config_of(alone, workers=2)).new_frames == 20_000
    cluster.have_nodes(3)
    config = config_of(out, cluster=cluster.address)
    with killing(cluster, lambda: len(finished_chunks(out)) >= 8) as killed:
        made = collect(config)
    assert killed
    assert made.new_frames == 20_000
    assert contents(out) == contents(alone)
    assert collect(config).new_frames == 0


@needs_ray
@pytest.mark.slow
def test_a_collection_goes_on_on_a_cluster_and_by_workers(
    cluster: ToyCluster, tmp_path: Path
) -> None:
    alone, out = tmp_path / "alone", tmp_path / "many"
    small = {"num_frames": 90, "chunk_size": 20, "policy": "factors", "env": "Toy/ManyFactors-v0"}
    collect(config_of(alone, workers=1, **small))
    collect(config_of(out, workers=1, **small))
    unfinish(out, lost=(1, 4))
    assert collect(config_of(out, cluster=cluster.address, **small)).new_frames == 20 + 10
    assert contents(out) == contents(alone)


def unfinish(out: Path, lost: tuple[int, ...]) -> None:
    """Make a dataset look as if it had been killed before some of its chunks."""
    dataset = FrameDataset.open(out)
    chunks = range(dataset.attributes["finished_chunks"])
    text = (out / "zarr.json").read_text()
    told = f'"finished_chunks": {len(chunks)}'
    assert told in text
    (out / "zarr.json").write_text(text.replace(told, '"finished_chunks": 0'))
    (out / ".finished").mkdir()
    for index in chunks:
        if index in lost:
            (out / "rewards/c" / str(index)).unlink()
        else:
            (out / ".finished" / str(index)).touch()


@needs_ray
@pytest.mark.slow
def test_what_is_wrong_is_said_in_a_line(cluster: ToyCluster, tmp_path: Path) -> None:
    there = {"cluster": cluster.address, "num_frames": 40, "chunk_size": 20}
    with pytest.raises(ValueError, match="Toy/Countin-v0") as error:
        collect(config_of(tmp_path / "a", "Toy/Countin-v0", **there))
    assert "\n" not in str(error.value)
    assert not (tmp_path / "a").exists()


def test_a_node_that_does_not_see_the_dataset_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"sees no dataset at .*all nodes share, at the same path"):
        _check_dataset(config_of(tmp_path / "elsewhere"), None)  # type: ignore[arg-type]


def test_an_unknown_cluster_is_refused_before_anything_is_begun(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown cluster 'lokal'; did you mean 'local'"):
        collect(config_of(tmp_path / "a", cluster="lokal"))
    assert not (tmp_path / "a").exists()
