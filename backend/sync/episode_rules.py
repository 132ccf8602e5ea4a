"""How much of a campaign's pool may a device use until the county knows everything again?

Pure. An episode begins when all that a device has is acknowledged, and ends when the next one begins: then what was not
used goes back to the pool. Per campaign the allowance is at most the policy's cap and at most what the pool has left,
so that live allowances and what was charged never exceed the pool. Decision 0067.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.tokens import LONGEST_LIFE
from backend.sync.device_rules import Device, DeviceKind, may_accept
from backend.sync.draft_rules import Policy, limits_of
from backend.sync.limits_rules import OfflineLimits

UNUSED_LASTS: Final = timedelta(hours=1)
"""An episode in which nothing was taken is not begun anew at every sync."""


class Allowance(Struct, frozen=True, kw_only=True):
    """What one device may use of one campaign's pool in one episode, and what was used of it, in fen."""

    device_id: UUID
    campaign_id: UUID
    episode: int
    line_id: UUID
    """The pool's line."""
    cap_fen: int
    """What was set apart at the dealing: what the device is told, or more while it may go by the one before."""
    charged_fen: int
    told_fen: int
    """The cap that the device is told."""
    dealt_at: datetime
    lapses_at: datetime
    ended_at: datetime | None = None
    released_fen: int = 0
    """What went back to the pool when the device told that this allowance arrived."""

    @property
    def left_fen(self) -> int:
        """What can still be charged."""
        return self.cap_fen - self.charged_fen - self.released_fen

    @property
    def spare_fen(self) -> int:
        """What nothing can be charged to any more once the device counts by what it was told."""
        return self.left_fen - max(self.told_fen - self.charged_fen, 0)


class Cap(Struct, frozen=True):
    """What a device is told: a campaign by its short number, and how many fen."""

    campaign_number: int
    cap_fen: int


class Episode(Struct, frozen=True, kw_only=True):
    """A device's present episode with its caps in the order of the campaigns' numbers; ``began`` marks a new one."""

    device_id: UUID
    number: int
    dealt_at: datetime
    policy: int
    caps: tuple[Cap, ...]
    began: bool = False


class LiveAllowance(Struct, frozen=True):
    """An allowance with its campaign's short number."""

    allowance: Allowance
    campaign_number: int


def lapses_at(limits: OfflineLimits, kind: DeviceKind, dealt_at: datetime) -> datetime:
    """When nothing that was taken under an allowance can be paid from it any more: the last voucher's label is closed.

    The device takes nothing after its hard limit; a token lives on for seven days at most, and its label closes the
    longest hard limit and the policy's extra time after that.
    """
    return dealt_at + limits_of(limits, kind).hard + LONGEST_LIFE + limits.longest + limits.close_extra


def begins(device: Device, policy: Policy | None, *, used: bool, at: datetime) -> bool:
    """Does a new episode begin, now that everything of the device is acknowledged?

    ``used`` is whether it accepted anything since its episode began. One that may not accept is dealt nothing, and
    what it still holds goes back.
    """
    if not may_accept(device) or policy is None:
        return False
    if used or device.episode_at is None or device.episode_policy != policy.number:
        return True
    return at >= device.episode_at + UNUSED_LASTS


def episode_of(device: Device, live: Sequence[LiveAllowance], *, began: bool) -> Episode | None:
    """The device's episode as it is told; ``None`` before the first."""
    if device.episode_at is None or device.episode_policy is None:
        return None
    caps = tuple(sorted((Cap(one.campaign_number, one.allowance.told_fen) for one in live), key=_number))
    return Episode(
        device_id=device.id,
        number=device.episode,
        dealt_at=device.episode_at,
        policy=device.episode_policy,
        caps=caps,
        began=began,
    )


def _number(cap: Cap) -> int:
    return cap.campaign_number
