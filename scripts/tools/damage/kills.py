"""Kill commands at random moments, run them again until they end, and compare the results."""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from damage.samples import DARLA, Samples
from darla_agents.agent.saved_agent import load_agent
from darla_agents.playing.rows import read_rows

_SHARED = Path("/dev/shm")


def try_kills(unbroken: Samples, folder: Path, count: int, seed: int) -> dict[str, Counter[str]]:
    """Kill each command in turn, ``count`` times in all; return how often what was found.

    Args:
        unbroken: what the commands made when nobody killed them.
        folder: where to run them.
        count: of kills.
        seed: of the moments.
    """
    rng = np.random.default_rng(seed)
    took = {name: _duration(unbroken, name, folder) for name in unbroken.commands()}
    found: dict[str, Counter[str]] = {name: Counter() for name in took}
    killed = 0
    while killed < count:
        for name, seconds in took.items():
            shutil.rmtree(folder, ignore_errors=True)
            samples = _prepared(unbroken, folder)
            shared = _listed(_SHARED)
            while killed < count and _killed(samples, name, float(rng.uniform(0, seconds))):
                killed += 1
                found[name]["kills"] += 1
                if rng.random() < 0.5:
                    break
            _judge(found[name], unbroken, samples, name, shared)
    return found


def _prepared(unbroken: Samples, folder: Path) -> Samples:
    """Return a folder with all samples but those that a command will make."""
    shutil.copytree(unbroken.folder, folder)
    return Samples(folder)


def _outputs(samples: Samples, name: str) -> Path:
    """Return what a command makes."""
    made = {
        "collect": samples.frames,
        "train-vision": samples.vision,
        "train-agent": samples.agent,
        "evaluate-transfer": samples.rows,
    }
    return made[name]


def _clear(samples: Samples, name: str) -> None:
    """Remove what a command is to make."""
    output = _outputs(samples, name)
    if output.is_dir():
        shutil.rmtree(output)
    output.unlink(missing_ok=True)


def _duration(unbroken: Samples, name: str, folder: Path) -> float:
    """Return how many seconds a command takes."""
    shutil.rmtree(folder, ignore_errors=True)
    samples = _prepared(unbroken, folder)
    _clear(samples, name)
    began = time.monotonic()
    subprocess.run([*DARLA, *samples.commands()[name]], check=True, capture_output=True)
    return time.monotonic() - began


def _killed(samples: Samples, name: str, after: float) -> bool:
    """Start a command and kill it with all that it began; False where it ended before."""
    if not (samples.folder / f".{name}").exists():
        _clear(samples, name)
        (samples.folder / f".{name}").touch()
    command = [*DARLA, *samples.commands()[name]]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, start_new_session=True, stdout=quiet, stderr=quiet)
    try:
        process.wait(after)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


def _judge(
    found: Counter[str], unbroken: Samples, samples: Samples, name: str, shared: set[str]
) -> None:
    """Run a killed command to its end, and note what differs and what is left."""
    done = subprocess.run([*DARLA, *samples.commands()[name]], capture_output=True, text=True)
    found["continued"] += 1
    if done.returncode:
        found["refused"] += 1
        print(f"refused: darla {name}: {done.stderr[-500:]}")
        return
    if not _same(_outputs(unbroken, name), _outputs(samples, name), name):
        found["different"] += 1
        print(f"different: darla {name} in {samples.folder}")
    patterns = ("**/.*.tmp", "**/*.partial", "**/.finished", ".*.lock", "**/.*.lock")
    left = {str(path) for pattern in patterns for path in samples.folder.glob(pattern)}
    left |= _listed(_SHARED) - shared
    if left:
        found["left over"] += 1
        print(f"left over by darla {name}: {sorted(left)[:5]}")


def _same(expected: Path, made: Path, name: str) -> bool:
    """Whether a continued command made what an unbroken one did, as far as it promises that."""
    if name == "collect":
        return _digests(expected) == _digests(made)
    if name == "train-vision":
        weights = "encoder/model.safetensors"
        return (expected / weights).read_bytes() == (made / weights).read_bytes()
    if name == "train-agent":  # whose episodes begin anew
        return load_agent(made).num_timesteps == load_agent(expected).num_timesteps
    return sorted(map(repr, read_rows(expected))) == sorted(map(repr, read_rows(made)))


def _digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file in a folder."""
    files: Sequence[Path] = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _listed(folder: Path) -> set[str]:
    """Return the names in a folder that may not be there."""
    return set(os.listdir(folder)) if folder.is_dir() else set()
