"""One process at a time compiles; the others read what it has kept."""

import subprocess
import sys
import textwrap
from pathlib import Path

from darla_envs.kernels.process_lock import ProcessLock

KERNELS = """
    from darla_envs.kernels.compiled import kernel

    @kernel
    def inner(x):
        return x + 1.0

    @kernel
    def outer(x):
        return inner(x) * 2.0
"""
USE = """
    import sys
    sys.path.insert(0, sys.argv[1])
    from kernels import inner, outer
    print("imported", flush=True)
    input()
    assert outer(1.0) == 4.0
    print(*(sum(each.stats.cache_misses.values()) for each in (inner, outer)))
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, text=True, **pipes)


def test_processes_that_need_a_kernel_at_once_compile_it_once(tmp_path: Path):
    (tmp_path / "kernels.py").write_text(textwrap.dedent(KERNELS))
    processes = [start(USE, tmp_path) for _ in range(2)]
    assert [process.stdout.readline() for process in processes] == ["imported\n"] * 2
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    misses = [process.communicate()[0].split() for process in processes]
    assert sorted(misses) == [["0", "0"], ["1", "1"]]


def test_a_process_waits_until_the_other_leaves_or_dies(tmp_path: Path):
    path = tmp_path / "made" / "lock"
    enter = """
        import sys, pathlib
        from darla_envs.kernels.process_lock import ProcessLock
        with ProcessLock(pathlib.Path(sys.argv[1])):
            print("entered", flush=True)
            input()
    """
    with ProcessLock(path) as lock, lock:  # at any depth
        other = start(enter, path)
        waiting = subprocess.run(
            [sys.executable, "-c", "import select, sys; print(select.select([0], [], [], 1)[0])"],
            stdin=other.stdout,
            capture_output=True,
            text=True,
        )
        assert waiting.stdout == "[]\n"
    assert other.stdout.readline() == "entered\n"
    other.kill()
    with ProcessLock(path):
        pass
    other.communicate()


def test_nobody_waits_where_no_file_can_be_made(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    with ProcessLock(tmp_path / "file" / "lock"):
        pass
