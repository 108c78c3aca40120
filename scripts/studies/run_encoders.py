"""Train and evaluate the encoders of the study; encoders/rows.jsonl gets a row for each.

    python scripts/studies/run_encoders.py --seeds 0 1 2 --cores 2

Stopped at any moment, the same command goes on: what has a row is not repeated, and an encoder that
was half trained continues.
"""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from commands import call, finished, finished_on_cluster
from darla.running.checked_json import read_json
from darla.running.children import end_together
from darla.running.command import run_command
from darla.running.names import lookup
from darla.running.tasks import ClusterWords
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.description.usual_domains import UNSUPERVISED
from encoders.acting import transfer_of
from encoders.recipes import (
    COMPARED,
    RECIPES,
    Settings,
    objective_of,
    run_folder,
    takes_dae,
    takes_sequences,
)
from encoders.seeing import frames_per_second, pictures_of
from transfer.ladder import ONE_ROOM

ROWS = Path(__file__).parent / "encoders/rows.jsonl"
FRAMES = {GO_TO_OBJECT: "go_to_object", SEEK_AVOID: "seek_avoid", ONE_ROOM: "one_room"}
ACTED, UNSEEN = "_acted", "_unseen"
"""What the names of folders end in that hold frames that somebody acted for, and frames that no
encoder has learnt from."""
UNSEEN_SEED = 1000
"""Of the latter, beside the seed."""
Agents = Literal["two", "one"]


@dataclass(frozen=True)
class StudyConfig(ClusterWords):
    """Which encoders to train, and for how long."""

    recipes: tuple[str, ...] = tuple(COMPARED)
    """Names of recipes; see recipes.py. Those of the comparison when not given."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Each seed has frames and a denoising autoencoder of its own."""
    num_frames: int = 50_000
    """Frames of each task for a seed."""
    epochs: float = 4.0
    """Passes over them."""
    dae_epochs: float = 3.0
    """Passes that train the denoising autoencoder."""
    tasks: tuple[str, ...] = (GO_TO_OBJECT,)
    """Tasks whose rooms encoders see, and are evaluated in; those of MiniWorld, whose true factors
    are unknown, are for --bundles-only."""
    quick: bool = False
    """Evaluate with as few frames as possible: to try the study, not to be believed."""
    agent_timesteps: int = 60_000
    """Steps that each of an encoder's agents learns for in Darla/GoToObject-v0; 0: none."""
    agents: Agents = "two"
    """Two agents on each encoder, one that sees all latents and one from which the look is hidden;
    or one, which sees the state where the encoder tells it, and all latents otherwise."""
    unseen_frames: int = 1000
    """Frames that no encoder has learnt from, on which its pictures are measured."""
    bundles_only: bool = False
    """Train encoders that have no bundle in ``out`` yet, rows or not, and leave it at that."""
    out: Path = Path("runs/encoders")
    """Folder of frames, runs and evaluations."""
    rows: Path = ROWS
    """File of the rows."""
    cores: int = 2
    """Encoders that are trained side by side, each with one thread; on a --cluster there are as
    many as its nodes have room for."""
    minutes: float = 150.0
    """No encoder is begun after so many minutes."""


def main(config: StudyConfig) -> None:
    """Run what has no row yet, seed by seed; a ValueError names the encoders that failed."""
    end_together()
    config.check_cluster()
    for name in config.recipes:
        lookup("recipe", name, RECIPES)
    end = time.time() + 60 * config.minutes
    failed: list[str] = []
    rows = [] if config.bundles_only else read_rows(config.rows)
    done = {(row["recipe"], row["seed"]) for row in rows}
    for seed in config.seeds:
        missing = [name for name in config.recipes if (name, seed) not in done]
        if not missing or time.time() > end:
            continue
        prepare(config, seed)
        for row in rows_of(config, missing, seed, end, failed):
            with config.rows.open("a") as file:
                file.write(json.dumps(row) + "\n")
    print(f"encoders: {config.out}" if config.bundles_only else f"rows: {config.rows}")
    if failed:
        raise ValueError("; ".join(failed))


def rows_of(
    config: StudyConfig, names: list[str], seed: int, end: float, failed: list[str]
) -> Iterator[dict]:
    """Train and evaluate encoders side by side; yield their rows.

    On a cluster they come in the order of the names. What those say that fail goes into ``failed``.
    """
    works = [(config, name, seed, end) for name in names]
    title = f"seed {seed}"
    if not config.is_local:
        yield from finished_on_cluster(row_of, works, config, title, "encoders", failed)
        return
    with ThreadPoolExecutor(config.cores) as pool:
        yield from finished(
            [pool.submit(row_of, work) for work in works], title, "encoders", failed
        )


def read_rows(path: Path) -> Iterator[dict]:
    """Yield the rows that there are."""
    if path.exists():
        yield from map(json.loads, path.read_text().splitlines())


def prepare(config: StudyConfig, seed: int) -> None:
    """Collect a seed's frames, and train its denoising autoencoder."""
    folder, wanted = config.out / f"seed{seed}", [RECIPES[name] for name in config.recipes]
    for task in config.tasks:
        count, place = ["--num-frames", config.num_frames], folder / FRAMES[task]
        collect(config, task, *count, "--seed", seed, "--out", place)
        if any(map(takes_sequences, wanted)):
            acted = place.with_name(place.name + ACTED)
            collect(config, task, *count, "--policy", "random", "--seed", seed, "--out", acted)
        if not config.bundles_only:
            unseen = place.with_name(place.name + UNSEEN)
            few = ["--num-frames", config.unseen_frames, "--seed", seed + UNSEEN_SEED]
            collect(config, task, *few, "--out", unseen)
    if any(map(takes_dae, wanted)):
        run = ["--objective", "dae", "--epochs", config.dae_epochs, "--out", folder / "dae"]
        call("train_vision", *data(config, {}, seed), "--seed", seed, *run, shown=True)


