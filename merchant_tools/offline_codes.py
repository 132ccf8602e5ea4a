"""Is this a counter's challenge, a paper card of the county, a receipt of one of its devices?

Written from ``fixtures/protocols/{challenge,card,receipt}/SPEC.md`` alone, so that a merchant can check without a
server what a counter showed, what was shown to it, and what a customer brings back.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import base45

from merchant_tools.signed import (
    LATEST_SECOND,
    NotOurForm,
    SignedObject,
    TrustList,
    is_county,
    is_signed_by,
    is_uint,
    open_signed,
    read_cbor,
)

LONGEST_CARD_LIFE = 366 * 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Challenge:
    """What a counter asks a holder to sign; ``digest`` is what the signature covers."""

    county: str
    device: UUID
    nonce: bytes
    amount_fen: int
    digest: bytes


@dataclass(frozen=True)
class Card:
    """What a paper card says; seconds since 1970."""

    county: str
    card: UUID
    not_before: int
    expires_at: int
    status_index: int
    home: UUID
    flags: int


@dataclass(frozen=True)
class Receipt:
    """What a device signed for a customer; seconds since 1970."""

    county: str
    device: UUID
    seq: int
    event_hash: bytes
    voucher: UUID
    amount_fen: int
    time: int


def read_challenge(text: str, *, county: str) -> Challenge:
    """The challenge on a counter's screen. Raises ``NotOurForm`` with the first reason of the specification."""
    data = _bytes_of(text, "XM1", 128, "challenge")
    match _cbor_of(data, "challenge-unreadable"):
        case ["XM1", number, bytes(device), bytes(nonce), amount] if is_county(number) and _is_some(amount):
            if len(device) == len(nonce) == 16:
                _ours(number, county, "challenge")
                return Challenge(county, UUID(bytes=device), nonce, amount, hashlib.sha256(data).digest())
    raise NotOurForm("challenge-malformed")


def check_card(text: str, *, trust: TrustList, county: str, at: datetime) -> Card:
    """What a card proves at this instant. Raises ``NotOurForm`` with the first reason of the specification."""
    data = _bytes_of(text, "XP1", 256, "card")
    try:
        signed = open_signed(data)
    except NotOurForm as problem:
        raise NotOurForm("card-malformed" if problem.reason == "malformed" else problem.reason) from None
    card = _card_of(signed.items)
    _ours(int(card.county), county, "card")
    _check_issuer(card, signed, trust)
    if card.expires_at - card.not_before > LONGEST_CARD_LIFE:
        raise NotOurForm("card-lives-too-long")
    if at < _EPOCH + timedelta(seconds=card.not_before):
        raise NotOurForm("card-not-yet-valid")
    if at >= _EPOCH + timedelta(seconds=card.expires_at):
        raise NotOurForm("card-expired")
    return card


def check_receipt(text: str, *, county: str, devices: Mapping[UUID, bytes]) -> Receipt:
    """The receipt, if its device signed it; ``devices`` are compressed points. Raises ``NotOurForm``."""
    data = _bytes_of(text, "XR1", 384, "receipt")
    match _cbor_of(data, "receipt-unreadable"):
        case [bytes(content), bytes(signature)] if len(signature) == 64:
            receipt = _receipt_of(_cbor_of(content, "receipt-unreadable"))
        case _:
            raise NotOurForm("receipt-malformed")
    _ours(int(receipt.county), county, "receipt")
    if receipt.device not in devices:
        raise NotOurForm("receipt-device-unknown")
    if not is_signed_by(devices[receipt.device], signature, content):
        raise NotOurForm("receipt-forged")
    return receipt


def _bytes_of(text: str, kind: str, longest: int, name: str) -> bytes:
    text = text.strip(" \t\r\n")
    if not text.startswith(f"{kind}:"):
        newer = re.match(f"{kind[:2]}[0-9]:", text)
        raise NotOurForm(f"{name}-version-unsupported" if newer else f"not-a-{name}")
    if len(text) > longest or "\n" in text:
        raise NotOurForm(f"{name}-unreadable")
    try:
        return bytes(base45.b45decode(text[4:]))
    except ValueError:
        raise NotOurForm(f"{name}-unreadable") from None


def _cbor_of(data: bytes, reason: str) -> Any:
    try:
        return read_cbor(data)
    except NotOurForm:
        raise NotOurForm(reason) from None


def _ours(number: int, county: str, name: str) -> None:
    if str(number) != county:
        raise NotOurForm(f"{name}-wrong-county")


def _is_some(value: Any) -> bool:
    return is_uint(value) and value > 0


def _card_of(items: list[Any]) -> Card:
    match items:
        case ["XP1", number, bytes(card), start, end, index, bytes(home), flags] if len(card) == len(home) == 16:
            instants = is_uint(start, LATEST_SECOND) and is_uint(end, LATEST_SECOND)
            if is_county(number) and instants and is_uint(index) and is_uint(flags) and flags in (0, 2):
                return Card(str(number), UUID(bytes=card), start, end, index, UUID(bytes=home), flags)
    raise NotOurForm("card-malformed")


def _check_issuer(card: Card, signed: SignedObject, trust: TrustList) -> None:
    issuer = trust.keys.get(signed.kid)
    if issuer is None:
        raise NotOurForm("issuer-unknown")
    if not issuer.not_before <= card.not_before < issuer.not_after:
        raise NotOurForm("issuer-not-serving")
    if not is_signed_by(issuer.point, signed.signature, signed.message):
        raise NotOurForm("card-forged")


def _receipt_of(value: Any) -> Receipt:
    match value:
        case ["XR1", number, bytes(device), seq, bytes(event), bytes(voucher), amount, time]:
            ids = len(device) == len(voucher) == 16 and len(event) == 32
            if ids and is_county(number) and _is_some(seq) and _is_some(amount) and is_uint(time, LATEST_SECOND):
                return Receipt(str(number), UUID(bytes=device), seq, event, UUID(bytes=voucher), amount, time)
    raise NotOurForm("receipt-malformed")
