"""Train the agents of the transfer study and play their episodes, each once.

    python scripts/studies/run_transfer.py --cores 2                     # at most 150 minutes
    python scripts/studies/run_transfer.py --task Darla/SeekAvoid-v0
    python scripts/studies/run_transfer.py --cluster ray://head:10001    # an agent a task

Stopped at any moment, the same command goes on: agents whose episodes are in the results are not
trained again, and an agent that was half trained continues. The encoders are made first.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from commands import call, finished, finished_on_cluster
from darla.running.children import end_together
from darla.running.command import run_command
from darla.running.names import lookup
from darla.running.tasks import ClusterWords
from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.description.usual_domains import VALIDATION
from darla_envs.suites import suite_of
from encoders.recipes import run_folder
from transfer.ladder import (
    ENCODER_SEEDS,
    LADDER,
    STAGE_1,
    TIMESTEPS,
    VALIDATED_IN,
    WATCHED,
    WRAPPER_OPTIONS,
    Entry,
)
from transfer.results import Results, task_name

STUDY = Path(__file__).with_name("transfer")


@dataclass(frozen=True)
class TransferStudyConfig(ClusterWords):
    """Which agents to train."""

    task: str = GO_TO_OBJECT
    """Id of the environment."""
    agents: tuple[str, ...] = ()
    """Labels of agents, see transfer/ladder.py; all of the task's when not given."""
    total_timesteps: int | None = None
    """Steps that each learns for; the task's, see transfer/ladder.py, when not given."""
    episodes: int = 50
    """Episodes of each agent in each domain."""
    validation_episodes: int = 400
    """Episodes of each wrapper option where the best is chosen, whose returns are close."""
    most_seeds: int | None = None
    """Train no more agents of a label than so many."""
    encoders: Path = Path("runs/encoders")
    """Folder of the encoders that run_encoders.py makes for Darla/GoToObject-v0; those of other
    tasks are beside it, in folders that end in the task's name."""
    out: Path = Path("runs/transfer")
    """Folder of the agents."""
    results: Path = STUDY
    """Folder of the rows."""
    cores: int = 2
    """Agents that are trained side by side, each with one thread; on a --cluster there are as many
    as its nodes have room for."""
    minutes: float = 150.0
    """No agent is begun after so many minutes."""


@dataclass(frozen=True)
class Job:
    """One agent that is to be trained and evaluated."""

    label: str
    entry: Entry
    seed: int


@dataclass(frozen=True)
class Work:
    """An agent, and what is known when its turn comes."""

    config: TransferStudyConfig
    job: Job
    plays_random: bool
    """Whether the random policy's episodes are missing where the agent is tested."""
    end: float
    """Time after which no agent is begun, in seconds since the epoch."""


def main(config: TransferStudyConfig) -> None:
    """Train what has no rows yet, the first seed of all agents first.

    A ValueError where a name is unknown, or agents failed; the others have their rows.
    """
    end_together()
    config.check_cluster()
    ladder = lookup("task", config.task, LADDER)
    wanted = config.agents or tuple(ladder)
    entries = {label: lookup("agent", label, ladder) for label in wanted}
    end = time.time() + 60 * config.minutes
    failed: list[str] = []
    results = Results(config.results, config.task)
    jobs = [
        job
        for job in in_order(entries, config)  # in domains that were named since then too
        if not results.has(job.label, job.seed, played_in(config.task, job))
    ]
    make_encoders(config, jobs)
    keep_coverage(config, results)
    for found in trained(config, jobs, results, end, failed):
        results.add(*found)
    print(f"results: {results.path}")
    if failed:
        raise ValueError("; ".join(failed))


def trained(
    config: TransferStudyConfig, jobs: list[Job], results: Results, end: float, failed: list[str]
) -> Iterator[tuple[Path, Path]]:
    """Train and evaluate agents side by side; yield their runs and their episodes.

    On a cluster they come in the order of the jobs. What those say that fail goes into ``failed``.
    """

    def work(job: Job) -> Work:
        """Return what is to be done for an agent by now."""
        return Work(config, job, not results.has_random(played_in(config.task, job)), end)

    if not config.is_local:
        works = [work(job) for job in jobs]
        yield from finished_on_cluster(run_job, works, config, "agents", "agents", failed)
        return
    with ThreadPoolExecutor(config.cores) as pool:
        runs = [pool.submit(lambda job=job: run_job(work(job))) for job in jobs]
        yield from finished(runs, "agents", "agents", failed)


def in_order(entries: dict[str, Entry], config: TransferStudyConfig) -> list[Job]:
    """Return all agents, by seed first, so that whoever stops early has some of each."""
    most = max(entry.seeds for entry in entries.values())
    seeds = range(min(most, config.most_seeds or most))
    return [
        Job(label, entry, seed)
        for seed in seeds
        for label, entry in entries.items()
        if seed < entry.seeds
    ]


