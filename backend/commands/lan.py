"""How does a phone on the same network reach the demonstration? Over HTTPS, with an authority that we make ourselves.

One port answers everybody: TLS is passed on untouched to the server behind, and so is plain HTTP from this machine,
which browsers count as secure. Plain HTTP from elsewhere gets the page that says why, and the authority's certificate
for download. The authority lives beside the demonstration, so that a phone trusts it once.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import trustme
from msgspec import Struct

from backend.commands.listening import Door
from backend.database.keyring import write_secret
from backend.kernel.instants import now
from backend.web.arrivals import Arrivals
from backend.web.plain_http import CERTIFICATE_PATH, why_not

TLS_HANDSHAKE = b"\x16"
"""The first byte of every TLS connection; no HTTP request begins with it."""
LEAF_LASTS = timedelta(days=390)
"""Phones refuse a server's certificate that is valid for longer than 398 days."""
FIRST_BYTES_SECONDS = 10
CHUNK = 65_536
AUTHORITY = "驿站演示 Yizhan demonstration"


class Authority(Struct, frozen=True, kw_only=True):
    """Where the certificates lie; ``authority`` is what a phone has to trust."""

    authority: Path
    certificate: Path
    key: Path


class Behind(Struct, frozen=True, kw_only=True):
    """What stands behind the shared port: one door for TLS, one for plain HTTP from this machine."""

    secure: Door
    plain: Door
    arrivals: Arrivals


def own_address() -> str:
    """This machine's address on the network it would use to reach others; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # TEST-NET-1: documentation's own, no host.
            return str(asked.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def certify(folder: Path, names: list[str]) -> Authority:
    """A fresh certificate for these names and addresses, signed by the folder's authority, which is made once."""
    folder.mkdir(parents=True, exist_ok=True)
    known = Authority(authority=folder / "ca.pem", certificate=folder / "server.pem", key=folder / "server.key")
    secret = folder / "ca.key"
    if known.authority.exists() and secret.exists():
        authority = trustme.CA.from_pem(known.authority.read_bytes(), secret.read_bytes())
    else:
        authority = trustme.CA(organization_name=AUTHORITY, organization_unit_name=socket.gethostname())
        secret.unlink(missing_ok=True)
        write_secret(secret, authority.private_key_pem.bytes())
        known.authority.write_bytes(authority.cert_pem.bytes())
    leaf = authority.issue_cert(*names, not_before=now() - timedelta(days=1), not_after=now() + LEAF_LASTS)
    known.certificate.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
    known.key.unlink(missing_ok=True)
    write_secret(known.key, leaf.private_key_pem.bytes())
    return known


@asynccontextmanager
async def shared_port(door: Door, behind: Behind, authority: Authority, https: str) -> AsyncIterator[None]:
    """Listen at ``door`` for everybody; whoever may not go on ``behind`` is told why not."""
    page = why_not(https)
    certificate = ssl.PEM_cert_to_DER_cert(authority.authority.read_text())

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            # Whoever hangs up or says nothing is nobody's fault; the connection is closed below.
            async with asyncio.timeout(FIRST_BYTES_SECONDS):
                first = await reader.readexactly(1)
            address = str(writer.get_extra_info("peername")[0])
            if first == TLS_HANDSHAKE:
                await _pass_on(first, reader, writer, behind.secure, behind.arrivals, address)
            elif ip_address(address).is_loopback:
                await _pass_on(first, reader, writer, behind.plain, behind.arrivals, address)
            else:
                async with asyncio.timeout(FIRST_BYTES_SECONDS):
                    asked = first + await reader.readuntil(b"\r\n\r\n")
                writer.write(_answer(asked, page, certificate))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(meet, door.host, door.port)
    try:
        yield
    finally:
        server.close()


async def _pass_on(
    first: bytes,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    door: Door,
    arrivals: Arrivals,
    address: str,
) -> None:
    to_server, from_us = await asyncio.open_connection(door.host, door.port)
    arrivals.note(from_us.get_extra_info("sockname")[1], address)
    from_us.write(first)
    try:
        await asyncio.gather(_copy(reader, from_us), _copy(to_server, writer))
    finally:
        from_us.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


def _answer(asked: bytes, page: bytes, certificate: bytes) -> bytes:
    path = asked.split(b" ", 2)[1] if asked.count(b" ") >= 2 else b"/"
    body, kind = (page, b"text/html; charset=utf-8")
    if path.partition(b"?")[0] == CERTIFICATE_PATH.encode():
        body, kind = certificate, b"application/x-x509-ca-cert"
    head = (
        b"HTTP/1.1 200 OK",
        b"content-type: " + kind,
        b"content-length: " + str(len(body)).encode(),
        b"cache-control: no-store",
        b"x-content-type-options: nosniff",
        b"content-security-policy: default-src 'none'",
        b"connection: close",
    )
    return b"\r\n".join(head) + b"\r\n\r\n" + (b"" if asked.startswith(b"HEAD ") else body)
