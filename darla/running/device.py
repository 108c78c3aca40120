"""Where networks run: the CPU or a GPU."""


def resolve_device(device: str) -> str:
    """Turn "auto" into "cuda" when there is a GPU and into "cpu" otherwise.

    A ValueError where torch does not know the device, or it is a GPU and there is none.
    """
    import torch  # here, for those that only read settings do not wait for it

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(device).type
    except RuntimeError as error:
        raise ValueError(f"unknown device {device!r}; give auto, cpu or cuda") from error
    if kind == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device {device!r} was asked for, but there is no GPU here; give cpu")
    return device
