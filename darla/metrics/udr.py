"""Unsupervised disentanglement ranking: good models agree, entangled ones differ from seed to seed.

Duan et al. (2020), "Unsupervised model selection for variational disentangled representation
learning". Several models that differ in their seed encode the same frames. R(a, b) says
how alike latent a of model i and latent b of model j are, and

UDR_ij = (sum_b r_b^2 / sum_a R(a, b) + sum_a r_a^2 / sum_b R(a, b)) / (d_i + d_j),

where r is the largest entry of the column b, or of the row a, and d the number of a model's latents
that carry anything; all others are left out. A model's score is the median over the other models.

R is the size of Spearman's rank correlation, or the size of a lasso's coefficients (alpha 0.1)
that predict the latents of j from those of i, both standardised. The lasso takes alpha from every
coefficient, so that it gives two models that agree perfectly 0.9. It sees the whole latent; ranks
see monotonous likeness only, and a chance likeness of 1 / sqrt(N) costs them a little for every
latent there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.stats import rankdata
from sklearn.linear_model import Lasso

from darla.metrics.factor_columns import LEAST_SAMPLES, check_latents, find_dead_latents
from darla.running.names import unknown

Similarity = Literal["lasso", "spearman"]

ALPHA = 0.1


@dataclass(frozen=True, eq=False)
class UDR:
    """How far models agree."""

    per_model: np.ndarray
    """float64 (models,), each model's score, 0 to 1; 0 if all its latents are dead."""
    pairs: np.ndarray
    """float64 (models, models), UDR_ij; not a number on the diagonal."""
    dead_latents: tuple[dict[int, str], ...]
    """For each model, why each dead latent was left out, by its index."""


def udr(
    latents: Sequence[np.ndarray],
    similarity: Similarity = "lasso",
    active: Sequence[np.ndarray] | None = None,
) -> UDR:
    """Rank models by how far they agree with each other.

    Latents (N, z) are of each model, of the same N frames, in the same order; z may differ. The
    models should differ in their seed only; scores of models with other settings are compared, each
    with its own partners. For each model ``active``, bool (z,), says which latents carry anything;
    None: all that are not constant. A ValueError where there are fewer than two models, their
    frames differ in number, there are too few samples, a latent is not finite, or the similarity is
    unknown.
    """
    if similarity not in get_args(Similarity):
        raise unknown("similarity", similarity, get_args(Similarity))
    if len(latents) < 2:
        raise ValueError(f"UDR compares models: it takes two or more, and got {len(latents)}")
    if active is not None and len(active) != len(latents):
        raise ValueError(
            f"active was given for {len(active)} of {len(latents)} models; give it for all, or none"
        )
    checked = [check_latents(codes, least=LEAST_SAMPLES) for codes in latents]
    counts = [len(codes) for codes in checked]
    if len(set(counts)) > 1:
        raise ValueError(f"models have {counts} samples; encode the same frames with each")
    masks = [None] * len(checked) if active is None else list(active)
    dead = tuple(find_dead_latents(*pair) for pair in zip(checked, masks, strict=True))
    live = [np.delete(codes, list(gone), 1) for codes, gone in zip(checked, dead, strict=True)]
    compare = _lasso if similarity == "lasso" else _spearman
    pairs = np.full((len(live), len(live)), np.nan)
    for i, j in np.argwhere(~np.eye(len(live), dtype=bool)):
        if live[i].shape[1] and live[j].shape[1]:
            pairs[i, j] = relative_strength(compare(live[i], live[j]))
        else:
            pairs[i, j] = 0.0
    return UDR(np.nanmedian(pairs, axis=1), pairs, dead)


def relative_strength(likeness: np.ndarray) -> float:
    """Return how far each latent of a model is like one latent of another only: UDR_ij.

    The likeness is R, not negative, (latents of i, latents of j), those that carry anything.
    """
    leads = [
        table.max(axis=1) ** 2 / np.where((sums := table.sum(axis=1)) > 0, sums, 1.0)
        for table in (likeness, likeness.T)
    ]
    return float(np.concatenate(leads).mean())


def _standardised(latents: np.ndarray) -> np.ndarray:
    """Return latents with a mean of 0 and a standard deviation of 1."""
    scaled: np.ndarray = (latents - latents.mean(axis=0)) / latents.std(axis=0)
    return scaled


def _lasso(inputs: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Return the weight of each latent of one model for each of another, (inputs, outputs)."""
    model = Lasso(alpha=ALPHA).fit(_standardised(inputs), _standardised(outputs))
    weights: np.ndarray = np.abs(model.coef_.reshape(outputs.shape[1], inputs.shape[1])).T
    return weights


def _spearman(inputs: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Return the rank correlation of two models' latents, (inputs, outputs)."""
    ranks = [_standardised(rankdata(codes, axis=0)) for codes in (inputs, outputs)]
    likeness: np.ndarray = np.abs(ranks[0].T @ ranks[1]) / len(inputs)
    return likeness
