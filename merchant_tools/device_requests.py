"""How does a till prove to the county that it holds its key, and ask for what it may read?

Written from ``fixtures/protocols/{device-enrolment,device-request}/SPEC.md`` alone. A till brings its own signer: it
takes a message and gives the raw signature of 64 bytes (ES256), so that the key may stay in whatever keeps it.
"""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import cbor2

from merchant_tools.signed import LATEST_SECOND, NotOurForm, is_county, is_signed_by, is_uint, read_cbor

SCHEME = "Device "
LONGEST_HEADER = 3_072
LONGEST_ADDRESS = 2_048
Signer = Callable[[bytes], bytes]
_ADDRESS = re.compile(r"/[!-~]*")


@dataclass(frozen=True)
class ReadRequest:
    """What a device asks for; ``t_dev`` in seconds since 1970."""

    county: str
    device: UUID
    t_dev: int
    address: str


def possession_message(*, county: str, device: UUID, code: bytes, key: bytes) -> bytes:
    """What a till signs at its enrolment: the code has 16 bytes, the key is a compressed point."""
    if len(code) != 16:
        raise ValueError("a code has 16 bytes")
    return cbor2.dumps(["XD1", int(county), device.bytes, hashlib.sha256(code).digest(), key], canonical=True)


def check_possession(*, county: str, device: UUID, code: bytes, key: bytes, signature: bytes) -> None:
    """Raises ``NotOurForm`` unless the key made this proof for this code."""
    if not is_signed_by(key, signature, possession_message(county=county, device=device, code=code, key=key)):
        raise NotOurForm("device-proof-forged")


def write_request(request: ReadRequest, *, sign: Signer) -> str:
    """The value of the header ``Authorization``. Raises ``ValueError`` for a request that no county would read."""
    items = ["XG1", int(request.county), request.device.bytes, request.t_dev, request.address]
    _request_of(items)
    content = cbor2.dumps(items, canonical=True)
    data = cbor2.dumps([content, sign(content)], canonical=True)
    return SCHEME + urlsafe_b64encode(data).rstrip(b"=").decode()


def check_request(header: str | None, *, county: str, address: str, devices: Mapping[UUID, bytes]) -> ReadRequest:
    """The request, if its device (a compressed point) signed it. Raises ``NotOurForm``."""
    if header is None or not header.startswith(SCHEME):
        raise NotOurForm("request-unsigned")
    try:
        content, signature = read_cbor(_bytes_of(header))
        items = read_cbor(content)
    except (TypeError, ValueError):
        raise NotOurForm("request-unreadable") from None
    if not isinstance(signature, bytes) or len(signature) != 64:
        raise NotOurForm("request-unreadable")
    if isinstance(items, list) and items and isinstance(items[0], str) and items[0] != "XG1":
        raise NotOurForm("request-version-unsupported")
    request = _request_of(items)
    if request.county != county:
        raise NotOurForm("request-wrong-county")
    if request.address != address:
        raise NotOurForm("request-wrong-address")
    if request.device not in devices:
        raise NotOurForm("request-device-unknown")
    if not is_signed_by(devices[request.device], signature, content):
        raise NotOurForm("request-forged")
    return request


def _bytes_of(header: str) -> bytes:
    """Base64 for URLs in its one form. Raises ``ValueError``."""
    text = header.removeprefix(SCHEME)
    if len(header) > LONGEST_HEADER or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("not Base64 for URLs")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise ValueError("another form of the same bytes")
    return data


def _request_of(items: Any) -> ReadRequest:
    match items:
        case ["XG1", number, bytes(device), t_dev, str(address)] if len(device) == 16:
            good = is_county(number) and is_uint(t_dev, LATEST_SECOND) and _ADDRESS.fullmatch(address)
            if good and len(address) <= LONGEST_ADDRESS:
                return ReadRequest(str(number), UUID(bytes=device), t_dev, address)
    raise NotOurForm("request-malformed")
