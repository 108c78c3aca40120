"""Open what is explored, and serve the page: what the command does, and what tests begin."""

import os
import sys
import threading
import webbrowser
from types import TracebackType

from darla_agents.explore.config import ExploreConfig
from darla_agents.explore.opened import open_all
from darla_agents.explore.page_files import read_page
from darla_agents.explore.routes import make_routes
from darla_agents.explore.server import ExploreServer
from darla_agents.explore.watch import Sessions


class Explorer:
    """A server that runs until it is closed; a context manager.

    Attributes:
        address: where the page is.
        port: the port of 127.0.0.1 that it listens on.
    """

    def __init__(self, config: ExploreConfig) -> None:
        """Open what is given, and listen; see :func:`open_explorer` for what is raised."""
        self._opened = open_all(config)
        self._sessions = Sessions(self._opened)
        try:
            routes = make_routes(self._sessions)
            self._server = ExploreServer(config.port, self._opened, routes, read_page())
        except OSError as error:
            self._opened.close()
            raise ValueError(
                f"port {config.port} of 127.0.0.1 cannot be listened on ({error.strerror}); give "
                "another --port, or none for a free one"
            ) from error
        self.address, self.port = self._server.address, self._server.port
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="explore", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> "Explorer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def wait(self) -> None:
        """Wait until somebody interrupts."""
        self._thread.join()

    def close(self) -> None:
        """Stop listening, and free environments."""
        self._server.shutdown()
        self._server.server_close()
        self._sessions.close()
        self._opened.close()


def open_explorer(config: ExploreConfig) -> Explorer:
    """Open what a configuration names, and serve the page in a thread.

    Raises:
        FileNotFoundError: there is no bundle, dataset or agent.
        ValueError: one is damaged, the environment cannot be made or offers no factors, the port is
            taken, or a number is out of range.
    """
    return Explorer(config)


def open_browser(address: str) -> bool:
    """Open the page in a browser, where there is one and somebody who could see it."""
    seen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not seen:
        return False
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
