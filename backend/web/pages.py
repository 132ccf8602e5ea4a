"""How do the four apps reach the browser? From memory, compressed once, hashed assets for ever, pages never stale.

What ``pwa/dist`` has is listed at the start, and its pages are read then: a build that is put in place later is not
served in part, but whole after the next start. Assets carry the hash of their content in their names: each is read and
compressed when it is first asked for, since the builds of thirty days are thousands of files.

A page address below an app's folder answers that app's HTML, so that a link into the app can be opened and reloaded.
"""

import hashlib
import mimetypes
import os
from functools import cached_property
from pathlib import Path

from litestar.types import HTTPScope, Send
from msgspec import Struct
from msgspec.structs import replace

from backend.web.packing import SMALLEST_PACKED, packed, takes_gzip

APPS = ("resident", "station", "merchant", "office")
ASSETS = "/assets/"
FAVICON, ICON = "/favicon.ico", "/assets/resident-192-"
"""What is opened without a page of ours around it, data above all, is asked for its icon there; and the built one."""
IMMUTABLE = b"public, max-age=31536000, immutable"

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/avif", ".avif")
mimetypes.add_type("image/webp", ".webp")
mimetypes.add_type("application/wasm", ".wasm")


class Served(Struct, frozen=True, dict=True):
    """One file, ready to send; ``dict`` gives the compressed form a place beside the fields."""

    body: bytes
    compressible: bool
    headers: tuple[tuple[bytes, bytes], ...]
    etag: bytes
    status: int = 200

    @cached_property
    def zipped(self) -> bytes | None:
        """The compressed body; ``None`` where it would not be smaller."""
        return packed(self.body, 9) if self.compressible else None

    def rewritten(self, body: bytes) -> "Served":
        """The same kind of file with another body."""
        return Served(body, self.compressible, self.headers, _etag(body), self.status)


def is_page(served: Served) -> bool:
    """Whether a browser shows it, rather than a page that asks for it."""
    return dict(served.headers)[b"content-type"].startswith(b"text/html")


class Pages:
    """The built PWA, its files in memory as they are asked for; empty when not built (``missing`` tells ``/``)."""

    def __init__(self, dist: Path) -> None:
        self._files: dict[str, Served] = {}
        self._dist = dist
        self._unread: set[str] = set()
        for folder, _, names in os.walk(dist):
            place = folder.removeprefix(str(dist))
            self._unread.update([f"{place}/{name}" for name in names])
        for path in [path for path in self._unread if not path.startswith(ASSETS)]:
            self._read(path)

    @property
    def missing(self) -> bool:
        """Whether there is nothing to show."""
        return not self._files and not self._unread

    def find(self, path: str) -> Served | None:
        """The file at an address; an address below an app's folder without a file of its own means the app."""
        if (found := self._files.get(path) or self._read(path)) is not None:
            return found
        first = path.strip("/").partition("/")[0]
        if path == "/":
            return self._app("resident")
        if path == FAVICON:
            return self._icon()
        if first in APPS and "." not in path.rpartition("/")[2]:
            return self._app(first)
        return None

    def _read(self, path: str) -> Served | None:
        if path not in self._unread:
            return None
        self._unread.discard(path)
        try:
            self._files[path] = _served(path, Path(f"{self._dist}{path}").read_bytes())
        except FileNotFoundError:  # A build that was put in place since has tidied it away.
            return None
        return self._files[path]

    def _icon(self) -> Served | None:
        name = next((path for path in (*self._files, *self._unread) if path.startswith(ICON)), "")
        found = self.find(name) if name else None
        return found and replace(found, headers=(*found.headers[:-1], (b"cache-control", b"no-cache")))

    def _app(self, name: str) -> Served | None:
        for candidate in (f"/{name}/index.html", f"/{name}.html"):
            if candidate in self._files:
                return self._files[candidate]
        return None


def _served(path: str, body: bytes) -> Served:
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith(("json", "javascript")):
        kind += "; charset=utf-8" if kind.startswith("text/") else ""
    packed_already = kind.startswith(("image/webp", "image/avif", "image/png", "font/"))
    headers = [
        (b"content-type", kind.encode()),
        (b"vary", b"accept-encoding"),
        (b"cache-control", IMMUTABLE if path.startswith(ASSETS) else b"no-cache"),
    ]
    if path.endswith("/sw.js"):
        headers.append((b"service-worker-allowed", b"/"))
    return Served(
        body=body,
        compressible=len(body) > SMALLEST_PACKED and not packed_already,
        headers=tuple(headers),
        etag=_etag(body),
    )


def _etag(body: bytes) -> bytes:
    return b'"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"'


async def send_served(scope: HTTPScope, send: Send, served: Served) -> None:
    """Answer a GET or HEAD with a file, or 304 when the browser has it."""
    headers = [*served.headers, (b"etag", served.etag)]
    body, status = served.body, served.status
    if status == 200 and dict(scope["headers"]).get(b"if-none-match") == served.etag:
        body, status = b"", 304
    elif takes_gzip(scope["headers"]) and served.zipped is not None:
        body = served.zipped
        headers.append((b"content-encoding", b"gzip"))
    if status != 304:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body, "more_body": False})
