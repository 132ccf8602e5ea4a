"""How does the program listen? One process by itself, or several workers behind one port.

One process runs the server inside its own event loop: what ends the process ends everything, and a start costs one
import of the program. Several processes are the server's own workers and need PostgreSQL.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, Loops, SSLProtocols
from granian.log import LogLevels
from granian.server.embed import Server
from granian.server.mp import MPServer
from msgspec import Struct

from backend.app import Application
from backend.commands.words import Stop, complain
from backend.web.arrivals import Arrivals

BACKLOG = 1024
STOP_SECONDS = 5


class Door(Struct, frozen=True, kw_only=True):
    """Where the program listens; with a certificate it speaks HTTPS only."""

    host: str
    port: int
    certificate: Path | None = None
    certificate_key: Path | None = None

    @property
    def address(self) -> str:
        """The address for a browser on this machine."""
        scheme = "https" if self.certificate else "http"
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - asked about, not bound
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"


def free_door(host: str, port: int) -> Door:
    """The door, if nobody else holds it; port 0 takes a free one. Raises ``Stop``.

    The server shares ports silently (SO_REUSEPORT), so two counties could answer in turns: we look first.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError:
            raise Stop(f"端口 {port} 不存在：请用 1 到 65535。", f"There is no port {port}: give 1 to 65535.") from None
        except PermissionError:
            raise Stop(
                f"无权使用端口 {port}：请换 1024 以上的端口（--port）。",
                f"No right to use port {port}: choose one above 1024 (--port).",
            ) from None
        except OSError as error:
            raise Stop(
                f"{host} 的端口 {port} 不能用（{error.strerror}）：可能已被占用，请换一个（--port）。",
                f"Port {port} of {host} cannot be used ({error.strerror}): it may be taken; choose another (--port) "
                "or stop the program that holds it.",
            ) from None
        return Door(host=host, port=probe.getsockname()[1])


async def serve_here(
    application: Application,
    doors: Sequence[Door],
    opened: Callable[[], Awaitable[None]],
    *,
    entrance: Arrivals | None = None,
) -> int:
    """Serve in this process until SIGTERM or SIGINT; ``opened`` is called once the first door answers.

    The first door starts and stops the application; requests come in through ``entrance`` where there is one.
    """
    servers = [
        _server(entrance or application, door, Interfaces.ASGINL if nth else Interfaces.ASGI)
        for nth, door in enumerate(doors)
    ]
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    serving = [asyncio.create_task(server.serve(), name="serve") for server in servers]
    greeting = asyncio.create_task(_greet(doors[0], opened), name="greet")
    asked = asyncio.create_task(stopping.wait(), name="stop")
    await asyncio.wait((*serving, asked), return_when=asyncio.FIRST_COMPLETED)
    greeting.cancel()
    asked.cancel()
    if ended := [task for task in serving if task.done()]:
        await ended[0]
        complain("服务意外停止，原因见上。", "The server stopped by itself; the reason stands above.")
        return 1
    for server in servers:
        server.interrupt_signal = True
        server.main_loop_interrupt.set()
    _, open_still = await asyncio.wait(serving, timeout=STOP_SECONDS)
    if open_still:
        # An answer that never ends (a live feed) must not keep a county from being restarted.
        logging.getLogger(__name__).info("connections were still open after %s s and are cut", STOP_SECONDS)
        await application.close()
    return 0


def _server(target: Arrivals | Application, door: Door, interface: Interfaces) -> Server:
    return Server(
        target,
        address=door.host,
        port=door.port,
        interface=interface,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        log_level=LogLevels.error,
        ssl_cert=door.certificate,
        ssl_key=door.certificate_key,
        ssl_protocol_min=SSLProtocols.tls12,  # Phones of ten years ago are in use here, and TLS 1.2 is sound.
    )


async def _greet(door: Door, opened: Callable[[], Awaitable[None]]) -> None:
    host = "127.0.0.1" if door.host in ("0.0.0.0", "") else door.host  # noqa: S104 - compared, not bound
    while True:
        try:
            _, writer = await asyncio.open_connection(host, door.port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        await opened()
        return


def serve_with_workers(door: Door, workers: int) -> None:
    """Serve with several processes until SIGTERM; each builds its application from the environment."""
    MPServer(
        "backend.commands.asgi:worker_application",
        address=door.host,
        port=door.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        loop=Loops.uvloop,
        websockets=False,
        workers=workers,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        factory=True,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        working_dir=Path(os.getcwd()),
    ).serve()
