"""The server: the standard library's, one thread a connection, bound to 127.0.0.1.

It serves the page's files by GET and answers questions by POST, both only to the page itself
(``request_checks``). What goes wrong with one request is said in its answer, one line of JSON, and
the server lives on.
"""

import sys
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from darla.running.one_line import one_line
from darla_agents.explore.opened import Opened
from darla_agents.explore.page_files import PageFile
from darla_agents.explore.request_checks import JSON, Refused, check_sender, message_length
from darla_agents.explore.routes import Route, answer

HOST = "127.0.0.1"
_API = "/api/"
_IDLE = 60  # seconds after which a connection that says nothing is closed
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class ExploreServer(ThreadingHTTPServer):
    """Serves the page and answers its questions. An OSError where the port is taken."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        port: int,
        opened: Opened,
        routes: Mapping[str, Route],
        page: Mapping[str, PageFile],
    ) -> None:
        self.opened, self.routes, self.page = opened, routes, page
        super().__init__((HOST, port), _Handler)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that the browser has given up."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            traceback.print_exc()


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: ExploreServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "darla", ""
    timeout = _IDLE
    disable_nagle_algorithm = True  # answers are small, and waited for
    wbufsize = -1  # headers and content leave together, after each request

    def do_GET(self) -> None:
        """Send a file of the page."""
        try:
            check_sender(self.headers, self.server.port)
            file = self.server.page.get(self.path)
            if file is None:
                raise Refused(HTTPStatus.NOT_FOUND, "there is no such page")
            self._send(HTTPStatus.OK, file.content, file.kind)
        except Refused as refused:
            self._refuse(refused)

    def do_POST(self) -> None:
        """Answer a question."""
        try:
            check_sender(self.headers, self.server.port)
            length = message_length(self.headers)
            body = self.rfile.read(length)
            self._send(HTTPStatus.OK, self._answer(body), JSON)
        except Refused as refused:
            self._refuse(refused)

    def log_message(self, format: str, *values: object) -> None:
        """Keep quiet: the page says what goes wrong."""

    def _answer(self, body: bytes) -> bytes:
        """Return the answer to a message; :class:`Refused` where there is none."""
        name = self.path.removeprefix(_API)
        route = self.server.routes.get(name) if self.path.startswith(_API) else None
        if route is None:
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such question")
        try:
            return answer(self.server.opened, route, body)
        except (ValueError, OSError) as error:
            raise Refused(HTTPStatus.BAD_REQUEST, one_line(error)) from error
        except Exception as error:  # a stranger's environment may raise anything
            traceback.print_exc()
            said = f"unexpected {type(error).__name__}: {one_line(error)}"
            raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, said) from error

    def _refuse(self, refused: Refused) -> None:
        """Say why a request is not served; the rest of what it sent is not read."""
        self.close_connection = True
        self._send(refused.status, msgspec.json.encode({"error": refused.why}), JSON)

    def _send(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