def make_encoders(config: TransferStudyConfig, jobs: list[Job]) -> None:
    """Train the encoders that jobs need and that are not there."""
    folder = encoders_of(config)
    needed = {(job.entry.recipe, encoder_seed(job.seed)) for job in jobs if job.entry.recipe}
    for seed in ENCODER_SEEDS:
        missing = [
            recipe
            for recipe in sorted(recipe for recipe, of in needed if of == seed)
            if not (bundle_of(folder, recipe, seed) / "config.json").is_file()
        ]
        if missing:
            print(f"training encoders with seed {seed}: {', '.join(missing)}", flush=True)
        if "supervised" in missing:
            bundle = bundle_of(folder, "supervised", seed)
            how = ["--epochs", 5, "--seed", seed, "--bundle", bundle, "--out", bundle.parent]
            call("studies/label_ceiling", "--task", config.task, *how, shown=True)
        recipes = [recipe for recipe in missing if recipe not in ("supervised", "dae")]
        if "dae" in missing and not recipes:
            recipes = ["darla"]  # which the denoising autoencoder is made for
        if recipes:
            how = [*STAGE_1[config.task], "--out", folder, "--cores", config.cores]
            how += [
                "--seeds",
                seed,
                "--bundles-only",
                *config.cluster_options(),
                "--recipes",
                *recipes,
            ]
            call("studies/run_encoders", *how, shown=True)


def keep_coverage(config: TransferStudyConfig, results: Results) -> None:
    """Put what the frames of the task's encoders showed beside the rows."""
    bundles = [bundle_of(encoders_of(config), "darla", seed) for seed in ENCODER_SEEDS]
    for bundle in bundles:
        if (bundle / "config.json").is_file():
            results.add_coverage(bundle)
            return


def run_job(work: Work) -> tuple[Path, Path] | None:
    """Train and evaluate one agent; returns its run and its episodes, or None when it is late."""
    if time.time() > work.end:
        return None
    config, job = work.config, work.job
    entry, out = job.entry, config.out / task_name(config.task) / job.label / f"s{job.seed}"
    train = ["--task", config.task, "--kind", entry.kind, "--label", job.label]
    train += ["--algorithm", entry.algorithm, "--seed", job.seed, "--threads", 1]
    steps = config.total_timesteps or TIMESTEPS[config.task]
    train += ["--total-timesteps", steps, "--eval-freq", max(10_000, steps // 10)]
    train += ["--eval-domains", *WATCHED[config.task]]
    if entry.recipe is not None:
        bundle = bundle_of(encoders_of(config), entry.recipe, encoder_seed(job.seed))
        train += ["--encoder", bundle, "--anyway"]  # failures are results
    call("train_agent", *train, *entry.options, "--out", out)
    play = ["--agents", out, "--stochastic", "--out", out / "episodes.csv"]
    domains = played_in(config.task, job)
    chance = "--random" if work.plays_random else "--no-random"
    call("evaluate_transfer", *play, chance, "--domains", *domains, "--episodes", config.episodes)
    if job.label in WRAPPER_OPTIONS:
        more = ["--no-random", "--domains", VALIDATED_IN[config.task]]
        call("evaluate_transfer", *play, *more, "--episodes", config.validation_episodes)
    return out, out / "episodes.csv"


def played_in(task: str, job: Job) -> list[str]:
    """Return the domains that an agent is tested in.

    ``source_pairs`` is for those that have learnt in it, ``validation`` for wrapper options, which
    are chosen there.
    """
    left_out = set() if "source_pairs" in job.entry.options else {"source_pairs"}
    left_out |= set() if job.label in WRAPPER_OPTIONS else {VALIDATION}
    return [name for name in suite_of(task).domains() if name not in left_out]


def encoders_of(config: TransferStudyConfig) -> Path:
    """Return the folder of the encoders of a task."""
    if config.task == GO_TO_OBJECT:
        return config.encoders
    return config.encoders.with_name(f"{config.encoders.name}_{task_name(config.task)}")


def encoder_seed(seed: int) -> int:
    """Return the seed of the encoder that an agent's seed goes with."""
    return ENCODER_SEEDS[seed % len(ENCODER_SEEDS)]


def bundle_of(encoders: Path, recipe: str, seed: int) -> Path:
    """Return the folder of a recipe's bundle."""
    return run_folder(encoders, recipe, seed) / "encoder"


if __name__ == "__main__":
    import run_transfer  # by its name, under which nodes of a cluster find its functions too

    run_command(run_transfer.TransferStudyConfig, run_transfer.main, __doc__)
