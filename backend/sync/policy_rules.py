"""Which limits has the county set for taking vouchers without a network?

A policy ``XL1`` is the county's signed word about the limits of ``limits_rules.py``. It is numbered and never ends: the
newest one that a device believes holds, and every event names the one that was applied. What a policy can cost is in
``draft_rules.py``. Specification: ``fixtures/protocols/policy/SPEC.md``; twins: ``pwa/src/offline/policy.ts``,
``merchant_tools/device_papers.py``.
"""

from datetime import timedelta
from typing import Final

from msgspec import Struct

from backend.kernel.cbor import CborValue
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.kernel.signing import SigningKey
from backend.kernel.trust import TrustList, county_number, county_text, instant_of, seconds_of, uint
from backend.sync.issued_rules import IssuedFault, IssuedForm, open_issued, sign_issued
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits

KIND: Final = "XL1"
WHOLE_BP: Final = 10_000
"""Basis points of a whole."""
_SECOND = timedelta(seconds=1)
_LONGEST = 512
_LIMIT = 2**32


class PolicyReason(Reason):
    """Why a policy is not applied; one line and one vector each."""

    MALFORMED = "policy-malformed", 409, "离线限额无法识别", "The offline policy is not well formed"
    VERSION = (
        "policy-version-unsupported",
        409,
        "离线限额版本较新，请更新本机",
        "The offline policy is newer than this program",
    )
    ALGORITHM = "algorithm-unsupported", 409, "券的签名算法不支持", "The signature's algorithm is not supported"
    WRONG_COUNTY = "policy-wrong-county", 409, "离线限额属于别的县", "The offline policy is another county's"
    ISSUER_UNKNOWN = "issuer-unknown", 409, "发券方不在信任名单内", "The issuer is not in the trust list"
    ISSUER_NOT_SERVING = "issuer-not-serving", 409, "发券密钥不在有效期内", "The issuer's key was not in service then"
    FORGED = "policy-forged", 409, "离线限额的签名不对", "The issuer's signature does not match"
    OLDER = "policy-older", 409, "已有更新的离线限额", "A newer offline policy is already known"


_FAULTS = {
    IssuedFault.MALFORMED: PolicyReason.MALFORMED,
    IssuedFault.VERSION: PolicyReason.VERSION,
    IssuedFault.ALGORITHM: PolicyReason.ALGORITHM,
    IssuedFault.WRONG_COUNTY: PolicyReason.WRONG_COUNTY,
    IssuedFault.ISSUER_UNKNOWN: PolicyReason.ISSUER_UNKNOWN,
    IssuedFault.ISSUER_NOT_SERVING: PolicyReason.ISSUER_NOT_SERVING,
    IssuedFault.FORGED: PolicyReason.FORGED,
}


class Policy(Struct, frozen=True, kw_only=True):
    """Limits under the number by which events name them."""

    county: str
    number: int
    """From 1; every policy that is put in force has a larger one."""
    enforced_at: Instant
    """When somebody put it in force."""
    limits: OfflineLimits

    @property
    def issued_at(self) -> Instant:
        """The issuer must have served when the policy was put in force."""
        return self.enforced_at


def sign_policy(policy: Policy, *, issuer: SigningKey, kid: bytes) -> bytes:
    """The signed bytes. Raises ``ValueError`` for a policy that no device would apply."""
    limits = policy.limits
    items: list[CborValue] = [
        KIND,
        county_number(policy.county),
        policy.number,
        seconds_of(policy.enforced_at),
        limits.scan_fen,
        limits.challenge_fen,
        limits.holder_day_fen,
        limits.skew // _SECOND,
        limits.soft_bp,
        limits.probe_bp,
        limits.close_extra // _SECOND,
        _items_of(limits.merchant),
        _items_of(limits.station),
    ]
    return sign_issued(items, policy, _FORM, issuer=issuer, kid=kid)


def verify_policy(
    data: bytes, *, trust: TrustList, county: str, known_number: int = 0
) -> Policy | Refused[PolicyReason]:
    """The policy, if the county signed it and no newer one is known; the same one again is taken."""
    policy = open_issued(data, _FORM, trust=trust, county=county)
    if isinstance(policy, IssuedFault):
        return Refused(_FAULTS[policy])
    if policy.number < known_number:
        return Refused(PolicyReason.OLDER)
    return policy


def _items_of(limits: EpisodeLimits) -> list[CborValue]:
    return [limits.soft // _SECOND, limits.hard // _SECOND, limits.cap_fen, limits.claims]


def _policy_of(items: list[CborValue]) -> Policy:
    match items:
        case ["XL1", county, number, since, scan, challenge, day, skew, soft, probe, extra, merchant, station]:
            if uint(number, _LIMIT) == 0:
                raise ValueError("policies are numbered from 1")
            limits = OfflineLimits(
                scan_fen=uint(scan, _LIMIT),
                challenge_fen=uint(challenge, _LIMIT),
                holder_day_fen=uint(day, _LIMIT),
                skew=_seconds(skew),
                soft_bp=uint(soft, WHOLE_BP + 1),
                probe_bp=uint(probe, WHOLE_BP + 1),
                close_extra=_seconds(extra),
                merchant=_episode_of(merchant),
                station=_episode_of(station),
            )
            if limits.scan_fen > limits.challenge_fen:
                raise ValueError("a code alone is not believed for more than an answer to a challenge")
            return Policy(
                county=county_text(county), number=uint(number, _LIMIT), enforced_at=instant_of(since), limits=limits
            )
    raise ValueError("not the thirteen items of a policy")


def _episode_of(value: CborValue) -> EpisodeLimits:
    match value:
        case [soft, hard, cap, claims] if uint(soft, _LIMIT) <= uint(hard, _LIMIT):
            return EpisodeLimits(
                soft=_seconds(soft), hard=_seconds(hard), cap_fen=uint(cap, _LIMIT), claims=uint(claims, _LIMIT)
            )
    raise ValueError("limits of an episode are [soft, hard from soft on, cap, claims]")


def _seconds(value: CborValue) -> timedelta:
    return timedelta(seconds=uint(value, _LIMIT))


_FORM = IssuedForm(KIND, _LONGEST, _policy_of)
