"""A picture and numbers of each use, from an encoder and datasets: what ``darla use`` runs."""

from collections.abc import Callable
from typing import Any

from darla.uses.reports.alarm_report import RaiseAlarm, report_alarm
from darla.uses.reports.augment_report import Augment, report_augment
from darla.uses.reports.denoise_report import Denoise, report_denoise
from darla.uses.reports.few_labels_report import FewLabels, report_few_labels
from darla.uses.reports.inpaint_report import Inpaint, report_inpaint
from darla.uses.reports.interpolate_report import Interpolate, report_interpolate
from darla.uses.reports.predict_report import Predict, report_predict
from darla.uses.reports.report import Report, UseConfig, WrittenReport, write_report
from darla.uses.reports.retrieve_report import Retrieve, report_retrieve
from darla.uses.reports.sample_report import DrawSamples, report_sample
from darla.uses.reports.swap_look_report import SwapLook, report_swap_look

__all__ = ["REPORTS", "Report", "UseConfig", "WrittenReport", "make_report"]

REPORTS: dict[type[UseConfig], Callable[[Any], Report]] = {
    Denoise: report_denoise,
    Inpaint: report_inpaint,
    Interpolate: report_interpolate,
    DrawSamples: report_sample,
    Retrieve: report_retrieve,
    SwapLook: report_swap_look,
    Augment: report_augment,
    RaiseAlarm: report_alarm,
    Predict: report_predict,
    FewLabels: report_few_labels,
}
"""What makes the report of each configuration."""


def make_report(config: UseConfig) -> WrittenReport:
    """Make the report that a configuration asks for, and write it.

    Raises:
        FileNotFoundError: there is no encoder, or no dataset.
        ValueError: one of them cannot be used, or a setting is out of range.
    """
    return write_report(config, REPORTS[type(config)](config))
