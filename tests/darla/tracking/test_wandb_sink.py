"""What is asked of wandb where a run is continued, which a machine without network cannot try."""

import sys
from types import SimpleNamespace

import pytest

from darla.tracking.tracked_run import Row, TrackedRun
from darla.tracking.wandb_sink import WandbSink

RUN = TrackedRun("wandb", "runs/a", "runs", {"seed": 0})


class Wandb(SimpleNamespace):
    """A library that has kept a run up to some step, or none."""

    def __init__(self, kept: int | None) -> None:
        super().__init__(asked={}, logged=[], ended=[])
        self.run = SimpleNamespace(
            resumed=kept is not None,
            step=0 if kept is None else kept + 1,
            log=lambda values, step: self.logged.append((step, values)),
            finish=lambda exit_code: self.ended.append(exit_code),
        )

    def init(self, **asked):
        self.asked = asked
        return self.run


@pytest.mark.parametrize(("known", "kept"), [(None, None), ("abc", 40), ("abc", None)])
def test_a_run_is_continued_by_its_id_after_the_step_that_is_kept(monkeypatch, known, kept):
    wandb = Wandb(kept)
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    sink = WandbSink(RUN, known)
    assert sink.kept == kept
    assert sink.id == wandb.asked["id"] == (known or sink.id)
    assert wandb.asked["resume"] == "allow"
    assert (wandb.asked["name"], wandb.asked["group"]) == ("runs/a", "runs")
    sink.send(Row(41, {"x": 1.0}, texts={"warnings": "none"}))
    sink.close(finished=False)
    assert wandb.logged == [(41, {"x": 1.0, "warnings": "none"})]
    assert wandb.ended == [1]


@pytest.mark.parametrize(("own", "expected"), [(None, "darla"), ("mine", "mine")])
def test_the_project_is_that_of_the_environment(monkeypatch, own, expected):
    wandb = Wandb(None)
    monkeypatch.setitem(sys.modules, "wandb", wandb)
    monkeypatch.delenv("WANDB_PROJECT", raising=False)
    if own is not None:
        monkeypatch.setenv("WANDB_PROJECT", own)
    WandbSink(RUN, None)
    assert wandb.asked["project"] == expected
