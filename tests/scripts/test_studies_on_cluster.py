"""Studies on a cluster: each run once, one machine's rows, though a node is killed."""

import gzip
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from darla_agents.playing.rows import RowWriter, read_rows
from darla_envs.suites import suite_of
from toy_cluster import killing, needs_ray, toy_cluster
from toy_rows import TASK, random_rows

STUDY = Path(__file__).parents[2] / "scripts/studies/run_transfer.py"
SMALL = ("--agents", "factors", "pixels", "--most-seeds", 3, "--total-timesteps", 256)
ROWS = "GoToObject.csv.gz"


def run(folder: Path, *options: object) -> None:
    """Run the study in a folder; the random policy has played there already."""
    results = folder / "results"
    if not results.exists():
        results.mkdir(parents=True)
        domains = dict.fromkeys(suite_of(TASK).domains(), 0.05)
        rows = folder / "random.csv"
        with RowWriter(rows) as writer:
            for row in random_rows(domains):
                writer.append(row)
        (results / ROWS).write_bytes(gzip.compress(rows.read_bytes()))
    where = ("--out", folder / "runs", "--results", results, "--encoders", folder / "encoders")
    command = [sys.executable, STUDY, *SMALL, "--episodes", 1, *where, *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stderr


@needs_ray
@pytest.mark.slow
def test_six_runs_over_three_nodes_of_which_one_is_killed(tmp_path: Path) -> None:
    alone, many = tmp_path / "alone", tmp_path / "many"
    run(alone, "--cores", 1)
    with toy_cluster(nodes=3) as cluster:

        def one_has_ended() -> bool:
            return any((many / "runs").glob("GoToObject/*/s*/agent.json"))

        with killing(cluster, one_has_ended, seconds=1200) as killed:
            run(many, "--cluster", cluster.address)
        assert killed
    rows = read_rows(many / "results" / ROWS)
    assert rows == read_rows(alone / "results" / ROWS)
    played = Counter((row.kind, row.agent_seed) for row in rows if row.kind != "random")
    assert len(played) == 6 and len(set(played.values())) == 1
    run(many)  # nothing is left to do, so no cluster is needed
    assert read_rows(many / "results" / ROWS) == rows
