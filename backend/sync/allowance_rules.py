"""How much of each campaign's pool was set apart for this device?

An allowance ``XQ1`` is the county's signed word about the money that it dealt to one device for one episode, from one
full acknowledgement to the next. What it names is in the ledger already; a campaign that it does not name, or names
with 0, is taken online only. It never ends: the newest episode holds. Specification:
``fixtures/protocols/allowance/SPEC.md``; twins: ``pwa/src/offline/allowance.ts``, ``merchant_tools/device_papers.py``.
"""

from itertools import pairwise
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.cbor import CborValue
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import SigningKey
from backend.kernel.trust import TrustList, county_number, county_text, instant_of, seconds_of, uint
from backend.sync.issued_rules import IssuedFault, IssuedForm, open_issued, sign_issued

KIND: Final = "XQ1"
MOST_CAPS: Final = 500
"""Campaigns of one allowance."""
_LONGEST = 8_192
_LIMIT = 2**32


class AllowanceReason(Reason):
    """Why an allowance lets a device take nothing; one line and one vector each."""

    MALFORMED = "allowance-malformed", 409, "离线额度无法识别", "The allowance is not well formed"
    VERSION = (
        "allowance-version-unsupported",
        409,
        "离线额度版本较新，请更新本机",
        "The allowance is newer than this program",
    )
    ALGORITHM = "algorithm-unsupported", 409, "券的签名算法不支持", "The signature's algorithm is not supported"
    WRONG_COUNTY = "allowance-wrong-county", 409, "离线额度属于别的县", "The allowance is another county's"
    ISSUER_UNKNOWN = "issuer-unknown", 409, "发券方不在信任名单内", "The issuer is not in the trust list"
    ISSUER_NOT_SERVING = "issuer-not-serving", 409, "发券密钥不在有效期内", "The issuer's key was not in service then"
    FORGED = "allowance-forged", 409, "离线额度的签名不对", "The issuer's signature does not match"
    WRONG_DEVICE = "allowance-wrong-device", 409, "离线额度属于别的设备", "The allowance is another device's"
    OLDER = "allowance-older", 409, "已有更新的离线额度", "A newer allowance is already known"


_FAULTS = {
    IssuedFault.MALFORMED: AllowanceReason.MALFORMED,
    IssuedFault.VERSION: AllowanceReason.VERSION,
    IssuedFault.ALGORITHM: AllowanceReason.ALGORITHM,
    IssuedFault.WRONG_COUNTY: AllowanceReason.WRONG_COUNTY,
    IssuedFault.ISSUER_UNKNOWN: AllowanceReason.ISSUER_UNKNOWN,
    IssuedFault.ISSUER_NOT_SERVING: AllowanceReason.ISSUER_NOT_SERVING,
    IssuedFault.FORGED: AllowanceReason.FORGED,
}


class CampaignCap(Struct, frozen=True):
    """The most that a device takes offline for one campaign in one episode; the campaign's number in its county."""

    campaign: int
    cap_fen: int


class Allowance(Struct, frozen=True, kw_only=True):
    """What one device may take in one episode, in the order of the campaigns' numbers."""

    county: str
    device: UUID
    episode: int
    """From 1; grows with every full acknowledgement after which the county deals again."""
    after: int
    """The newest event that the county had when it dealt: events beyond it count in this episode."""
    dealt_at: Instant
    caps: tuple[CampaignCap, ...]

    @property
    def issued_at(self) -> Instant:
        """The issuer must have served when the allowance was dealt."""
        return self.dealt_at

    def cap_of(self, campaign: int) -> int:
        """The cap of a campaign in fen; 0 for one that is not named: online only."""
        return next((cap.cap_fen for cap in self.caps if cap.campaign == campaign), 0)

    def is_older_than(self, other: "Allowance") -> bool:
        """Whether it was dealt in an earlier episode, or earlier in the same one."""
        return (self.episode, self.dealt_at) < (other.episode, other.dealt_at)


def sign_allowance(allowance: Allowance, *, issuer: SigningKey, kid: bytes) -> bytes:
    """The signed bytes. Raises ``ValueError`` for an allowance that no device would use."""
    caps: list[CborValue] = [[cap.campaign, cap.cap_fen] for cap in allowance.caps]
    items: list[CborValue] = [
        KIND,
        county_number(allowance.county),
        allowance.device.bytes,
        allowance.episode,
        allowance.after,
        seconds_of(allowance.dealt_at),
        caps,
    ]
    return sign_issued(items, allowance, _FORM, issuer=issuer, kid=kid)


def verify_allowance(
    data: bytes, *, trust: TrustList, county: str, device: UUID, known: Allowance | None = None
) -> Allowance | Refused[AllowanceReason]:
    """The allowance, if the county dealt it to this device and no newer one is known; the same one again is taken."""
    allowance = open_issued(data, _FORM, trust=trust, county=county)
    if isinstance(allowance, IssuedFault):
        return Refused(_FAULTS[allowance])
    if allowance.device != device:
        return Refused(AllowanceReason.WRONG_DEVICE)
    if known is not None and allowance.is_older_than(known):
        return Refused(AllowanceReason.OLDER)
    return allowance


def _allowance_of(items: list[CborValue]) -> Allowance:
    match items:
        case ["XQ1", county, bytes(device), episode, after, dealt_at, [*listed]] if len(device) == 16:
            caps = tuple(map(_cap_of, listed))
            if len(caps) > MOST_CAPS or any(one.campaign >= other.campaign for one, other in pairwise(caps)):
                raise ValueError("at most 500 campaigns, ascending, each once")
            if uint(episode, _LIMIT) == 0:
                raise ValueError("episodes are numbered from 1")
            return Allowance(
                county=county_text(county),
                device=UUID(bytes=device),
                episode=uint(episode, _LIMIT),
                after=uint(after, _LIMIT),
                dealt_at=instant_of(dealt_at),
                caps=caps,
            )
    raise ValueError("not the seven items of an allowance")


def _cap_of(value: CborValue) -> CampaignCap:
    match value:
        case [campaign, cap] if uint(campaign, _LIMIT) > 0:
            return CampaignCap(uint(campaign, _LIMIT), uint(cap, _LIMIT))
    raise ValueError("a cap is [campaign's number, fen]")


_FORM = IssuedForm(KIND, _LONGEST, _allowance_of)
