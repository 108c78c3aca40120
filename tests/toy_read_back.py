"""What the libraries of trackers have kept on this machine, read by what they offer themselves.

``python -m toy_read_back mlflow`` prints it as JSON: for each run its name, group, configuration,
and numbers, pictures, texts and histograms by tag.
"""

import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_BLOCK = 32768
"""Bytes of a block of the files that wandb writes, which are LevelDB's logs."""


def _run(name: str, group: str, config: dict[str, Any]) -> dict[str, Any]:
    """Begin the description of a run."""
    kinds = {kind: {} for kind in ("scalars", "pictures", "texts", "histograms")}
    return {"name": name, "group": group, "config": config, **kinds}


def _wandb_records(path: Path) -> Iterator[Any]:
    """Go through the records of an offline run of wandb."""
    from wandb.proto.wandb_internal_pb2 import Record

    data, at, whole = path.read_bytes(), 7, b""
    assert data[:4] == b":W&B"
    while at + 7 <= len(data):
        if (left := _BLOCK - at % _BLOCK) < 7:
            at += left
            continue
        _, length, kind = struct.unpack("<IHB", data[at : at + 7])
        whole += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last of several parts
            yield Record.FromString(whole)
            whole = b""


def read_wandb() -> list[dict[str, Any]]:
    """Read the offline runs of the current folder; parts of one run, by their id, are joined."""
    runs: dict[str, dict[str, Any]] = {}
    for path in sorted(Path("wandb").glob("offline-run-*/*.wandb")):
        for record in _wandb_records(path):
            kind = record.WhichOneof("record_type")
            if kind == "run":
                config = {
                    each.key: json.loads(each.value_json) for each in record.run.config.update
                }
                config.pop("_wandb")
                told = record.run
                run = runs.setdefault(told.run_id, _run(told.display_name, told.run_group, {}))
                run["config"] |= config
            elif kind == "history":
                _add_history(run, record.history)
    return list(runs.values())


def _add_history(run: dict[str, Any], history: Any) -> None:
    """Add what wandb was sent of one step."""
    step = history.step.num
    for item in history.item:
        tag, *inner = item.nested_key or [item.key]
        value = json.loads(item.value_json)
        if inner == ["_type"]:
            kind = {"image-file": "pictures", "histogram": "histograms"}[value]
            run[kind].setdefault(tag, []).append(step)
        elif not inner and not tag.startswith("_"):
            kind = "texts" if isinstance(value, str) else "scalars"
            run[kind].setdefault(tag, []).append([step, value])


def read_mlflow() -> list[dict[str, Any]]:
    """Read the runs of the experiment."""
    from mlflow import MlflowClient

    client, found = MlflowClient(), []
    experiment = client.get_experiment_by_name("darla").experiment_id
    for told in reversed(client.search_runs([experiment])):
        name = told.info.run_id
        run = _run(told.info.run_name, told.data.tags["group"], told.data.params)
        run["status"] = told.info.status
        for tag in told.data.metrics:
            points = client.get_metric_history(name, tag)
            run["scalars"][tag] = sorted([each.step, each.value] for each in points)
        for artifact in client.list_artifacts(name, "images"):
            tag, _, step, *_ = Path(artifact.path).name.split("+")
            run["pictures"].setdefault(tag.replace("~", "/"), set()).add(int(step))
        run["pictures"] = {tag: sorted(steps) for tag, steps in run["pictures"].items()}
        for artifact in client.list_artifacts(name, "warnings"):
            text = Path(client.download_artifacts(name, artifact.path)).read_text()
            run["texts"]["warnings"] = [[int(Path(artifact.path).stem), text]]
        found.append(run)
    return found


def read_trackio() -> list[dict[str, Any]]:
    """Read the runs of the project."""
    from trackio.sqlite_storage import SQLiteStorage

    found = []
    for record in SQLiteStorage.get_run_records("darla"):
        config = SQLiteStorage.get_run_config("darla", record["name"], run_id=record["id"])
        group = config["_Group"]
        own = {key: value for key, value in config.items() if not key.startswith("_")}
        run = _run(record["name"], group, own)
        for row in SQLiteStorage.get_logs("darla", record["name"], run_id=record["id"]):
            _add_row(run, row)
        found.append(run)
    return found


def _add_row(run: dict[str, Any], row: dict[str, Any]) -> None:
    """Add what Trackio was sent of one step."""
    kinds = {"trackio.image": "pictures", "trackio.histogram": "histograms"}
    for tag, value in row.items():
        if tag in ("step", "timestamp"):
            continue
        if not isinstance(value, dict):
            run["scalars"].setdefault(tag, []).append([row["step"], value])
        elif value["_type"] == "trackio.markdown":
            run["texts"].setdefault(tag, []).append([row["step"], value["_value"]])
        else:
            run[kinds[value["_type"]]].setdefault(tag, []).append(row["step"])


READERS = {"wandb": read_wandb, "mlflow": read_mlflow, "trackio": read_trackio}

if __name__ == "__main__":
    print(json.dumps(READERS[sys.argv[1]]()))
