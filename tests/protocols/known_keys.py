"""Keys that everybody knows, and the instants and lists that the vectors share. Never use them for anything real."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from backend.kernel.signing import CURVE_ORDER, SigningKey
from backend.kernel.tokens import Token
from backend.kernel.trust import IssuerKey, TrustList, trusting

COUNTY = "511527"
OTHER_COUNTY = "511528"
AT = datetime(2026, 10, 1, 2, 0, 0, tzinfo=UTC)
"""Ten o'clock of the first day of a holiday, in Asia/Shanghai."""

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
VOUCHER = UUID("01999999-0000-7000-8000-000000000001")
RESIDENT = UUID("01999999-0000-7000-8000-000000000002")
DEVICE = UUID("01999999-0000-7000-8000-000000000003")
OTHER_DEVICE = UUID("01999999-0000-7000-8000-000000000004")
CARD = UUID("01999999-0000-7000-8000-000000000005")
OPERATOR = UUID("01999999-0000-7000-8000-000000000006")
MERCHANT = UUID("01999999-0000-7000-8000-000000000007")
STATION = UUID("01999999-0000-7000-8000-000000000008")


def known_key(name: str) -> SigningKey:
    """The test key of a name: its scalar is the SHA-256 of a sentence that says what it is."""
    return SigningKey.from_scalar(hashlib.sha256(f"yizhan TEST KEY, worth nothing: {name}".encode()).digest())


ROOT = known_key("root")
ISSUER = known_key("issuer")
NEXT_ISSUER = known_key("next issuer")
HOLDER = known_key("holder")
STRANGER = known_key("stranger")
COUNTER = known_key("counter's device")
OTHER_COUNTER = known_key("another counter's device")
ISSUER_KID = bytes.fromhex("a1b2")
NEXT_KID = bytes.fromhex("c3d4")
ROOT_KID = bytes.fromhex("f00d")


def trust_list(serial: int = 7) -> TrustList:
    """The issuer until New Year and its successor from the middle of December."""
    issuer = IssuerKey(ISSUER_KID, ISSUER.public, AT - 90 * DAY, AT + 92 * DAY)
    successor = IssuerKey(NEXT_KID, NEXT_ISSUER.public, AT + 75 * DAY, AT + 440 * DAY)
    return trusting(COUNTY, [successor, issuer], serial=serial, at=AT - DAY)


def token(
    *, county: str = COUNTY, life: timedelta = 7 * DAY, start: datetime = AT, face_fen: int = 5000, flags: int = 2
) -> Token:
    """A 50-yuan voucher's token in a demonstration county."""
    return Token(
        county=county,
        voucher=VOUCHER,
        campaign=3,
        terms_version=2,
        face_fen=face_fen,
        not_before=start,
        expires_at=start + life,
        holder=HOLDER.public,
        status_index=1234,
        flags=flags,
    )


def other_half(signature: bytes) -> bytes:
    """The same signature with n - s instead of s: low becomes high and high becomes low."""
    return signature[:32] + (CURVE_ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")


def high_s(signature: bytes) -> bytes:
    """The form of a signature whose s is in the upper half."""
    return max(signature, other_half(signature), key=lambda form: form[32:])
