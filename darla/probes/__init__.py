"""How well what a policy needs can be read from latents, and how little the look disturbs it.

Probes (``linear``, ``mlp``; ``fitting`` trains the networks) read ``targets`` from latents;
``domains`` fits them in one domain and tests them in others, where ``scores`` compares; and
``invariance`` says how far latents, and what probes read, move when the look alone changes.
``retrieval`` needs no targets: it looks for frames by others. ``few_labels`` asks how many labelled
frames a probe needs.
"""

from darla.probes.domains import (
    PROBES,
    LabelledLatents,
    Probe,
    ProbeReport,
    ProbeScore,
    probe_domains,
)
from darla.probes.few_labels import FewLabelScore, LabelledFrames, few_labels
from darla.probes.fitting import FitSettings
from darla.probes.invariance import (
    Invariance,
    invariance,
    prediction_movement,
    state_weights,
)
from darla.probes.linear import LinearProbe, fit_linear
from darla.probes.mlp import MlpProbe, fit_mlp
from darla.probes.retrieval import Retrieval, retrieve
from darla.probes.targets import ProbeTarget

__all__ = [
    "PROBES",
    "FewLabelScore",
    "FitSettings",
    "Invariance",
    "LabelledFrames",
    "LabelledLatents",
    "LinearProbe",
    "MlpProbe",
    "Probe",
    "ProbeReport",
    "ProbeScore",
    "ProbeTarget",
    "Retrieval",
    "few_labels",
    "fit_linear",
    "fit_mlp",
    "invariance",
    "prediction_movement",
    "probe_domains",
    "retrieve",
    "state_weights",
]
