"""What does a merchant answer for when its devices take vouchers without a network, and has its owner agreed to it?

Pure. What a merchant's own phone, tablet or till took and never brought home is the merchant's loss; what a station's
tablet took is the county's, so a station is asked for nothing. The owner agrees to one sentence with the limit of the
policy in force; a policy that asks for more, or for longer, asks again. Decision 0076.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.fen import yuan
from backend.kernel.refusals import Reason, Refused
from backend.sync.device_rules import Device, DeviceKind
from backend.sync.draft_rules import Policy
from backend.sync.limits_rules import EpisodeLimits

ZH: Final = (
    "断网时，本店每台设备可以先受理消费券，每次联网前最多{yuan}元、最长{hours}小时；"
    "设备丢失、损坏或违反离线规则，因而没有送到县里的，由本店自己承担。"
)
EN: Final = (
    "Without a network each device of this shop may take vouchers of up to {yuan} yuan and for up to {hours} hours "
    "before it is online again; what never reaches the county because a device was lost, damaged or used against the "
    "offline rules is the shop's own loss."
)


class LiabilityReason(Reason):
    """Why an owner's agreement is not taken."""

    NO_POLICY = (
        "offline-no-policy",
        409,
        "县里还没有开通断网收券",
        "The county has not begun to take vouchers without a network",
    )
    OVERTAKEN = (
        "offline-liability-overtaken",
        409,
        "离线规则刚刚更新，请看过新的金额再同意",
        "The offline rules have just changed; read the new amount and agree again",
    )


class Liability(Struct, frozen=True, kw_only=True):
    """What one policy lets each device of a merchant take before it is online again: at most so much, for so long."""

    policy: int
    limit_fen: int
    hard: timedelta

    @property
    def hours(self) -> int:
        """Whole hours, a begun one as one: the sentence never names less than the policy allows."""
        return -(-int(self.hard.total_seconds()) // 3600)

    @property
    def sentence_zh(self) -> str:
        """What the owner reads."""
        return ZH.format(yuan=yuan(self.limit_fen), hours=self.hours)

    @property
    def sentence_en(self) -> str:
        """The same in English."""
        return EN.format(yuan=yuan(self.limit_fen), hours=self.hours)


class LiabilityAccepted(Struct, frozen=True, kw_only=True):
    """An owner agreed to such a sentence."""

    acceptance_id: UUID
    merchant_id: UUID
    liability: Liability
    accepted_by: UUID
    accepted_at: datetime


def liability_of(policy: Policy) -> Liability:
    """What a policy asks of merchants."""
    return Liability(policy=policy.number, limit_fen=policy.limits.merchant.cap_fen, hard=policy.limits.merchant.hard)


def decide_acceptance(policy: Policy | None, read: int) -> Liability | Refused[LiabilityReason]:
    """What the owner agrees to, if the policy that they ``read`` of still holds."""
    if policy is None:
        return Refused(LiabilityReason.NO_POLICY)
    return liability_of(policy) if policy.number == read else Refused(LiabilityReason.OVERTAKEN)


def bears_its_loss(device: Device) -> bool:
    """Whether its merchant has to agree before it may use a pool."""
    return device.kind is not DeviceKind.STATION


def is_covered(accepted: Iterable[LiabilityAccepted], limits: EpisodeLimits) -> bool:
    """Whether any agreement was to as much and for as long as these limits."""
    return any(one.liability.limit_fen >= limits.cap_fen and one.liability.hard >= limits.hard for one in accepted)
