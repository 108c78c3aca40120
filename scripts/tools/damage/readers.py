"""Read damaged files in a process of bounded memory, and say how that ended."""

import os
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np

from damage.mutations import (
    Mutation,
    compress_rows,
    mutate_bytes,
    mutate_chunk,
    mutate_json,
    mutate_rows,
    mutate_tensors,
)
from damage.samples import Samples
from darla.encoder.bundle import load_encoder
from darla.frames.dataset import FrameDataset
from darla.frames.dataset_description import describe_dataset
from darla.vision.command_line import parse_vision_config
from darla.vision.config import VisionConfig
from darla.vision.resuming import holds_this_run
from darla.vision.train import train_vision
from darla_agents.agent.saved_agent import load_agent
from darla_agents.learning.run_folder import RunFolder
from darla_agents.playing.players import find_players
from darla_agents.playing.rows import RowWriter, read_rows

_MOST_MEMORY = 1 << 30  # bytes beyond those of the start
_LONGEST = 20  # seconds
_SLOW_EVERY = 100  # a run that is continued takes seconds, a file that is read hundredths

ACCEPTED, CLEAN, TRACEBACK, LINES, HANG, MEMORY = (
    "accepted",
    "one line",
    "traceback",
    "several lines",
    "hang",
    "memory",
)


@dataclass(frozen=True)
class Target:
    """Something that is damaged and read."""

    name: str
    sample: Path
    """What is copied before it is damaged: a file or a folder."""
    files: str
    """The pattern of those of its files that may be damaged."""
    mutations: tuple[Mutation, ...]
    read: Callable[[Path], object]


def targets(samples: Samples) -> list[Target]:
    """Return everything that is damaged, and how it is read."""
    tensors = (mutate_tensors, mutate_tensors, mutate_bytes)
    settings = samples.commands()["train-vision"][1:]
    vision = parse_vision_config(settings, VisionConfig(), "")

    def go_on(folder: Path) -> object:
        """Continue a run of the vision model."""
        shutil.rmtree(folder / "encoder", ignore_errors=True)
        return train_vision(replace(vision, out=folder))

    def may_go_on(folder: Path) -> object:
        """Ask whether a run of the vision model may go on."""
        return holds_this_run(replace(vision, out=folder))

    return [
        Target("vision run's record", samples.vision, "run.json", (mutate_json,), may_go_on),
        Target("bundle, JSON", samples.bundle, "config.json", (mutate_json,), _read_bundle),
        Target("bundle, bytes", samples.bundle, "*", (mutate_bytes,), _read_bundle),
        Target("bundle, tensors", samples.bundle, "*.safetensors", tensors, _read_bundle),
        Target("agent, JSON", samples.agent, "agent.json", (mutate_json,), _read_agent),
        Target("agent, bytes", samples.agent, "agent.*", (mutate_bytes,), _read_agent),
        Target("agent, tensors", samples.agent, "agent.safetensors", tensors, _read_agent),
        Target("agent's run", samples.agent, "run.json", (mutate_json, mutate_bytes), _read_run),
        Target("dataset, JSON", samples.frames, "**/zarr.json", (mutate_json,), _read_dataset),
        Target("dataset, bytes", samples.frames, "**/*", (mutate_bytes,), _read_dataset),
        Target("dataset, chunks", samples.frames, "**/c/**/*", (mutate_chunk,), _read_dataset),
        Target("rows", samples.rows, "*", (mutate_rows, mutate_rows, mutate_bytes), _read_rows),
        Target("rows, compressed", samples.rows, "*", (compress_rows,), _read_rows),
        Target(
            "vision run",
            samples.vision,
            "checkpoints/*/*",
            (mutate_bytes, _mutate_checkpoint),
            go_on,
        ),
    ]


def _mutate_checkpoint(path: Path, rng: np.random.Generator) -> str:
    """Damage a file of a checkpoint as its kind can be."""
    return (mutate_json if path.suffix == ".json" else mutate_tensors)(path, rng)


def _read_bundle(folder: Path) -> object:
    """Load an encoder, and let it see and draw."""
    encoder = load_encoder(folder)
    return encoder.decode(encoder.encode(encoder.reference_frames)), encoder.latent_roles


def _read_agent(folder: Path) -> object:
    """Load an agent as an evaluation does, and let it act."""
    find_players([folder])
    agent = load_agent(folder)
    space = agent.model.observation_space
    return agent.predict(np.zeros((2, *space.shape), space.dtype))


def _read_run(folder: Path) -> object:
    """Ask whether an agent's run may go on."""
    return RunFolder(folder).precedes("rendering"), RunFolder(folder).check({"task": "x"})


def _read_dataset(folder: Path) -> object:
    """Read all arrays of a dataset."""
    dataset = FrameDataset.open(folder)
    return (
        dataset.read(0, len(dataset)),
        dataset.actions,
        dataset.rewards,
        describe_dataset(dataset),
    )


def _read_rows(path: Path) -> object:
    """Read rows, and open them for more."""
    path = path if path.exists() else path.with_suffix(".csv.gz")
    rows = read_rows(path)
    if path.suffix == ".csv":
        with RowWriter(path):
            return rows
    return rows


def try_mutations(samples: Samples, count: int, seed: int) -> dict[str, Counter[str]]:
    """Damage and read ``count`` times; return how often each target ended how.

    What ended otherwise than accepted or in one line is printed.
    """
    found: dict[str, Counter[str]] = {}
    *quick, slow = targets(samples)
    with tempfile.TemporaryDirectory() as place:
        for number in range(count):
            rng = np.random.default_rng([seed, number])
            target = slow if number % _SLOW_EVERY == _SLOW_EVERY - 1 else quick[number % len(quick)]
            copy = _copy(target.sample, Path(place) / str(number))
            files = [copy] if copy.is_file() else sorted(copy.glob(target.files))
            files = [path for path in files if path.is_file()]
            mutation = target.mutations[rng.integers(len(target.mutations))]
            said = mutation(files[rng.integers(len(files))], rng)
            ending, text = outcome(partial(target.read, copy))
            found.setdefault(target.name, Counter())[ending] += 1
            if ending not in (ACCEPTED, CLEAN):
                print(f"{ending}: {target.name} number {number}: {said}\n    {text[-600:]}")
            shutil.rmtree(Path(place) / str(number), ignore_errors=True)
    return found


def _copy(sample: Path, folder: Path) -> Path:
    """Copy a file or a folder into a new folder, and return where it is."""
    folder.mkdir()
    copy = folder / sample.name
    if sample.is_file():
        shutil.copy(sample, copy)
    else:
        shutil.copytree(sample, copy)
    return copy


def outcome(read: Callable[[], object]) -> tuple[str, str]:
    """Call something, and return how that ended and what was said."""

    def too_long(*_: object) -> None:
        raise TimeoutError("it takes too long")

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(_LONGEST)
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            read()
        return ACCEPTED, ""
    except TimeoutError as error:
        return HANG, str(error)
    except (ValueError, OSError) as error:
        return (CLEAN if str(error) and "\n" not in str(error).strip() else LINES), str(error)
    except MemoryError as error:
        return MEMORY, str(error)
    except Exception as error:
        return TRACEBACK, f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)


def limit_memory() -> None:
    """Let this process have no more than so many bytes beyond those that it has, for good."""
    if sys.platform != "linux":
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + _MOST_MEMORY + (1 << 29)  # and files of 1 GiB
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
