"""Encode frames without torch, and without darla: NumPy and onnxruntime do.

    darla export --encoder rooms --out runs/onnx
    python scripts/examples/without_torch.py runs/onnx frames.npy latents.npy

frames.npy holds uint8 frames (N, H, W, 3); latents.npy gets their latents, float32 (N, z).
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime


def main(folder: str, frames_file: str, latents_file: str) -> None:
    """Encode, write, and say what the latents of the state do."""
    known = json.loads((Path(folder) / "latents.json").read_text())
    session = onnxruntime.InferenceSession(Path(folder) / "encoder.onnx")
    frames = np.load(frames_file)
    (mu,) = session.run(["mu"], {"frames": frames})
    np.save(latents_file, mu)
    state = known["roles"].get("state") or range(known["latents"])
    standardized = (mu - known["mean"]) / np.maximum(known["std"], 1e-6)
    print(f"{len(frames)} frames, torch is imported: {'torch' in sys.modules}")
    for index in state:
        print(f"latent {index}: {standardized[:, index].mean():+.2f} of its spread from its mean")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
