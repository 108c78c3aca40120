"""Random command lines, each in a process of its own that is ended after some seconds."""

import os
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import torch

from damage.readers import limit_memory
from darla_agents.commands.main import main
from darla_agents.commands.table import COMMANDS, find_command

_LONGEST = 4.0  # seconds: what is right goes on for longer, and is no mistake
_RIGHT = ("1", "2", "32", "0.5", "source", "latent", "pixels", "vae", "cpu", "Darla/GoToObject-v0")
_WRONG = (
    *("", "0", "-1", "-3.5", "nan", "inf", "1e999", "x", "..x", "[]", "{}", "null", "None"),
    *("9" * 30, "1" * 5000, "\u0663", "../..", "/", "/dev/null/x", "/dev/full", "pipe", "nowhere"),
    *("meta", "cuda:99", "xpu", "privateuseone", "linear:", "n_steps=0", "a=b", "module:Id"),
    *("Darla/GotoObject-v0", "MiniWorld-OneRom-v0", "os:Foo-v0", "--", "-h", "--kind"),
)


def flags_of(command: str) -> list[str]:
    """Return the options that a command's help names."""
    said = StringIO()
    try:
        with redirect_stdout(said):
            find_command(command).run(["--help"], program=f"darla {command}")
    except SystemExit:
        pass
    return sorted(set(re.findall(r"--[a-z][a-z0-9-]+", said.getvalue())))


def random_line(rng: np.random.Generator, flags: dict[str, list[str]]) -> list[str]:
    """Return the words of a random command line."""
    command = str(rng.choice(list(flags)))
    words = [command if rng.random() < 0.97 else str(rng.choice(_WRONG))]
    for _ in range(rng.integers(0, 6)):
        flag = str(rng.choice(flags[command]))
        words.append(flag if rng.random() < 0.95 else flag[:-1])
        for _ in range(rng.choice(3, p=(0.1, 0.8, 0.1))):
            words.append(str(rng.choice(_RIGHT if rng.random() < 0.35 else _WRONG)))
    return words


def try_command_lines(count: int, seed: int) -> Counter[str]:
    """Run random command lines; return how many ended how, and print those that ended badly."""
    torch.set_num_threads(1)  # so that children can be forked
    flags = {name: flags_of(name) for name in COMMANDS}
    found: Counter[str] = Counter()
    for number in range(count):
        line = random_line(np.random.default_rng([seed, number]), flags)
        ending, said = _run(line)
        found[ending] += 1
        if ending in ("traceback", "unexpected", "killed"):
            print(f"{ending}: {number}: darla {' '.join(line)[:300]}\n    {said[-500:]}")
    return found


def _run(line: Sequence[str]) -> tuple[str, str]:
    """Run a command line in a forked process; return how it ended, and its stderr."""
    with tempfile.TemporaryDirectory() as folder:
        os.mkfifo(Path(folder) / "pipe")
        said = Path(folder).parent / f"{Path(folder).name}.stderr"
        child = os.fork()
        if child == 0:
            _be_child(line, Path(folder), said)
        status = _wait(child)
        text = said.read_text(errors="replace")
        said.unlink()
        reports = list(Path(folder).glob("darla-report-*"))
    if status is None:
        return "still working", text
    code = os.waitstatus_to_exitcode(status)
    if "Traceback" in text:
        return "traceback", text
    if code == 1 or reports:
        return "unexpected", text
    return ("killed" if code < 0 else f"exit code {code}"), text


def _be_child(line: Sequence[str], folder: Path, said: Path) -> None:
    """Run the command in this process, and end it."""
    os.setsid()
    os.chdir(folder)
    descriptor = os.open(said, os.O_WRONLY | os.O_CREAT)
    os.dup2(descriptor, 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    limit_memory()
    code = 0
    try:
        main(list(line))
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 1
    os._exit(code)


def _wait(child: int) -> int | None:
    """Wait for a child's end; None where it took too long, and was ended with all that it began."""
    deadline = time.monotonic() + _LONGEST
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
