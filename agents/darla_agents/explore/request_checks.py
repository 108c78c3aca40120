"""Which requests are served: those of the page itself, and no others.

A browser lets any page that one visits send requests to 127.0.0.1. It says truly which host it
believes to speak to (``Host``, which another name for this address would betray) and whose page
asks (``Origin``, ``Sec-Fetch-Site``); requests that are not the page's own are refused unread.
"""

from email.message import Message
from http import HTTPStatus

LARGEST_MESSAGE = 1 << 18
"""The most bytes of a message; the page's own have thousands."""
JSON = "application/json"
_OWN_SITES = ("same-origin", "none")


class Refused(Exception):
    """A request that is not served: its status, and one line that says why."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def check_sender(headers: Message, port: int) -> None:
    """Raise :class:`Refused` unless a request is of the page that is served on this port."""
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
    named = headers.get_all("Host", [])
    host = named[0] if len(named) == 1 else ""
    if host not in hosts:
        raise Refused(HTTPStatus.FORBIDDEN, f"the Host is not 127.0.0.1:{port}")
    origin = headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise Refused(HTTPStatus.FORBIDDEN, "the Origin is not this page")
    from_elsewhere = headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES
    if from_elsewhere and not _follows_a_link(headers):
        raise Refused(HTTPStatus.FORBIDDEN, "another site asks")


def _follows_a_link(headers: Message) -> bool:
    """Whether somebody opens the page itself, in a window that no other page sees into."""
    mode, what = headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest")
    return mode == "navigate" and what == "document"


def message_length(headers: Message) -> int:
    """Return how many bytes of a message follow; :class:`Refused` where it is none to be read."""
    kind = (headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"messages are {JSON}")
    length = headers.get("Content-Length") or ""
    if not (length.isascii() and length.isdigit()):
        raise Refused(HTTPStatus.LENGTH_REQUIRED, "the message has no Content-Length")
    if len(length) > len(str(LARGEST_MESSAGE)) or int(length) > LARGEST_MESSAGE:
        most = f"messages have at most {LARGEST_MESSAGE} bytes"
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, most)
    return int(length)
