import time

import pytest
from stable_baselines3.common.logger import Logger
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams import plugin_data_pb2

from darla.wrappers.latent_options import LatentOptions
from darla_agents.agent.spec import AgentSpec
from darla_agents.learning.tensorboard_layout import (
    TensorBoardFolder,
    evaluation_tag,
    write_hyperparameters,
    write_layout,
)

SPEC = AgentSpec(
    "Toy/BrightSide-v0",
    "latent",
    "ppo",
    "source",
    3,
    "runs/encoder",
    100,
    {"n_steps": 16, "target_kl": None, "learning_rate": "linear:1e-3"},
    LatentOptions(),
)


@pytest.fixture
def output(tmp_path):
    output = TensorBoardFolder(tmp_path, 0)
    yield output
    output.close()


def read(folder):
    events = EventAccumulator(str(folder))
    events.Reload()
    return events


@pytest.mark.parametrize(("alarm", "count"), [(False, 6), (True, 8)])
def test_each_domain_has_a_chart_of_each_quantity(output, tmp_path, alarm, count):
    write_layout(output.writer, ["source", "new_floor"], alarm)
    output.close()
    event = read(tmp_path).Tensors("custom_scalars__config__")[0]
    layout = layout_pb2.Layout.FromString(event.tensor_proto.string_val[0])
    charts = {
        (category.title, chart.title): list(chart.multiline.tag)
        for category in layout.category
        for chart in category.chart
    }
    assert charts["transfer: return", "new_floor"] == ["eval/new_floor/return"]
    assert charts["transfer: success", "source"] == ["eval/source/success"]
    assert len(charts) == count
    assert charts.get(("transfer: alarm", "source")) == (["eval/source/alarm"] if alarm else None)


def test_hyperparameters_name_the_metrics_that_runs_log(output, tmp_path):
    write_hyperparameters(output, SPEC, ["source", "new_floor"])
    output.close()
    metadata = read(tmp_path).summary_metadata
    experiment = plugin_data_pb2.HParamsPluginData.FromString(
        metadata["_hparams_/experiment"].plugin_data.content
    ).experiment
    names = {info.name for info in experiment.hparam_infos}
    assert {"kind", "seed", "n_steps", "standardize", "learning_rate", "target_kl"} <= names
    metrics = {info.name.tag for info in experiment.metric_infos}
    assert metrics == {
        "rollout/ep_rew_mean",
        *(evaluation_tag(d, q) for d in ("source", "new_floor") for q in ("return", "success")),
    }


def test_a_continued_run_hides_what_came_after_its_checkpoint(tmp_path):
    for last_step, steps in ((0, (1, 2, 3)), (2, (3, 4))):
        output = TensorBoardFolder(tmp_path, last_step)
        for step in steps:
            output.writer.add_scalar("x", 10 * last_step + step, step)
        output.close()
        time.sleep(1.1)  # readers order files by the second in their names
    values = [(event.step, event.value) for event in read(tmp_path).Scalars("x")]
    assert values == [(1, 1), (2, 2), (3, 23), (4, 24)]


def test_the_logger_writes_scalars(output, tmp_path):
    logger = Logger(folder=None, output_formats=[output])
    assert isinstance(logger, Logger)
    logger.record("train/loss", 0.5)
    logger.dump(7)
    output.close()
    assert read(tmp_path).Scalars("train/loss")[0].step == 7
