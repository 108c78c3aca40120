"""Train one network for all targets at once, with early stopping.

Targets share the network's layers; a sample on which a target is not known does not count for it.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from darla.probes.targets import ProbeTarget
from darla.running.denormals import denormals_flushed
from darla.running.progress import progress_bar

_EVALUATED = 1024  # samples at a time when no gradients are needed


@dataclass(frozen=True)
class FitSettings:
    """How a probe's network is trained, by Adam; a ValueError for numbers out of range."""

    epochs: int = 100
    """Passes over the training samples, at most."""
    patience: int = 15
    """Epochs without a better validation loss after which training stops."""
    batch_size: int = 256
    """Samples in a step."""
    learning_rate: float = 2e-3
    """Adam's."""
    weight_decay: float = 1e-4
    """Added to each gradient, times the weight."""
    validation: float = 0.15
    """Share of the samples that decides when to stop and is not trained on."""
    progress: bool = False
    """Show a bar, for what takes long; one that stops early does not fill."""

    def __post_init__(self) -> None:
        if min(self.epochs, self.patience, self.batch_size) < 1:
            raise ValueError(
                f"epochs, patience and batch_size are {self.epochs}, {self.patience} and "
                f"{self.batch_size}; each must be at least 1"
            )
        if not 0.0 < self.validation < 1.0:
            raise ValueError(f"validation is {self.validation}, but must be between 0 and 1")


class TargetOutputs:
    """Which outputs of a network stand for which target, and how wrong they are.

    Values are standardised, so that all targets weigh the same: a network that says nothing has a
    loss of about 1 for each.

    Attributes:
        size: outputs that the network must have.
    """

    def __init__(self, targets: Sequence[ProbeTarget]) -> None:
        """Lay the targets' outputs out side by side; all of them are usable."""
        self._slices: dict[str, slice] = {}
        self._kinds = {target.name: target.kind for target in targets}
        start = 0
        for target in targets:
            self._slices[target.name] = slice(start, start + target.width)
            start += target.width
        self.size = start
        self._shift, self._scale = np.zeros(start), np.ones(start)
        wanted = np.concatenate([target.encoded() for target in targets], axis=1)
        for target in targets:
            columns = self._slices[target.name]
            if target.kind != "categorical":
                seen = wanted[target.known, columns]
                self._shift[columns] = seen.mean(axis=0)
                self._scale[columns] = np.sqrt(seen.var(axis=0).mean())
        self._wanted = torch.from_numpy((wanted - self._shift) / self._scale).float()
        known = np.stack([target.known for target in targets], axis=1)
        self._known = torch.from_numpy(known).float()
        numbers = [target for target in targets if target.kind != "categorical"]
        covered = [self._slices[target.name] for target in numbers]
        self._columns = [i for each in covered for i in range(each.start, each.stop)]
        self._widths = torch.tensor([float(t.width) for t in numbers for _ in range(t.width)])
        order = list(self._slices)
        self._target_of = [order.index(t.name) for t in numbers for _ in range(t.width)]

    def loss(self, outputs: Tensor, rows: Tensor) -> Tensor:
        """Return the loss of the outputs (n, size) for samples ``rows``, summed over targets."""
        wanted = self._wanted[rows].to(outputs.device)
        known = self._known[rows].to(outputs.device)
        weights = known / known.sum(dim=0).clamp_min(1.0)
        total = outputs.new_zeros(())
        if self._columns:  # all at once: one after the other would take most of a step
            squares = (outputs[:, self._columns] - wanted[:, self._columns]).square()
            shares = weights[:, self._target_of] / self._widths.to(outputs.device)
            total = (squares * shares).sum()
        for index, (name, columns) in enumerate(self._slices.items()):
            if self._kinds[name] == "categorical":
                logs = functional.log_softmax(outputs[:, columns], dim=1)
                surprise = -(logs * wanted[:, columns]).sum(dim=1) @ weights[:, index]
                total = total + surprise / np.log(max(2, logs.shape[1]))
        return total

    def predictions(self, outputs: Tensor) -> dict[str, np.ndarray]:
        """Return for each target (N, width) float64: values, or probabilities of categories."""
        found = {}
        for name, columns in self._slices.items():
            given = outputs[:, columns].double().cpu()
            if self._kinds[name] == "categorical":
                found[name] = torch.softmax(given, dim=1).numpy()
            else:
                found[name] = given.numpy() * self._scale[columns] + self._shift[columns]
        return found


def fit_network(
    network: Callable[[Tensor], Tensor],
    module: nn.Module,
    inputs: Tensor,
    outputs: TargetOutputs,
    settings: FitSettings,
    seed: int,
) -> float:
    """Train a network, and leave it with the weights that were best on the validation samples.

    It maps n of the inputs (N, ...), one for each sample of the targets, to (n, outputs.size), and
    the module holds its weights. The seed decides the validation samples and the order of the
    others. Returns the best validation loss; a ValueError where there are too few samples to keep
    some for validation.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(inputs), generator=generator)
    held_out = int(len(inputs) * settings.validation)
    if held_out < 1 or held_out == len(inputs):
        raise ValueError(
            f"{len(inputs)} samples leave {held_out} for validation; give more samples"
        )
    validation, training = order[:held_out], order[held_out:]
    optimizer = torch.optim.Adam(
        module.parameters(), settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    best, best_state, waited = float("inf"), copy.deepcopy(module.state_dict()), 0
    steps = settings.epochs * len(training)
    bar = progress_bar(steps, "samples", "labels", shown=settings.progress, scaled=True)
    with denormals_flushed(), bar:
        for _ in range(settings.epochs):
            shuffled = training[torch.randperm(len(training), generator=generator)]
            for rows in shuffled.split(settings.batch_size):
                optimizer.zero_grad(set_to_none=True)
                loss = outputs.loss(network(inputs[rows]), rows)
                loss.backward()
                optimizer.step()
                bar.update(len(rows))
            error = float(outputs.loss(run_network(network, inputs[validation]), validation))
            if error < best:
                best, best_state, waited = error, copy.deepcopy(module.state_dict()), 0
            else:
                waited += 1
            if waited == settings.patience:
                break
    module.load_state_dict(best_state)
    return best


@torch.no_grad()
def run_network(network: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """Return the outputs for all inputs, a part at a time and without gradients."""
    parts = inputs.split(_EVALUATED)
    return torch.cat([network(part) for part in parts])
