"""A line on which every third answer is lost after it was given: what was done is done, and nobody hears of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class BadLine(ThreadingHTTPServer):
    """Passes everything on to the county, and loses answers of its interface once it is told to."""

    daemon_threads = True

    def __init__(self, county: str, first: int) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.county = urlsplit(county).netloc
        self.losing = False
        self.lost: list[str] = []
        self._count = first
        self._counting = threading.Lock()

    @property
    def address(self) -> str:
        """What people type."""
        return f"http://127.0.0.1:{self.server_port}"

    def loses(self, path: str) -> bool:
        """Whether this answer is one of those that are lost."""
        if not self.losing or not path.startswith("/api/"):
            return False
        with self._counting:
            self._count += 1
            if self._count % 3:
                return False
            self.lost.append(path)
            return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no news."""


class _Passing(BaseHTTPRequestHandler):
    server: BadLine

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        onward = HTTPConnection(self.server.county, timeout=30)
        # The host stays the one that was typed: the county compares it with the page's origin.
        onward.request(self.command, self.path, body or None, dict(self.headers))
        answer = onward.getresponse()
        content = answer.read()
        onward.close()
        if self.server.loses(self.path):
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOPS:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing is written down."""


@contextmanager
def bad_line(county: str, first: int) -> Iterator[BadLine]:
    """Such a line; `first` answers have already been counted."""
    line = BadLine(county, first)
    serving = threading.Thread(target=line.serve_forever, daemon=True)
    serving.start()
    yield line
    line.shutdown()
    line.server_close()
    serving.join()
