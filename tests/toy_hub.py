"""A small server that speaks those routes of the hub that are needed to push and pull models."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class ToyHub:
    """Repositories in memory.

    Attributes:
        commits: for each repository its commits, oldest first: id and files by name.
        requests: what was asked: method and path.
    """

    def __init__(self) -> None:
        self.commits: dict[str, list[tuple[str, dict[str, bytes]]]] = {}
        self.requests: list[str] = []
        self.url = ""

    def commit(self, repo: str, files: dict[str, bytes]) -> str:
        """Add files to what the last commit of a repository had, and return the new one's id."""
        commits = self.commits.setdefault(repo, [])
        before = commits[-1][1] if commits else {}
        whole = {**before, **files}
        seen = json.dumps([repo, len(commits), sorted(whole)]).encode() + b"".join(whole.values())
        commits.append((hashlib.sha1(seen).hexdigest(), whole))
        return commits[-1][0]

    def files(self, repo: str, revision: str) -> tuple[str, dict[str, bytes]]:
        """Return a commit, by its id or by ``main``, and its files; a KeyError for others."""
        commits = self.commits[repo]
        return commits[-1] if revision == "main" else (revision, dict(commits)[revision])


class _Handler(BaseHTTPRequestHandler):
    """Answers for the hub that its server holds."""

    @property
    def hub(self) -> ToyHub:
        """Return what is on the hub."""
        return self.server.hub  # type: ignore[attr-defined, no-any-return]

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """Answer what a file is like."""
        self._answer_get()

    def do_GET(self) -> None:
        """Answer with a description of a repository, or a file."""
        self._answer_get()

    def do_POST(self) -> None:
        """Make a repository, or a commit."""
        path = self._path()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if path == "/api/repos/create":
            asked = json.loads(body)
            repo = f"{asked['organization']}/{asked['name']}"
            self.hub.commits.setdefault(repo, [])
            self._json({"url": f"{self.hub.url}/{repo}", "id": repo, "name": repo})
        elif path == "/api/validate-yaml":
            self._json({"errors": [], "warnings": []})
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/preupload/main", path):
            told = [
                {"path": each["path"], "uploadMode": "regular", "shouldIgnore": False}
                for each in json.loads(body)["files"]
            ]
            self._json({"files": told})
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/commit/main", path):
            lines = [json.loads(line) for line in body.splitlines()]
            added = [line["value"] for line in lines if line["key"] == "file"]
            files = {each["path"]: base64.b64decode(each["content"]) for each in added}
            commit = self.hub.commit(found[1], files)
            url = f"{self.hub.url}/{found[1]}/commit/{commit}"
            self._json({"success": True, "commitOid": commit, "commitUrl": url})
        else:
            self._missing("EntryNotFound")

    def _path(self) -> str:
        """Return the path that is asked for, and remember it."""
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"{self.command} {path}")
        return path

    def _answer_get(self) -> None:
        path = self._path()
        described = re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path)
        resolved = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        found = described or resolved
        if found is None:
            return self._missing("EntryNotFound")
        if not self.hub.commits.get(found[1]):
            return self._missing("RepoNotFound")
        try:
            commit, files = self.hub.files(found[1], found[2] or "main")
        except KeyError:
            return self._missing("RevisionNotFound")
        if described:
            siblings = [
                {"rfilename": name, "size": len(data), "blobId": hashlib.sha1(data).hexdigest()}
                for name, data in files.items()
            ]
            return self._json({"id": found[1], "sha": commit, "siblings": siblings, "tags": []})
        if found[3] not in files:
            return self._missing("EntryNotFound")
        return self._file(commit, files[found[3]])

    def _file(self, commit: str, data: bytes) -> None:
        self.send_response(200)
        self.send_header("X-Repo-Commit", commit)
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _missing(self, what: str) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", what)
        self.send_header("X-Error-Message", f"{what}: {self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def toy_hub() -> Iterator[ToyHub]:
    """Serve an empty hub on a free port of this machine."""
    hub = ToyHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.hub = hub  # type: ignore[attr-defined]
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
