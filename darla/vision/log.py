"""What a vision run writes to TensorBoard: the same tags for every objective and stage.

Each stage writes into a folder of its own (``tensorboard/dae``, ``tensorboard/vae``), so that
stages overlay under the same tags; a tracker has a run for each, with the same tags and steps. The
horizontal axis is the stage's own steps. Losses are means
over the steps since the entry before; see :mod:`darla.encoder.likelihoods` for how they are summed.

=========================  =========================================================================
``loss/total``             what the optimiser makes small
``loss/reconstruction``    the objective's own comparison of frame and reconstruction: nats, or
                           squared distance of features for ``vae_gan``, and of whitened ones
                           for ``darla_2017``, ``darla_ada`` and ``look_state_vae``
``loss/pixel``             squared error of the reconstruction, summed over pixels; the same for
                           every objective, so that they can be compared
``loss/kl``                KL from the prior in nats, summed over latents; ``sequence_vae``: from
                           what was foretold of the frame
``loss/dynamics``          ``sequence_vae``: what foretelling frames costs, free nats counted
``loss/representation``    ``sequence_vae``: what saying more than was foretold costs, likewise
``kl_level/1``             ``hierarchical_vae``: KL of the latents of the top level, in nats
``kl_level/2``             the same of the level below it, and so on
``prior_gain``             ``flow_vae``: nats by which the flow foretells latents better than
                           N(0, I): its KL is ``loss/kl`` less this
``loss/blind``             ``pixel_vae``: the comparison with what is drawn from latents alone
``loss/next_pixel``        ``pixel_vae``: the same where each pixel also knows those before it
``explained_variance``     ``pca``: share of the variance of all frames that lies along components
``loss/contraction``       ``contractive``: squared norm of the encoder's Jacobian
``loss/sparsity``          ``sparse_autoencoder``: sum of the absolute values of latents
``loss/total_correlation``  ``factor_vae``, ``beta_tcvae``: the estimate, in nats
``loss/adversary``         ``factor_vae``, ``adversarial_autoencoder``, ``vae_gan``: what the
                           discriminator makes small; ln 2 knows nothing
``loss/imitation``         ``adversarial_autoencoder``: nats by which latents fail to pass for
                           samples of the prior; ``vae_gan``: pictures for frames
``loss/covariance``        ``dip_vae_i``, ``dip_vae_ii``: what covariances cost
``loss/mmd``               ``info_vae``: squared distance of all latents from the prior
``loss/commitment``        ``qlae``, ``vq_vae``, ``look_state_qlae``: squared distance of latents
                           from their codes
``loss/state_likeness``    ``look_state_vae``, ``look_state_nce``: KL between the states of
                           recoloured copies and of frames; ``look_state_qlae``: half their
                           squared distance
``loss/contrast``          ``look_state_nce``, ``look_state_qlae``: nats by which states fail to
                           find their frames
``loss/relative_error``    the same two: squared error over the dataset's variance
``loss/absolute``          a decoder for eyes: mean absolute error of pixels
``structural_similarity``  a decoder for eyes: SSIM of its pictures and the frames
``contrast/found``         the same two: share of the states that are nearest to their own
``codes_in_use``           ``fsq``, ``qlae``, ``vq_vae``, ``look_state_qlae``: share of the codes
                           that the frames of a minibatch have
``beta``                   cost of one nat (``annealed_vae``: gamma; ``beta_tcvae``: one of total
                           correlation)
``beta_normalised``        beta times latents over reconstructed values
``capacity``               ``annealed_vae``: nats that the latents may carry now
``kl_per_latent``          histogram of the latents' KL, in nats
``kl_latent/<i>``          KL of latent i, in nats
``active_latents``         latents with a KL of at least 0.01 nats
``gradient_norm``          length of the gradient
``frames_per_second``      frames trained on in a second, logging included
``pictures/reconstructions``  frames of the dataset and their reconstructions
``pictures/traversals``    what each latent changes in a frame
``pictures/interpolation``  what lies between two frames
``pictures/posteriors``    at the end of a stage, the posterior of each latent against the prior
``warnings``               text: latents or reconstructions that have collapsed
=========================  =========================================================================
"""

