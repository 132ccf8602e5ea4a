"""Is the code that my scanner read a voucher of this county, shown by its holder, just now?

A till asks this before it sends the code, so that a screenshot or another county's voucher is told at once, without
a network. Whether the voucher is unspent only the county knows. Written from the specifications in
``fixtures/protocols/`` alone: presentation, token, keys-and-trust, short-code. Their vectors keep this program, the
county's and the phone's of one mind.
"""

import hashlib
import re
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
    is_point,
    is_signed_by,
    is_uint,
    open_signed,
    read_cbor,
)

LONGEST_LIFE = 7 * 86_400
FRESH_FOR = timedelta(seconds=60)
KNOWN_FLAGS = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPED = str.maketrans("０１２３４５６７８９", "0123456789")
_SEPARATORS = re.compile("[ \t\r\n\\-\u00a0\u2000-\u200b\u202f\u3000\u2010-\u2015\u2212\uff0d]")


@dataclass(frozen=True)
class Token:
    """What the county says about a voucher; seconds since 1970."""

    county: str
    voucher: UUID
    campaign: int
    terms_version: int
    face_fen: int
    not_before: int
    expires_at: int
    holder: bytes
    status_index: int
    flags: int
    domain: int


@dataclass(frozen=True)
class Shown:
    """A code that proved what a code can prove."""

    token: Token
    time: int
    counter: int
    token_hash: bytes
    """SHA-256 of the token's bytes."""
    signature: bytes
    """The holder's."""


def check_presentation(
    text: str,
    *,
    trust: TrustList,
    county: str,
    at: datetime,
    challenge: bytes = b"",
    fresh_for: timedelta = FRESH_FOR,
) -> Shown:
    """What the code proves at this instant. Raises ``NotOurForm`` with the first reason of the specification.

    A till without a network gives ``fresh_for`` from its policy: its clock was not set a moment ago.
    """
    data, seconds, counter, signature = _parts(text.strip(" \t\r\n"))
    token, signed = read_token(data)
    _check_issuer(token, signed, trust, county)
    _check_life(token, at)
    token_hash = hashlib.sha256(data).digest()
    message = b"XV1" + token_hash + seconds.to_bytes(8, "big") + counter.to_bytes(8, "big")
    if not is_signed_by(token.holder, signature, message + challenge):
        raise NotOurForm("holder-forged")
    drawn = _EPOCH + timedelta(seconds=seconds)
    if not challenge and at - drawn > fresh_for:
        raise NotOurForm("code-stale")
    if not challenge and drawn - at > fresh_for:
        raise NotOurForm("code-early")
    return Shown(token, seconds, counter, token_hash, signature)


def read_token(data: bytes) -> tuple[Token, SignedObject]:
    """A token taken apart, not yet believed. Raises ``NotOurForm`` with the reason of the specification."""
    try:
        signed = open_signed(data)
    except NotOurForm as problem:
        raise NotOurForm("token-malformed" if problem.reason == "malformed" else problem.reason) from None
    items = signed.items
    if items and isinstance(items[0], str) and items[0] != "XT1":
        raise NotOurForm("token-version-unsupported")
    if not _is_token(items):
        raise NotOurForm("token-malformed")
    _, county, voucher, campaign, terms, face, start, end, holder, index, flags, domain = items
    return Token(
        county=str(county),
        voucher=UUID(bytes=voucher),
        campaign=campaign,
        terms_version=terms,
        face_fen=face,
        not_before=start,
        expires_at=end,
        holder=holder,
        status_index=index,
        flags=flags,
        domain=domain,
    ), signed


def read_short_code(typed: str) -> str | None:
    """The eight digits that somebody typed (``fixtures/protocols/short-code/SPEC.md``), or nothing."""
    if len(typed) > 64:
        return None
    code = _SEPARATORS.sub("", typed.translate(_TYPED))
    return code if re.fullmatch(r"[0-9]{8}", code) else None


def _parts(text: str) -> tuple[bytes, int, int, bytes]:
    if not text.startswith("XV1:"):
        raise NotOurForm("code-version-unsupported" if re.match(r"XV[0-9]:", text) else "not-a-voucher-code")
    if len(text) > 512 or "\n" in text:
        raise NotOurForm("code-unreadable")
    try:
        body = read_cbor(base45.b45decode(text[4:]))
    except ValueError:
        raise NotOurForm("code-unreadable") from None
    match body:
        case [bytes(token), seconds, counter, bytes(signature)] if len(signature) == 64:
            if is_uint(seconds, LATEST_SECOND) and is_uint(counter):
                return token, seconds, counter, signature
    raise NotOurForm("code-malformed")


def _is_token(items: list[Any]) -> bool:
    if len(items) != 12 or items[0] != "XT1" or not is_county(items[1]) or not is_point(items[8]):
        return False
    instants, numbers = items[6:8], [*items[3:6], *items[9:]]
    in_range = all(is_uint(second, LATEST_SECOND) for second in instants) and all(map(is_uint, numbers))
    return in_range and isinstance(items[2], bytes) and len(items[2]) == 16 and items[10] <= KNOWN_FLAGS


def _check_issuer(token: Token, signed: SignedObject, trust: TrustList, county: str) -> None:
    if token.county != county:
        raise NotOurForm("wrong-county")
    issuer = trust.keys.get(signed.kid)
    if issuer is None:
        raise NotOurForm("issuer-unknown")
    if not issuer.not_before <= token.not_before < issuer.not_after:
        raise NotOurForm("issuer-not-serving")
    if not is_signed_by(issuer.point, signed.signature, signed.message):
        raise NotOurForm("token-forged")


def _check_life(token: Token, at: datetime) -> None:
    if token.expires_at - token.not_before > LONGEST_LIFE:
        raise NotOurForm("token-lives-too-long")
    if at < _EPOCH + timedelta(seconds=token.not_before):
        raise NotOurForm("token-not-yet-valid")
    if at >= _EPOCH + timedelta(seconds=token.expires_at):
        raise NotOurForm("token-expired")
