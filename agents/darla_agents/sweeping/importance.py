"""How much each setting matters to a measure, by the trials of a sweep."""

import warnings
from collections.abc import Sequence
from typing import Any

from darla_agents.sweeping.optuna_library import optuna_library

FEWEST = 4
"""Fewer complete trials say nothing."""
FEWEST_TO_TRUST = 20
"""Fewer complete trials say little: with 5 settings, another seed may turn the order round."""


def importance(
    study: Any, measures: int, names: Sequence[str], seed: int
) -> list[dict[str, float]]:
    """Return for each measure the share of its variance that each setting explains; fANOVA.

    "An Efficient Approach for Assessing Hyperparameter Importance" (Hutter et al., 2014), whose
    random forest is fitted to complete trials. Shares are of 1 together, in falling order; empty
    where there are too few trials, or all measured the same.
    """
    optuna = optuna_library()
    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    found: list[dict[str, float]] = []
    for index in range(measures):
        values = {trial.values[index] for trial in complete}
        if len(complete) < FEWEST or len(values) < 2:
            found.append({})
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shares = optuna.importance.get_param_importances(
                study,
                evaluator=optuna.importance.FanovaImportanceEvaluator(seed=seed),
                params=[name for name in names if _varies(complete, name)],
                target=lambda trial, index=index: trial.values[index],
            )
        found.append({name: float(share) for name, share in shares.items()})
    return found


def _varies(trials: Sequence[Any], name: str) -> bool:
    """Whether a setting had more than one value."""
    return len({trial.params[name] for trial in trials}) > 1
