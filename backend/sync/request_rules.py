"""Which device asks to read this, when nobody is signed in at it?

A read request ``XG1`` stands in the header ``Authorization: Device …``: the device signs the address that it asks for.
It serves reading only. No clock decides, so the same request may be sent again by whoever saw it; it then reads the
same address. Specification: ``fixtures/protocols/device-request/SPEC.md``; twins:
``pwa/src/offline/device_request.ts``, ``merchant_tools/device_requests.py``.
"""

import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel import cbor
from backend.kernel.cbor import CborValue
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import (
    SIGNATURE_BYTES,
    KeyProblem,
    PublicKey,
    SigningKey,
    from_base64url,
    to_base64url,
)
from backend.kernel.trust import county_number, county_text, instant_of, seconds_of

KIND: Final = "XG1"
SCHEME: Final = "Device "
LONGEST_HEADER: Final = 3_072
LONGEST_ADDRESS: Final = 2_048
_ADDRESS = re.compile(r"/[!-~]*")


class RequestReason(Reason):
    """Why a device may not read this; one line and one vector each."""

    UNSIGNED = "request-unsigned", 401, "请求没有设备签名", "The request has no signature of a device"
    UNREADABLE = "request-unreadable", 400, "设备请求无法识别", "The device's request is damaged"
    VERSION = (
        "request-version-unsupported",
        400,
        "设备请求版本较新，请升级系统",
        "The device's request is newer than this program",
    )
    MALFORMED = "request-malformed", 400, "设备请求内容不对", "The device's request is not well formed"
    WRONG_COUNTY = "request-wrong-county", 401, "设备请求属于别的县", "The device's request is another county's"
    WRONG_ADDRESS = "request-wrong-address", 401, "设备签的是别的地址", "The device signed another address"
    DEVICE_UNKNOWN = "request-device-unknown", 401, "设备没有登记", "No device of this id may read here"
    FORGED = "request-forged", 401, "设备请求的签名不对", "The device's signature does not match"


class ReadRequest(Struct, frozen=True, kw_only=True):
    """What a device asks for."""

    county: str
    device: UUID
    t_dev: Instant
    """What the device's clock showed; it decides nothing."""
    address: str
    """Path and query as they stand in the request's first line."""


class SignedRequest(Struct, frozen=True):
    """A request with the bytes that were signed; believe it only after ``is_from``."""

    request: ReadRequest
    content: bytes
    signature: bytes

    def is_from(self, key: PublicKey) -> bool:
        """Whether this key signed the content."""
        return key.verifies(self.signature, self.content)


def sign_request(request: ReadRequest, *, device: SigningKey) -> str:
    """The header's value. Raises ``ValueError`` for a request that no county would read."""
    items: list[CborValue] = [
        KIND,
        county_number(request.county),
        request.device.bytes,
        seconds_of(request.t_dev),
        request.address,
    ]
    content = cbor.encode(items)
    _request_of(items)
    return SCHEME + to_base64url(cbor.encode([content, device.sign(content)]))


def read_request(header: str | None, *, county: str, address: str) -> SignedRequest | Refused[RequestReason]:
    """Which device claims to ask for this address of this county, or the first reason why none does."""
    if header is None or not header.startswith(SCHEME):
        return Refused(RequestReason.UNSIGNED)
    if len(header) > LONGEST_HEADER:
        return Refused(RequestReason.UNREADABLE, f"at most {LONGEST_HEADER} signs")
    try:
        match cbor.decode(from_base64url(header.removeprefix(SCHEME))):
            case [bytes(content), bytes(signature)] if len(signature) == SIGNATURE_BYTES:
                value = cbor.decode(content)
            case _:
                return Refused(RequestReason.UNREADABLE, "not [content, signature]")
    except (KeyProblem, cbor.CborProblem) as problem:
        return Refused(RequestReason.UNREADABLE, str(problem))
    match value:
        case [str(kind), *_] if kind != KIND:
            return Refused(RequestReason.VERSION)
    try:
        request = _request_of(value)
    except ValueError as problem:
        return Refused(RequestReason.MALFORMED, str(problem))
    if request.county != county:
        return Refused(RequestReason.WRONG_COUNTY)
    if request.address != address:
        return Refused(RequestReason.WRONG_ADDRESS)
    return SignedRequest(request, content, signature)


def verify_request(
    header: str | None, *, county: str, address: str, devices: Mapping[UUID, PublicKey]
) -> ReadRequest | Refused[RequestReason]:
    """The request, if one of these devices signed it."""
    read = read_request(header, county=county, address=address)
    if isinstance(read, Refused):
        return read
    return believe_request(read, devices.get(read.request.device))


def believe_request(read: SignedRequest, key: PublicKey | None) -> ReadRequest | Refused[RequestReason]:
    """The request, if its device is known by this key and signed it; None for a device that nobody knows."""
    if key is None:
        return Refused(RequestReason.DEVICE_UNKNOWN)
    if not read.is_from(key):
        return Refused(RequestReason.FORGED)
    return read.request


def _request_of(value: CborValue) -> ReadRequest:
    match value:
        case ["XG1", county, bytes(device), t_dev, str(address)] if len(device) == 16:
            if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
                raise ValueError("an address begins with / and has at most 2048 signs of ASCII without spaces")
            return ReadRequest(
                county=county_text(county), device=UUID(bytes=device), t_dev=instant_of(t_dev), address=address
            )
    raise ValueError("not the five items of a request")
