"""As whom does a resident claim, when "the same person" is any match among several keys?

Pure words shared by the slice that knows residents and the slices that limit them. Keys are keyed hashes (HMAC) and
never values; a key that is not known is absent and compared with nothing.
"""

from enum import IntEnum, StrEnum
from uuid import UUID

from msgspec import Struct


class KeyKind(StrEnum):
    """What can show that two accounts are one person."""

    ACCOUNT = "account"
    """The account itself; always known."""
    PHONE = "phone"
    """手机号"""
    DEVICE = "device"
    """The device that the resident's own session was opened on; never a helper's or a station's."""
    CARD = "card"
    """支付卡"""
    IDENTITY = "identity"
    """身份证号"""


class ProofLevel(IntEnum):
    """How well the county knows who somebody is; a campaign names the least level for claiming and redeeming."""

    NONE = 0
    """Nothing was shown yet."""
    PHONE = 1
    """A code sent to the phone came back."""
    VENDOR = 2
    """Name, identity number and phone were checked by a licensed vendor (三要素)."""
    STATION = 3
    """Seen at a station, with the document."""


class Claimant(Struct, frozen=True, kw_only=True):
    """What a claim needs to know of a resident, without a look into the database."""

    resident_id: UUID
    keys: tuple[tuple[KeyKind, bytes], ...]
    groups: frozenset[str] = frozenset()
    town_code: str | None = None
    proof_level: ProofLevel = ProofLevel.NONE
    frozen: bool = False
    """Stopped by the office (风控冻结) until a person has looked at it."""
