"""A server of S3 on this machine, by moto, for tests of URLs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BUCKET = "toys"
REASON = "pip install -e '.[store]' 'moto[server]'"
_OURS = "AWS_"


def have_store() -> bool:
    """Whether what speaks to a store and a server to speak to are installed."""
    try:
        import moto.server  # noqa: F401
        import obstore  # noqa: F401
    except ImportError:
        return False
    return True


needs_store = pytest.mark.skipif(not have_store(), reason=REASON)
"""Marks tests that need both."""


class ToyStore:
    """The server's bucket, seen from behind: what lies in it, whatever the library says."""

    url = f"s3://{BUCKET}"

    def __init__(self, endpoint: str) -> None:
        from moto.s3.models import s3_backends

        self.endpoint = endpoint
        self._backend: Any = s3_backends["123456789012"]["global"]
        self._backend.create_bucket(BUCKET, "us-east-1")

    def names(self, under: str = "") -> list[str]:
        """Return the names of all objects below a name, sorted."""
        keys = self._backend.buckets[BUCKET].keys
        return sorted(name for name in keys if name.startswith(under))

    def files(self, under: str) -> dict[str, bytes]:
        """Return all objects below a name, by what follows it."""
        prefix = f"{under}/"
        return {name.removeprefix(prefix): self.read(name) for name in self.names(prefix)}

    def read(self, name: str) -> bytes:
        """Return what an object holds."""
        data: bytes = self._backend.get_object(BUCKET, name).value
        return data

    def write(self, name: str, data: bytes) -> None:
        """Put an object."""
        self._backend.put_object(BUCKET, name, data)

    def remove(self, name: str) -> None:
        """Remove an object."""
        self._backend.delete_object(BUCKET, name)


@contextmanager
def toy_store() -> Iterator[ToyStore]:
    """Serve an empty bucket, which the environment leads to, in the block."""
    from moto.server import ThreadedMotoServer

    before = {name: value for name, value in os.environ.items() if name.startswith(_OURS)}
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        clear_environment()
        os.environ |= {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "toy",
            "AWS_SECRET_ACCESS_KEY": "toy",
            "AWS_REGION": "us-east-1",
        }
        yield ToyStore(os.environ["AWS_ENDPOINT_URL"])
    finally:
        server.stop()
        clear_environment()
        os.environ |= before


def clear_environment() -> None:
    """Forget what the environment says of S3."""
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        del os.environ[name]


@pytest.fixture
def store() -> Iterator[ToyStore]:
    """Serve a bucket for one test."""
    with toy_store() as serving:
        yield serving
        serving._backend.reset()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with copies of stored files beside it, in modules that import it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"
