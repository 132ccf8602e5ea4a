"""The key of a resident's phone, on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.identity.records import HolderKey
from backend.kernel.signing import to_base64url
from backend.web.mends import told

_POINT = told("^[A-Za-z0-9_-]{44}([A-Za-z0-9_-]{43})?$", "公钥格式不对 / not a public key")
_SIGNATURE = told("^[A-Za-z0-9_-]{86}$", "签名格式不对 / not a signature")


class ChallengeAnswer(Struct, frozen=True, kw_only=True):
    """32 bytes in Base64 for URLs, to be signed once before `expires_at` (protocol `holder-enrolment`)."""

    challenge: str
    expires_at: datetime


class HolderKeyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The phone's public key (a point of P-256, 33 or 65 bytes) and its signature, in Base64 for URLs."""

    key: Annotated[str, Meta(max_length=87, pattern=_POINT)]
    signature: Annotated[str, Meta(max_length=86, pattern=_SIGNATURE)]


class HolderKeyAnswer(Struct, frozen=True, kw_only=True):
    """The live key of a resident's phone."""

    id: UUID
    key: str
    enrolled_at: datetime
    offline_from: datetime


class LiveKeyAnswer(Struct, frozen=True, kw_only=True):
    """The key of my phone; `null` while no phone has one."""

    holder_key: HolderKeyAnswer | None


def holder_key_answer(key: HolderKey) -> HolderKeyAnswer:
    """A phone's key."""
    return HolderKeyAnswer(
        id=key.id, key=to_base64url(key.point), enrolled_at=key.enrolled_at, offline_from=key.offline_from
    )
