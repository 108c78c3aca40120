"""What computes networks in the browser: ONNX Runtime Web, as npm installs it.

It is not part of this package, for it is four times as large. Its two files are checked against
what the one version that the page was tried with holds, so that nothing else gets into a page.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from darla.running.regular_files import read_regular

PACKAGE = "onnxruntime-web"
VERSION = "1.30.0"
_SCRIPT = "ort.wasm.bundle.min.mjs"
_BINARY = "ort-wasm-simd-threaded.wasm"
DIGESTS = {
    _SCRIPT: "d4a705f0258065eaad4dcbcb80a3ed38c5c86e459e87ef8b0c24290e14390115"
    "711c02f554d2f9aebd0e23e3314db98d200365744fc0feaf8ee2048a81232359",
    _BINARY: "1adeded62203219fcf5c484cfce5657aa5875689b490423f86cf1ca1dd1cad77"
    "15f630c6337f41db71ee42794e3a00ce0b7c78939a71220b5d83368bf6ea7730",
}
"""SHA-512 of the files that are taken, in the package whose own npm's lock of the site holds."""
_LARGEST = 1 << 25  # bytes of a file
_INSTALL = f"npm install {PACKAGE}@{VERSION}"
_HERE = "import.meta.url"
_EXPORTS = "export{"


@dataclass(frozen=True)
class Runtime:
    """ONNX Runtime Web, without files."""

    script: str
    """A script, and no module, that makes ``ort``; it loads nothing once it has the binary."""
    binary: bytes
    """Its WebAssembly."""


def find_runtime(folder: Path | None = None) -> Runtime:
    """Read the runtime from where npm has put it.

    Args:
        folder: that of the package, or one with ``node_modules`` in it. None looks where npm does:
            in the current folder and in those above.

    Raises:
        ValueError: it is not there, or of another version.
    """
    here = Path.cwd()
    places = (here, *here.parents) if folder is None else (folder,)
    for place in places:
        for found in (place / "node_modules" / PACKAGE, place):
            if (found / "dist" / _SCRIPT).is_file():
                return _read(found / "dist")
    raise ValueError(
        f"a page needs {PACKAGE}, which is not in {folder or f'node_modules of {here}'}; {_INSTALL}"
        ", or name the folder that has it: --runtime FOLDER"
    )


def _read(folder: Path) -> Runtime:
    """Read and check the files."""
    script, binary = (_checked(folder / name, digest) for name, digest in DIGESTS.items())
    return Runtime(_as_script(script.decode()), binary)


def _checked(path: Path, digest: str) -> bytes:
    """Read a file whose content is known."""
    try:
        content = read_regular(path, _LARGEST)
    except FileNotFoundError:
        content = b""
    if hashlib.sha512(content).hexdigest() != digest:
        raise ValueError(f"{path} is not that of {PACKAGE} {VERSION}; {_INSTALL}")
    return content


def _as_script(module: str) -> str:
    """Return a module as a script that can stand in a page.

    A module cannot be imported from within a file, and asks where it comes from, which browsers
    answer differently for files. With the binary at hand the answer does not matter.
    """
    body, _, exports = module.rpartition(_EXPORTS)
    pairs = (each.split(" as ") for each in exports.partition("}")[0].split(","))
    names = ", ".join(f"{name}: {within}" for within, name in pairs)
    body = body.replace(_HERE, '"blob:"')
    return f'const ort = (() => {{\n"use strict";\n{body}\nreturn {{ {names} }};\n}})();\n'
