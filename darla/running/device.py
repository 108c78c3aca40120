"""Where networks run: the CPU or a GPU."""

_DEVICES = ("cpu", "cuda", "mps")


def resolve_device(device: str) -> str:
    """Turn "auto" into "cuda" when there is a GPU and into "cpu" otherwise.

    A ValueError where torch does not know the device, or it is a GPU and there is none.
    """
    import torch  # here, for those that only read settings do not wait for it

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(device).type
    except RuntimeError:
        kind = ""
    if kind not in _DEVICES:
        raise ValueError(f"unknown device {device!r}; give auto, {', '.join(_DEVICES)}")
    if kind == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device {device!r} was asked for, but there is no GPU here; give cpu")
    if kind == "cuda" and torch.device(device).index not in {
        None,
        *range(torch.cuda.device_count()),
    }:
        raise ValueError(
            f"device {device!r} was asked for, but there are {torch.cuda.device_count()} GPUs here"
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ValueError(f"device {device!r} was asked for, but there is none here; give cpu")
    return device
