"""Where does a request come from that a port of ours passed on as a whole, sealed connection?

Behind such a port every connection seems to come from this machine, and sealed bytes leave no place for a header.
"""

from collections.abc import Awaitable, Callable
from typing import cast

from litestar.types import HTTPScope, Receive, Scope, Send

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Arrivals:
    """Who is at the other end of a connection that the shared port passed on? Not the port, as the server behind sees.

    The port notes where each of its own connections came from before it passes on a byte, and the server behind runs
    in the same process: nothing that a client sends can change the note. Notes are kept by port number, so there are
    never more than there are ports, and a number that is used again has a new note before anything is read.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._came_from: dict[int, str] = {}

    def note(self, port: int, address: str) -> None:
        """A connection from ``port`` of this machine is really one from ``address``."""
        self._came_from[port] = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request as if there were no port between."""
        if str(scope["type"]) == "http":
            request = cast(HTTPScope, scope)
            client = request["client"]
            # Granian writes the port as text.
            if client is not None and (address := self._came_from.get(int(client[1]))) is not None:
                request["client"] = (address, client[1])
        await self._app(scope, receive, send)