import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from darla.encoder.frozen_encoder import ACTIVE_KL, FrozenEncoder
from darla.encoder.latent_pictures import interpolation, reconstructions, traversals
from darla.tracking.run_writer import RunWriter
from darla.tracking.tracked_run import TrackedRun
from darla.vision.config import VisionConfig
from darla.vision.latent_plots import posteriors
from darla.vision.loss_means import Means
from darla.vision.verdict import collapse_warning


def open_log(config: VisionConfig, stage: str, start: int) -> "VisionLog":
    """Open the log of a stage of a run, which goes on after step ``start``."""
    tracked = None if config.tracker is None else _tracked(config, config.tracker, stage)
    whose = f"seed {config.seed}, " if config.seeds else ""
    return VisionLog(config.out / "tensorboard" / stage, start, tracked, whose)


def _tracked(config: VisionConfig, tracker: str, stage: str) -> TrackedRun:
    """Say what a tracker is told of a stage: its run is called as its folder, and the stage."""
    name = config.out if config.out.name == stage else config.out / stage
    settings = {**config.to_json(), "stage": stage}
    return TrackedRun(tracker, name.as_posix(), config.out.as_posix(), settings)


class VisionLog:
    """The entries of one stage: TensorBoard's, and those of a tracker if there is one."""

    def __init__(
        self, folder: Path, start: int, tracked: TrackedRun | None = None, whose: str = ""
    ) -> None:
        """Open ``folder``; entries after step ``start`` that a killed run left are hidden.

        Warnings say ``whose`` they are.
        """
        self._whose = whose
        self._writer = RunWriter(folder, start, tracked)
        self._warned: set[str] = set()

    def write(self, means: Means, step: int) -> None:
        """Write the means of the losses of the steps since the entry before."""
        for tag, mean in means.terms.items():
            self._writer.add_scalar(tag, mean, step)
        if means.kl_per_latent is not None:
            self._write_kl(means.kl_per_latent, step)
        self._writer.add_scalar("frames_per_second", means.frames_per_second, step)
        self._writer.send()  # before a checkpoint says that this step is done

    def _write_kl(self, kl: np.ndarray, step: int) -> None:
        """Write the KL of each latent, and how many are active."""
        self._writer.add_histogram("kl_per_latent", kl, step)
        self._writer.add_scalar("active_latents", int((kl >= ACTIVE_KL).sum()), step)
        for index, value in enumerate(kl):
            self._writer.add_scalar(f"kl_latent/{index}", float(value), step)

    def write_pictures(self, encoder: FrozenEncoder, step: int) -> None:
        """Draw what the model sees now."""
        first, last = encoder.reference_frames[[0, -1]]
        self._write_picture("reconstructions", reconstructions(encoder), step)
        self._write_picture("traversals", traversals(encoder), step)
        self._write_picture("interpolation", interpolation(encoder, first, last), step)
        self._writer.flush()

    def write_posteriors(self, encoder: FrozenEncoder, step: int) -> None:
        """Plot the posterior of each latent against the prior; this takes about a second."""
        picture = posteriors(encoder, encoder.reference_frames)
        self._write_picture("posteriors", picture, step)

    def _write_picture(self, name: str, picture: np.ndarray, step: int) -> None:
        """Write a picture, uint8 (H, W, 3)."""
        self._writer.add_image(f"pictures/{name}", picture, step, dataformats="HWC")

    def warn_of_collapse(self, encoder: FrozenEncoder, step: int) -> None:
        """Say, once for each kind, that the model has collapsed, if it has."""
        warning = collapse_warning(encoder)
        if warning is None or warning.split(":")[0] in self._warned:
            return
        self._warned.add(warning.split(":")[0])
        tqdm.write(f"warning: {self._whose}step {step}: {warning}", file=sys.stderr)
        self._writer.add_text("warnings", warning, step)

    def close(self) -> None:
        """Write out what is still in memory."""
        self._writer.close()
