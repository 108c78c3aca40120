"""What decides the shape of every weight of a network, and which pictures networks take."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from darla.running.checked_json import Count, Name, check_shape

SMALLEST_SIDE, LARGEST_SIDE, SIDE_STEP = 32, 128, 16
QUANTIZED = ("fsq", "codebook")
POSTERIORS = ("gaussian", "point", *QUANTIZED)
MOST_CODES = 1 << 12
"""Of a group of latents."""
_MOST_CODES_OF_ALL = 1 << 20
CONV = "conv"
"""The architecture of bundles that do not name one."""

_Layer = Annotated[int, Meta(ge=1, le=1 << 16)]
_Flow = Annotated[int, Meta(ge=1, le=1 << 12)]


class _MemoryJson(TypedDict):
    """A :class:`MemoryShape` as JSON holds it."""

    units: _Layer
    choices: Annotated[int, Meta(ge=0, le=1 << 16)]
    numbers: Annotated[int, Meta(ge=0, le=1 << 16)]


class NetworkJson(TypedDict):
    """A :class:`NetworkShape` as JSON holds it, within sizes that memory holds."""

    image_shape: Annotated[list[Count], Meta(min_length=3, max_length=3)]
    channels: Annotated[list[_Layer], Meta(min_length=1, max_length=32)]
    hidden_units: Annotated[int, Meta(ge=0, le=1 << 16)]
    latents: _Layer
    posterior: str
    codes: NotRequired[Annotated[int, Meta(ge=0, le=MOST_CODES)]]
    code_size: NotRequired[_Layer]
    conditions: NotRequired[Annotated[int, Meta(ge=0, le=1 << 16)]]
    levels: NotRequired[Annotated[list[_Layer], Meta(max_length=32)]]
    flow: NotRequired[Annotated[list[_Flow], Meta(min_length=2, max_length=2)]]
    memory: NotRequired[_MemoryJson]
    network: NotRequired[Name]
    decoder: NotRequired[Name]


@dataclass(frozen=True)
class MemoryShape:
    """What an encoder remembers of the frames before, and what it is told of the way to the next.

    A ValueError where an action is not either one of several choices, or several numbers.
    """

    units: int
    """Latents that follow from the past alone; the last ones of all."""
    choices: int = 0
    """Of how many an action is one; 0 for actions of several numbers."""
    numbers: int = 0
    """How many numbers an action has; 0 for one of several choices."""

    def __post_init__(self) -> None:
        if self.units < 1 or min(self.choices, self.numbers) != 0 or self.told < 2:
            raise ValueError(
                f"a memory of {self.units} units, of actions that are one of {self.choices} or "
                f"{self.numbers} numbers; expected at least 1 unit, and one of the others above 0"
            )

    @property
    def told(self) -> int:
        """How many numbers are told of the way to a frame; see darla.encoder.told_actions."""
        return self.choices + self.numbers + 1


@dataclass(frozen=True)
class NetworkShape:
    """What decides every weight's shape; saved with the weights.

    A ValueError where the picture's sides or a layer's size cannot be used.
    """

    image_shape: tuple[int, int, int]
    """Height, width and channels (3) of a frame, in pixels."""
    channels: tuple[int, ...] = (32, 32, 64, 64)
    """Output channels of the encoder's convolutions; the decoder has them in reverse."""
    hidden_units: int = 256
    """Units between convolutions and latents; 0 leaves that layer out."""
    latents: int = 32
    """Number of latents, z."""
    posterior: str = "gaussian"
    """``gaussian``: mu and logvar for each latent; ``point``: one value for each latent; ``fsq``:
    one of a few evenly spaced numbers for each latent; ``codebook``: one of a few learnt codes for
    each group of latents (see :mod:`darla.encoder.quantizers`)."""
    network: str = CONV
    """Name of the architecture in :data:`darla.encoder.networks.NETWORKS`."""
    decoder: str | None = None
    """Name of the architecture whose decoder draws the pictures; the same one when not given."""
    codes: int = 0
    """Of ``fsq``, how many numbers a latent can be; of ``codebook``, how many codes a group of
    latents has. 0 for the others."""
    code_size: int = 1
    """Of ``codebook``, how many latents make a group."""
    conditions: int = 0
    """How many numbers a decoder can be told beside the latents."""
    levels: tuple[int, ...] = ()
    """How many latents each level of a hierarchy has, the top one first; empty for one level. Only
    the architecture ``ladder`` has more."""
    flow: tuple[int, int] | None = None
    """Steps, and units of each coupling, of a prior that is learnt (see
    :mod:`darla.encoder.flow_prior`); None for N(0, I). Of Gaussian posteriors alone."""
    memory: MemoryShape | None = None
    """What it remembers of the frames before (see :mod:`darla.encoder.recurrent_state`); None for
    nothing. Of point posteriors alone: what is likely depends on what was before."""

    def __post_init__(self) -> None:
        check_image_shape(self.image_shape)
        if not self.channels or min(self.channels) < 1:
            raise ValueError(f"channels are {self.channels}; give one positive number per layer")
        if self.latents < 1 or self.hidden_units < 0 or self.conditions < 0:
            raise ValueError(
                f"latents={self.latents}, hidden_units={self.hidden_units}, "
                f"conditions={self.conditions}; expected at least 1 latent, 0 hidden units and 0 "
                "conditions"
            )
        if self.posterior not in POSTERIORS:
            raise ValueError(f"posterior is {self.posterior!r}; expected one of {POSTERIORS}")
        if self.levels and (min(self.levels) < 1 or sum(self.levels) != self.latents):
            raise ValueError(
                f"levels of {self.levels} latents, but there are {self.latents}; expected a "
                "positive number for each level, which add up to them"
            )
        if self.flow and (min(self.flow) < 1 or self.latents < 2 or self.posterior != "gaussian"):
            raise ValueError(
                f"a flow of {self.flow} steps and units over {self.latents} latents of posterior "
                f"{self.posterior!r}; expected positive numbers, and 2 or more Gaussian latents"
            )
        if self.memory and (self.memory.units >= self.latents or self.posterior != "point"):
            raise ValueError(
                f"a memory of {self.memory.units} of {self.latents} latents of posterior "
                f"{self.posterior!r}; expected fewer units than latents, and a point posterior"
            )
        self._check_codes()

    @property
    def quantized(self) -> bool:
        """Whether latents can be a few values alone."""
        return self.posterior in QUANTIZED

    def _check_codes(self) -> None:
        """Raise a ValueError for codes that latents cannot have."""
        codes, size = self.codes, self.code_size
        if not self.quantized:
            if (codes, size) != (0, 1):
                raise ValueError(
                    f"codes={codes}, code_size={size}, but latents of posterior "
                    f"{self.posterior!r} have no codes; leave both out, or give one of {QUANTIZED}"
                )
            return
        if not 2 <= codes <= MOST_CODES or codes * self.latents > _MOST_CODES_OF_ALL:
            raise ValueError(
                f"codes is {codes} for {self.latents} latents; expected 2 to {MOST_CODES}, and at "
                f"most {_MOST_CODES_OF_ALL} times latents"
            )
        if size < 1 or self.latents % size or (self.posterior == "fsq" and size != 1):
            raise ValueError(
                f"code_size is {size} for {self.latents} latents of posterior {self.posterior!r}; "
                "expected 1, or with a codebook a number that divides the latents"
            )

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a JSON file; what is as usual is left out."""
        values = asdict(self)
        if self.network == CONV:
            del values["network"]
        if self.decoder is None:
            del values["decoder"]
        if not self.quantized:
            del values["codes"], values["code_size"]
        if not self.conditions:
            del values["conditions"]
        for name in ("levels", "flow", "memory"):
            if not values[name]:
                del values[name]
        return values

    @classmethod
    def from_json(cls, values: Any, where: str, remedy: str) -> "NetworkShape":
        """Rebuild a shape from :meth:`to_json`'s values.

        Args:
            values: what JSON held.
            where: they stand, for the message.
            remedy: what to do if they are no shape.

        Raises:
            ValueError: they are something else.
        """
        check_shape(values, NetworkJson, where, remedy)
        height, width, colours = values["image_shape"]
        steps, units = values.get("flow", (0, 0))
        memory = values.get("memory")
        try:
            return cls(
                image_shape=(height, width, colours),
                channels=tuple(values["channels"]),
                hidden_units=values["hidden_units"],
                latents=values["latents"],
                posterior=values["posterior"],
                network=values.get("network", CONV),
                decoder=values.get("decoder"),
                codes=values.get("codes", 0),
                code_size=values.get("code_size", 1),
                conditions=values.get("conditions", 0),
                levels=tuple(values.get("levels", ())),
                flow=(steps, units) if steps else None,
                memory=MemoryShape(**memory) if memory else None,
            )
        except ValueError as error:
            raise ValueError(f"{where} is damaged: {error}; {remedy}") from error


def check_image_shape(shape: tuple[int, ...]) -> None:
    """Raise a ValueError for frames (height, width, channels) that do not suit the networks."""
    fits = len(shape) == 3 and shape[2] == 3
    if not fits or any(
        side % SIDE_STEP or not SMALLEST_SIDE <= side <= LARGEST_SIDE for side in shape[:2]
    ):
        raise ValueError(
            f"frames are {size_text(shape)}; expected RGB frames whose sides are multiples of "
            f"{SIDE_STEP} from {SMALLEST_SIDE} to {LARGEST_SIDE}; collect them at another size"
        )


def size_text(shape: tuple[int, ...]) -> str:
    """Return a shape as ``64x64x3``."""
    return "x".join(str(side) for side in shape)
