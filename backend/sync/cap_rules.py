"""How much has a device taken, and does one more claim still fit?

Only claims that counted are added up, in the order of the journal, so a claim's answer depends on what stands before it
and on nothing that arrives later. A claim that its device took back gives back its room.
"""

from datetime import date
from uuid import UUID

from backend.cards.rules import DAY_LIMIT_FEN
from backend.kernel.instants import business_day
from backend.sync.body_rules import Mode
from backend.sync.fact_rules import DeviceFacts, Episode
from backend.sync.fault_rules import Fault
from backend.sync.limits_rules import OfflineLimits
from backend.sync.proof_rules import Claim, most_for
from backend.sync.walk_rules import Room, Walked


class Taken:
    """Running sums over one journal. Amounts in fen of what vouchers gave."""

    def __init__(self, walked: Walked | None = None) -> None:
        self._vouchers: set[UUID] = set() if walked is None else set(walked.vouchers)
        self._episodes: dict[int, list[int]] = {}
        self._campaigns: dict[tuple[int, int], int] = {}
        self._days: dict[tuple[bytes, date], int] = {}
        if walked is not None:
            self._episodes |= {episode: list(sums) for episode, sums in walked.episodes.items()}
            self._campaigns |= walked.campaigns
            self._days |= walked.days

    def has(self, voucher: UUID) -> bool:
        """Whether the device took this voucher and did not take that back."""
        return voucher in self._vouchers

    def use(self, voucher: UUID) -> None:
        """The county itself took this voucher at the device."""
        self._vouchers.add(voucher)

    def fault_of(self, claim: Claim, policy: OfflineLimits, facts: DeviceFacts) -> Fault | None:
        """The first limit that one more claim would pass, or ``None``."""
        room, fen = room_of(claim, facts), claim.body.amount_fen
        limits, episode = facts.limits_in(policy), facts.episode_of(claim.seq)
        sums = self._episodes.get(room.episode, [0, 0])
        if fen > most_for(claim.body.mode, policy):
            return Fault.OVER_SCAN_LIMIT
        if self._days.get((room.holder, room.day), 0) + fen > _day_limit(claim, policy):
            return Fault.OVER_HOLDER_DAY
        if sums[0] + fen > limits.cap_fen:
            return Fault.OVER_CAP
        if sums[1] + 1 > limits.claims:
            return Fault.OVER_COUNT
        dealt = 0 if episode is None else episode.cap_of(room.campaign, claim.seq)
        if self._campaigns.get((room.episode, room.campaign), 0) + fen > dealt:
            return Fault.OVER_ALLOWANCE
        return None

    def add(self, voucher: UUID, room: Room, fen: int) -> None:
        """Count a claim that fitted."""
        self._vouchers.add(voucher)
        self._count(room, fen, 1)

    def give_back(self, voucher: UUID, room: Room, fen: int) -> None:
        """Its device took a counted claim back."""
        self._vouchers.discard(voucher)
        self._count(room, -fen, -1)

    def _count(self, room: Room, fen: int, claims: int) -> None:
        sums = self._episodes.setdefault(room.episode, [0, 0])
        sums[0] += fen
        sums[1] += claims
        campaign, day = (room.episode, room.campaign), (room.holder, room.day)
        self._campaigns[campaign] = self._campaigns.get(campaign, 0) + fen
        self._days[day] = self._days.get(day, 0) + fen


def _day_limit(claim: Claim, policy: OfflineLimits) -> int:
    """Paper is copied by whoever holds it: a policy gives a card less than its own limit, and never more."""
    return min(policy.holder_day_fen, DAY_LIMIT_FEN) if claim.body.mode is Mode.PAPER else policy.holder_day_fen


def room_of(claim: Claim, facts: DeviceFacts) -> Room:
    """Where a claim is counted."""
    episode: Episode | None = facts.episode_of(claim.seq)
    number = 0 if episode is None else episode.number
    return Room(number, claim.offer.campaign, claim.offer.holder, business_day(claim.at))
