"""Check a GPU: the tests that need one, then how fast it trains, encodes and acts, in 9 minutes.

    python scripts/check_gpu.py --out gpu.json
    python scripts/check_gpu.py --device cpu --quick    # to see that the check itself works

Prints a table as it grows, and writes the same to one JSON file. What there is no time for is left
out and named. A part that fails is said in a line; the others are still checked, and the exit code
is 1.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts/tools"))

from darla.running.atomic import write_json  # noqa: E402
from darla.running.command import run_command  # noqa: E402
from darla.running.device import resolve_device  # noqa: E402
from darla.running.one_line import one_line  # noqa: E402
from darla.running.run_record import versions  # noqa: E402
from gpu_check.config import HEADING, CheckGpuConfig, Clock, Rows, table_row  # noqa: E402
from gpu_check.rates import (  # noqa: E402
    RECIPE,
    RECIPE_BATCH,
    RECIPE_FRAMES,
    agent_rates,
    encoding_rates,
    training_rates,
)

_LONGEST_TESTS = 240.0  # seconds


def main(config: CheckGpuConfig) -> None:
    """Check part by part, writing down what is found after each row."""
    config.check()
    device = torch.device(resolve_device(config.device))
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    clock = Clock(config.minutes)
    found: dict[str, Any] = {
        "device": name,
        "quick": config.quick,
        "versions": versions(),
        "rows": [],
        "failed": {},
    }
    print(name)
    for part in config.parts:
        try:
            if part == "tests":
                found["tests"] = _tests(device, clock)
                print(f"tests: {found['tests']}", flush=True)
            else:
                rates = {"vision": training_rates, "encoding": encoding_rates}
                _show(rates.get(part, agent_rates)(config, clock), found, config.out)
        except Exception as error:
            found["failed"][part] = f"{type(error).__name__}: {one_line(error)}"
            print(f"{part} failed: {found['failed'][part]}", flush=True)
    found |= {"left_out": clock.left_out, "recipe_minutes": _recipe_minutes(found["rows"])}
    write_json(config.out, found)
    if found["recipe_minutes"] is not None and not config.quick:
        print(f"the encoder that ships: {found['recipe_minutes']:.1f} minutes of training")
    if clock.left_out:
        print(f"left out, for want of time: {'; '.join(clock.left_out)}")
    print(f"all numbers: {config.out}")
    if found["failed"] or found.get("tests", {}).get("exit_code", 0):
        raise SystemExit(1)


def _show(rows: Rows, found: dict[str, Any], out: Path) -> None:
    """Print and keep rows as they come."""
    for row in rows:
        if not found["rows"]:
            print(HEADING)
        print(table_row(row), flush=True)
        found["rows"].append(row.to_json())
        write_json(out, found)


def _tests(device: torch.device, clock: Clock) -> dict[str, Any]:
    """Run the tests that need a GPU; returns what pytest says last, and its exit code."""
    if device.type != "cuda":
        return {"last": "not run: they need a GPU"}
    files = [
        path
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "mark.gpu" in path.read_text()
    ]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", *map(str, files)]
    limit = min(_LONGEST_TESTS, clock.left())
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"last": f"stopped after {limit:.0f} seconds", "exit_code": 1}
    lines = done.stdout.splitlines()
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    last = lines[-1] if lines else done.stderr[-500:]
    return {"last": last, "failed": failed, "exit_code": done.returncode}


def _recipe_minutes(rows: list[dict[str, Any]]) -> float | None:
    """Return how long the recipe of the encoder that ships takes, the decoder for eyes left out."""
    rates = [row["rate"] for row in rows if row["what"] == RECIPE and row["size"] == RECIPE_BATCH]
    return RECIPE_FRAMES / max(rates) / 60 if rates else None


if __name__ == "__main__":
    run_command(CheckGpuConfig, main, __doc__)