def collect(config: StudyConfig, task: str, *how: object) -> None:
    """Collect frames of a task in which everything varies; those that are there stay."""
    where = ["--domain", UNSUPERVISED, *config.cluster_options()]
    call("collect", "--env", task, *where, *how, shown=True)


def row_of(work: tuple[StudyConfig, str, int, float]) -> dict | None:
    """Train and evaluate one encoder; None where it is too late, or only training is wanted.

    It is given a recipe's name and a seed, and the time after which none is begun, in seconds since
    the epoch.
    """
    config, name, seed, end = work
    if time.time() > end:
        return None
    settings, began = RECIPES[name], time.monotonic()
    out = run_folder(config.out, name, seed)
    learnt_from = data(config, settings, seed)
    call("train_vision", *learnt_from, *options(config, settings, seed), "--out", out)
    minutes = (time.monotonic() - began) / 60
    if config.bundles_only:
        return None
    scores = {task: evaluate(config, task, out) for task in config.tasks}
    bundle, steps = out / "encoder", config.agent_timesteps
    one = config.agents == "one"
    transfer = transfer_of(bundle, seed, steps, out / "agents", one) if steps else {}
    seen = {
        FRAMES[task]: pictures_of(bundle, config.out / f"seed{seed}" / (FRAMES[task] + UNSEEN))
        for task in config.tasks
    }
    return {
        "recipe": name,
        "seed": seed,
        "settings": settings,
        "frames_seen": round(config.epochs * config.num_frames * len(config.tasks)),
        "minutes": round(minutes, 2),
        "scores": {FRAMES[task]: brief(found) for task, found in scores.items()},
        "transfer": transfer,
        "pictures": seen,
        "frames_per_second": frames_per_second(out / "tensorboard" / objective_of(settings)),
    }


def evaluate(config: StudyConfig, task: str, run: Path) -> dict:
    """Return what darla evaluate-encoder finds for the encoder of a run.

    Metrics that hold factors are left to the task with one object, where all can be held.
    """
    where = run / f"evaluation_{FRAMES[task]}"
    how = ["--env", task, "--targets", "all_three", "unseen_colors", "--threads", 1]
    how += ["--precision", "auto"]
    how += ["--quick"] if config.quick else []
    how += ["--no-interventions", "--metrics", "mig"] if task == SEEK_AVOID else []
    call("evaluate_encoder", "--bundles", run / "encoder", "--out", where, *how)
    (found,) = read_json(where / "scores.json")["encoders"]
    return found


def options(config: StudyConfig, settings: Settings, seed: int) -> list[object]:
    """Return the options of darla train-vision for a recipe."""
    objective = objective_of(settings)
    found: list[object] = ["--objective", objective, "--epochs", config.epochs, "--seed", seed]
    found += ["--threads", 1]
    if takes_dae(settings):
        found += ["--dae", config.out / f"seed{seed}" / "dae" / "encoder"]
    for key, value in settings.items():
        if key != "objective":
            values = value if isinstance(value, tuple) else (value,)
            found += [f"--{key.replace('_', '-')}", *values]
    return found


def data(config: StudyConfig, settings: Settings, seed: int) -> list[object]:
    """Return where the frames of a seed are that a recipe learns from."""
    ending = ACTED if takes_sequences(settings) else ""
    folder = config.out / f"seed{seed}"
    return ["--data", *(folder / (FRAMES[task] + ending) for task in config.tasks)]


def brief(found: dict) -> dict[str, float | None]:
    """Return the numbers of one encoder that the report needs, by name."""
    scores: dict[str, float | None] = {
        f"metric/{name}": value for part in found["scores"].values() for name, value in part.items()
    }
    gaps = found["metrics"].get("mig")
    if gaps:
        scores |= {
            f"mig/{factor}": gap for factor, gap in zip(gaps["factors"], gaps["gaps"], strict=True)
        }
    for name in ("kept", "forecast", "state_forecast"):
        for score in (found[name] or {"scores": []})["scores"]:
            place = f"{name}/{score['target']}/{score['probe']}"
            where = "" if name == "kept" else f"/{score['tested_in']}"
            scores[place + where] = score["match"]["score"]
            if score["match"].get("auc") is not None:
                scores[f"{place}{where}/auc"] = score["match"]["auc"]
    moved = found["invariance"]
    for name in ("latents", "state_role", "active_state"):
        scores[f"movement/{name}"] = moved[name]["mean"] if moved[name] else None
    for target, value in moved["predictions"]["mlp"].items():
        scores[f"movement/{target}"] = value
    scores["active_latents"] = found["active_latents"]
    scores["total_correlation"] = found["total_correlation"]
    return {name: None if value is None else round(value, 4) for name, value in scores.items()}


if __name__ == "__main__":
    import run_encoders  # by its name, under which nodes of a cluster find its functions too

    run_command(run_encoders.StudyConfig, run_encoders.main, __doc__)
