"""FSQ: each latent is one of a few evenly spaced numbers (Mentzer et al., 2023).

Loss: that of the autoencoder, through "finite scalar quantization" of its latents (arXiv
2309.15505, section 3.1), see :class:`darla.encoder.quantizers.FiniteScalarQuantizer`. Nothing is
learnt of the numbers, so that there is nothing that could collapse, and no term beside the
reconstruction. Latents are from -1 to 1.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from darla.encoder.network_shape import NetworkShape
from darla.objectives.quantized import CodeCount, QuantizedAutoencoder
from darla.objectives.settings import ObjectiveSettings


@dataclass(frozen=True)
class FSQSettings(ObjectiveSettings):
    """FSQ; see :mod:`darla.objectives.fsq`."""

    objective: ClassVar[str] = "fsq"

    levels: CodeCount = 8
    """Numbers, evenly spaced from -1 to 1, that each latent can be."""


class FSQ(QuantizedAutoencoder):
    """The autoencoder of latents that are rounded to a few numbers."""

    settings_class = FSQSettings
    settings: FSQSettings

    def network_shape(self) -> NetworkShape:
        """Return the shape that the settings ask for, with as many codes as levels."""
        plain = super().network_shape()
        return dataclasses.replace(plain, posterior="fsq", codes=self.settings.levels)

    def effective_settings(self) -> dict[str, Any]:
        """Return the levels."""
        return {"levels": self.settings.levels}
