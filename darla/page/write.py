"""One HTML file of an encoder, its decoder and what runs them.

The file's policy of content (CSP) lets the browser run its own two scripts and WebAssembly, known
by their hashes, and nothing else; nor may it load anything, or send anything anywhere. What is
known of the encoder stands in it as data, which no browser executes, whatever a bundle calls its
latents.
"""

import base64
import gzip
import hashlib
import html
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any

from darla.encoder.abilities import can_decode, named
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.onnx_export import OnnxModels, onnx_models
from darla.page.runtime import PACKAGE, VERSION, Runtime, find_runtime
from darla.page.told import told_of
from darla.running.atomic import write_text

_PARTS = ("unpack.js", "networks.js", "elements.js", "row.js", "strip.js", "main.js")
"""The page's own scripts, in the order in which they need each other."""


def export_page(
    encoder: FrozenEncoder,
    path: Path,
    title: str = "",
    names: Mapping[int, str] = MappingProxyType({}),
    runtime: Path | None = None,
) -> None:
    """Write an encoder on a CPU as a page that anybody can open without a server.

    Args:
        encoder: of any objective that has a decoder; in float32.
        path: the HTML file to write; an earlier one is replaced.
        title: what the page calls the encoder; by default as its folder is called.
        names: what latents stand for, by their number, to be shown beside them.
        runtime: folder of npm's package onnxruntime-web; None looks where npm puts it.

    Raises:
        ValueError: the encoder has no decoder, or cannot be written as ONNX
            (:func:`darla.encoder.onnx_export.onnx_models`); the runtime is missing, or of another
            version. Nothing is written then.
    """
    check_drawing(encoder)
    found = find_runtime(runtime)
    write_page(encoder, onnx_models(encoder), found, path, title, names)


def write_page(
    encoder: FrozenEncoder,
    models: OnnxModels,
    runtime: Runtime,
    path: Path,
    title: str = "",
    names: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Write a page of models that were made already; for the rest see :func:`export_page`."""
    if models.decoder is None:
        raise ValueError("a page shows what the decoder draws; leave it in")
    told = told_of(encoder, title or _called(encoder), names)
    data = {
        "told": _as_data(told.facts),
        "frames": packed(told.frames.tobytes()),
        "encoder": packed(models.encoder),
        "decoder": packed(models.decoder),
        "binary": packed(runtime.binary),
    }
    write_text(path, _page(told.facts["title"], runtime, data))


def check_drawing(encoder: FrozenEncoder) -> None:
    """Raise a ValueError for an encoder that draws no pictures."""
    if not can_decode(encoder):
        raise ValueError(f"{named(encoder)} has no decoder; a page shows what a decoder draws")


def packed(content: bytes) -> str:
    """Return bytes as the page holds them: compressed by gzip, in base64."""
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


def _page(title: str, runtime: Runtime, data: Mapping[str, str]) -> str:
    """Return the file's text."""
    own = "\n".join(_template(name) for name in _PARTS)
    own = f'(() => {{\n"use strict";\n{own}}})();\n'
    style = _template("style.css")
    scripts = " ".join(_hash(text) for text in (runtime.script, own))
    policy = (
        f"default-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return Template(_template("page.html")).substitute(
        data,
        policy=html.escape(policy, quote=False),
        title=html.escape(title),
        style=style,
        license=_template("runtime_license.txt"),
        package=f"{PACKAGE} {VERSION}",
        runtime=runtime.script,
        own=own,
    )


def _template(name: str) -> str:
    """Return the text of one of the files that pages are made of."""
    folder = resources.files(__package__) / "template"
    return (folder / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return how a policy of content names a script or a style."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _as_data(value: Any) -> str:
    """Return JSON that ends no element of HTML, whatever the texts in it are."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")


def _called(encoder: FrozenEncoder) -> str:
    """Return the name of an encoder's folder, or of the one above where it is ``encoder``."""
    path = encoder.path
    if path is None:
        return str(encoder.config["objective"]["name"])
    path = path.resolve()
    return path.parent.name if path.name == "encoder" else path.name
