"""The passes of an objective that is fitted in closed form, in place of the steps of others."""

import torch
from tqdm import tqdm

from darla.encoder.networks import to_pictures
from darla.objectives import LossTerms, Stage
from darla.running.progress import progress_bar
from darla.running.stop_requests import stop_requests
from darla.vision.config import VisionConfig
from darla.vision.log import open_log
from darla.vision.loss_means import TOTAL, LossMeans
from darla.vision.results import frozen_copy
from darla.vision.training_frames import TrainingFrames


def fit_stage(stage: Stage, frames: TrainingFrames, config: VisionConfig) -> int:
    """Fit a stage's objective, and log what it makes of reference frames after every pass.

    There are no checkpoints within: a fit that was stopped begins anew. Returns the number of
    passes.
    """
    objective, count, passes = stage.objective, len(frames), 0
    reference = to_pictures(torch.from_numpy(frames.reference).to(frames.device))
    log, means = open_log(config, stage.name, 0), LossMeans()
    bar = progress_bar(round(stage.epochs * count), "frames", f"fit {stage.name}", scaled=True)
    try:
        with bar, stop_requests() as request:
            for passes, terms in enumerate(objective.fit(frames.every), 1):
                step = torch.full((), float(passes - 1), device=frames.device)
                with torch.no_grad():
                    losses = objective.losses(reference, step)
                means.add(LossTerms(losses.total, {**losses.terms, **terms}), count)
                found = means.taken()[0]
                log.write(found, passes)
                bar.set_postfix(loss=f"{found.terms[TOTAL]:.2f}", refresh=False)
                bar.update(count)
                if request.asked:
                    tqdm.write(f"stopped within the fit of {stage.name}, which begins anew")
                    request.obey()
            frozen = frozen_copy(objective, frames)
            if config.pictures_per_stage:
                log.write_pictures(frozen, passes)
            log.warn_of_collapse(frozen, passes)
    finally:
        log.close()
    return passes
