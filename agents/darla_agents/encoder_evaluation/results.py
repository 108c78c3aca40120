"""What every evaluation leaves behind: a table, all numbers, and pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from darla.running.atomic import write_json, write_text
from darla_agents.encoder_evaluation.report import EncoderFacts

T = TypeVar("T")


@dataclass(frozen=True)
class EncoderEvaluation:
    """A table with what was left out, the scores of each encoder, and the files of all that."""

    report: str
    scores: tuple[EncoderFacts, ...]
    table: Path
    numbers: Path
    pictures: tuple[Path, ...]


def write_results(
    out: Path,
    report: str,
    scores: tuple[EncoderFacts, ...],
    numbers: Any,
    pictures: tuple[Path, ...],
) -> EncoderEvaluation:
    """Write the report and the numbers, plain values for JSON, beside pictures that are there."""
    table, file = out / "table.md", out / "scores.json"
    write_text(table, report + "\n")
    write_json(file, numbers)
    return EncoderEvaluation(report, scores, table, file, pictures)


def shown(bar: "tqdm[Any]", what: str, do: Callable[[], T]) -> T:
    """Do a part of the work, which the bar names."""
    bar.set_description(what)
    result = do()
    bar.update()
    return result
