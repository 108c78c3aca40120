"""Whether a command that was disturbed makes in the end what an undisturbed one made."""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from damage.samples import Samples
from darla_agents.agent.saved_agent import load_agent
from darla_agents.playing.rows import read_rows

LONGEST = 120.0  # seconds that a command may take before it hangs
_SHARED = Path("/dev/shm")
_LEFT_OVER = ("**/.*.tmp", "**/*.partial", "**/.finished", ".*.lock", "**/.*.lock")
_FAREWELL = 15.0  # seconds that processes have to end with the one that began them


def prepare(unbroken: Samples, folder: Path, name: str) -> Samples:
    """Copy all samples but what a command is to make into a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(unbroken.folder, folder)
    samples = Samples(folder)
    output = samples.made_by(name)
    if output.is_dir():
        shutil.rmtree(output)
    output.unlink(missing_ok=True)
    return samples


def duration(unbroken: Samples, name: str, folder: Path) -> float:
    """Return how many seconds a command takes."""
    samples = prepare(unbroken, folder, name)
    began = time.monotonic()
    subprocess.run(samples.command(name), check=True, capture_output=True)
    return time.monotonic() - began


def start(command: Sequence[str]) -> "subprocess.Popen[str]":
    """Start a command in a session of its own, with its stderr to be read."""
    quiet, piped = subprocess.DEVNULL, subprocess.PIPE
    return subprocess.Popen(command, start_new_session=True, stdout=quiet, stderr=piped, text=True)


def judge_text(found: Counter[str], process: "subprocess.Popen[str]", what: str) -> None:
    """Count how a command ends: right, with one line, or badly, which is printed."""
    try:
        said = process.communicate(timeout=LONGEST)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said = process.communicate()[1]
        found["hang"] += 1
        print(f"{what}: still working after {LONGEST} s: {said[-1500:]}", flush=True)
        return
    code = process.returncode
    errors = [line for line in said.splitlines() if "error: " in line]
    if code < 0:
        found["killed"] += 1
    elif "Traceback" in said:
        found["traceback"] += 1
    elif code == 0:
        found["exit code 0"] += 1
        return
    elif code == 2 and len(errors) == 1:
        found["one line"] += 1
        return
    else:
        found[f"exit code {code}, {len(errors)} lines"] += 1
    print(f"{what}: exit code {code}: {said[-1500:]}", flush=True)


def judge_end(
    found: Counter[str], unbroken: Samples, samples: Samples, name: str, more: Sequence[str] = ()
) -> None:
    """Run a disturbed command to its end, with more options; count what differs, and print why."""
    found["continued"] += 1
    ending: Counter[str] = Counter()
    judge_text(ending, start([*samples.command(name), *more]), f"again darla {name}")
    if not ending["exit code 0"]:
        found.update({f"again {how}": count for how, count in ending.items()})
    elif not _same(unbroken.made_by(name), samples.made_by(name), name):
        found["different"] += 1
        print(f"different: darla {name} in {samples.folder}", flush=True)


@contextmanager
def nothing_left(found: Counter[str], samples: Samples, name: str) -> Iterator[None]:
    """Count in the end what the block has left: temporary files, locks, shared memory."""
    before = _listed(_SHARED)
    yield
    left = {str(path) for pattern in _LEFT_OVER for path in samples.folder.glob(pattern)}
    left |= _listed(_SHARED) - before
    if left:
        found["left over"] += 1
        print(f"left over by darla {name}: {sorted(left)[:5]}", flush=True)


def living(session: int) -> list[int]:
    """Return the processes of a session that have not ended, the oldest first (Linux)."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(folder.name))
    return sorted(found)


def wait_for_all(session: int) -> bool:
    """Wait until all processes of a session have ended; False where they take too long."""
    deadline = time.monotonic() + _FAREWELL
    while time.monotonic() < deadline:
        if not living(session):
            return True
        time.sleep(0.05)
    return False


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
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _listed(folder: Path) -> set[str]:
    """Return the names in a folder that may not be there."""
    return set(os.listdir(folder)) if folder.is_dir() else set()
