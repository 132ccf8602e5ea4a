"""Every rule is there for a reason: without it, which invariant breaks?

Each entry is a county or a till with one rule taken away, the invariants of which at least one then has to break, and
whether the till's disk only says that it wrote.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from backend.stations.joining_rules import Ended, Opened
from backend.stations.rules import Then
from backend.sync.body_rules import Cmd, Shift
from backend.sync.chain_rules import Link, link_of
from backend.sync.event_rules import SignedEvent
from backend.sync.log_rules import APPLIED, HELD, Judged
from backend.sync.push_rules import Push
from merchant_tools.pushes import Answer
from merchant_tools.till_rules import Offer, TillRules
from merchant_tools.till_state import Allowance, Entry, Kept, Standing
from tests.simulation.offline.county import County
from tests.simulation.offline.county_data import Answered, Claim, Data, Dealt, Device, Power, PowerCut
from tests.simulation.offline.settings import CAP
from tests.simulation.offline.station_acts import StationActs, time_of


class ForgetsWhatIsAcknowledged(TillRules):
    """Forgets before a backup has it."""

    def may_forget(self, entry: Entry, standing: Standing, now: int) -> bool:
        return entry.seq <= standing.ack


class IgnoresRewind(TillRules):
    """Believes that what was acknowledged once is there for ever."""

    def acknowledged(self, standing: Standing, answer: Answer, *, brought: Collection[int], in_vain: int | None) -> int:
        return max(standing.ack, min(answer.ack_seq, standing.head))


class TakesAgain(TillRules):
    """Looks into no used set."""

    def is_used(self, kept: Kept, offer: Offer) -> bool:
        return False


class TrustsItsClock(TillRules):
    """Has no high-water mark."""

    def judged_at(self, shows: int, standing: Standing) -> int:
        return shows


class CountsNothing(TillRules):
    """Takes every claim for the first one of its episode."""

    def counted(self, kept: Kept, allowance: Allowance) -> list[Entry]:
        return []


class SendsOnlyTheNewest(TillRules):
    """Never sends again what an earlier push carried."""

    def to_send(self, kept: Kept, most: int = 200) -> list[Entry]:
        return super().to_send(kept, most)[-1:]


class TakesSendingForArriving(TillRules):
    """Acknowledges to itself whatever it has, as soon as any answer comes."""

    def acknowledged(self, standing: Standing, answer: Answer, *, brought: Collection[int], in_vain: int | None) -> int:
        return standing.head


class GoesOnWithAnOlderCopy(TillRules):
    """Gives numbers twice after its disk was set back, and the county looks away."""

    def is_older_copy(self, standing: Standing, device: UUID, remembered: tuple[UUID, int] | None) -> bool:
        return False


class AnswersBeforeCommit(County):
    """Answers, and commits when there is current left."""

    def take(self, data: bytes, now: int, power: Power) -> Answered | None:
        before = self.data.copied()
        answered = super().take(data, now, Power())
        try:
            power.check()
        except PowerCut:
            self.data = before
        return answered


class CountsAgain(County):
    """Settles an event again that comes again."""

    def again(self, event: SignedEvent) -> None:
        if event.hash in self.data.posted:
            self.data.posted[event.hash] += 1


class AcknowledgesTheNewest(County):
    """Holds no gap: what came last is what it has."""

    def acknowledged(self, device: Device) -> int:
        return max(device.events, default=0)


class KeepsItsEpoch(County):
    """Is restored, and says nothing."""

    def raise_epoch(self) -> None:
        pass


class OrdersByArrival(County):
    """First come, first served."""

    def in_order(self, claims: list[Claim]) -> list[Claim]:
        return sorted(claims, key=lambda claim: self.data.arrived.index(claim.hash))


class PaysAgain(County):
    """Pays a merchant for every claim on one voucher."""

    def pays_again(self) -> bool:
        return True


class TakesTheLaterFork(County):
    """Lets the later event of a number stand for the earlier one."""

    def forked(self, device: Device, event: SignedEvent) -> Device:
        return replace(device, events={**device.events, event.event.seq: event})


class CallsEverythingDurable(County):
    """Takes its own disk for a backup."""

    def durable(self, device: UUID) -> int:
        return self.data.devices[device].ack


class PromisesThePoolTwice(County):
    """Deals every till the whole cap."""

    def deal(self, device_id: UUID, now: int) -> None:
        device = self.data.devices[device_id]
        if not device.episodes or device.ack >= device.head:
            self.data.devices[device_id] = replace(device, episodes=(*device.episodes, Dealt(device.ack, now, CAP)))


class DealsWhileClaimsAreOut(County):
    """Takes back half of what a till may still be spending."""

    def deal(self, device_id: UUID, now: int) -> None:
        super().deal(device_id, now)
        *earlier, live = self.data.devices[device_id].episodes
        if earlier:
            less = replace(live, cap=live.cap // 2)
            self.data.devices[device_id] = replace(self.data.devices[device_id], episodes=(*earlier, less))


class ForgivesRevoked(County):
    """Pays a device that knew of its revocation."""

    def is_revoked(self, device: Device, event: SignedEvent) -> bool:
        return False


class BindsWhoeverHadNotHeard(County):
    """Holds a revocation also against what was taken, and settled, before anybody there could hear of it."""

    def is_revoked(self, device: Device, event: SignedEvent) -> bool:
        return device.revoked_at is not None


class StopsAtTheUnreadable(County):
    """One event that it cannot read blocks all after it."""

    def store_read(self, device_id: UUID, event: SignedEvent) -> None:
        device = self.data.devices[device_id]
        link = link_of(event, stored={seq: one.hash for seq, one in device.events.items()})
        if event.event.kind != "WEIGH" or link == Link.AGAIN:
            super().store_read(device_id, event)


class HoldsARestoreAgainstTills(County):
    """Judges by allowances that it dealt and has forgotten."""

    def _counts(self, device: Device, event: SignedEvent) -> bool:
        return True


class DropsWhatARevokedDeviceHolds(County):
    """Takes nothing from a revoked device."""

    def store_read(self, device_id: UUID, event: SignedEvent) -> None:
        if self.data.devices[device_id].revoked_at is None:
            super().store_read(device_id, event)


class HearsNoSentinel(County):
    """Looks at nothing that a device remembers of another journal."""

    def remember(self, push: Push) -> None:
        pass


class DoesActsAgain(StationActs):
    """Asks nobody whether an act of this id was done."""

    def is_done(self, data: Data, cmd_id: UUID) -> bool:
        return False


class JoinsAgain(StationActs):
    """Knows no shift by its id."""

    def join(self, data: Data, device: Device, body: Shift, opened: Opened | None, ended: Ended | None) -> None:
        if opened is not None:
            data.shifts.pop(body.shift, None)
        super().join(data, device, body, opened, ended)


class WaitsForNothing(StationActs):
    """Does an act whatever it names."""

    def waits(self, data: Data, device: Device, event: SignedEvent, body: Cmd) -> Judged | None:
        return None


class WaitsInLine(StationActs):
    """Does nothing while anything before it in its journal is not done."""

    def waits(self, data: Data, device: Device, event: SignedEvent, body: Cmd) -> Judged | None:
        before = [data.acts.get(one.hash) for one in self.acts_of(device) if one.event.seq < event.event.seq]
        return super().waits(data, device, event, body) if all(one == APPLIED for one in before) else HELD


class TriesAShiftOnce(StationActs):
    """Leaves a beginning for somebody, also when the shift before it is over."""

    def is_waiting(self, judged: Judged) -> bool:
        return judged == HELD


class ServesWithoutItsShift(StationActs):
    """Decides about an act while its shift waits for another one."""

    def waits_for_shift(self, data: Data, device: Device, shift: UUID) -> bool:
        return False


class GoesByTheClock(StationActs):
    """Believes a clock more than the numbers of a journal: an end counts once it is known."""

    def then(self, device: Device, event: SignedEvent, shift: UUID) -> Then:
        return Then(time_of(event))


def _acting(acts: type[StationActs]) -> type[County]:
    return type(acts.__name__, (County,), {"acts_by": acts})


@dataclass(frozen=True)
class Without:
    """A world without one rule, and what then has to break."""

    breaks: tuple[str, ...]
    county: type[County] = County
    rules: type[TillRules] = TillRules
    is_lazy: bool = False


RULES: Mapping[str, Without] = {
    "accepted only after a strict write": Without(("I1", "I10"), is_lazy=True),
    "forget only what is in a backup": Without(("I10", "I11"), rules=ForgetsWhatIsAcknowledged),
    "rewind when less is acknowledged": Without(("I8", "I10"), rules=IgnoresRewind),
    "a used set": Without(("I6",), rules=TakesAgain),
    "a high-water mark of time": Without(("I9",), rules=TrustsItsClock),
    "caps of an episode": Without(("I5",), rules=CountsNothing),
    "send from the acknowledgement on": Without(("I1", "I10", "I8"), rules=SendsOnlyTheNewest),
    "only an answer acknowledges": Without(("I1", "I10"), rules=TakesSendingForArriving),
    "answer after the commit": Without(("I11",), county=AnswersBeforeCommit),
    "the same hash is the same event": Without(("I2",), county=CountsAgain),
    "hold gaps": Without(("I11",), county=AcknowledgesTheNewest),
    "raise the epoch with a restore": Without(("I12", "I8"), county=KeepsItsEpoch),
    "order by content": Without(("I3", "I4"), county=OrdersByArrival),
    "one payment for a merchant and a voucher": Without(("I6",), county=PaysAgain),
    "keep both sides of a fork": Without(("I7",), county=TakesTheLaterFork, rules=GoesOnWithAnOlderCopy),
    "durable is what a backup has": Without(("I11",), county=CallsEverythingDurable),
    "deal only what the pool has": Without(("I5",), county=PromisesThePoolTwice),
    "never deal less than what may be out": Without(("I5",), county=DealsWhileClaimsAreOut),
    "a revocation binds whoever heard of it": Without(("I9",), county=ForgivesRevoked),
    "a revocation binds nobody who had not heard of it": Without(("I8",), county=BindsWhoeverHadNotHeard),
    "one bad event blocks no other": Without(("I10", "I1"), county=StopsAtTheUnreadable),
    "a restore is not held against tills": Without(("I5",), county=HoldsARestoreAgainstTills),
    "a revoked device may still push": Without(("I1", "I10"), county=DropsWhatARevokedDeviceHolds),
    "believe the sentinel": Without(("I1",), county=HearsNoSentinel),
    "an act is done once": Without(("I2",), county=_acting(DoesActsAgain)),
    "a shift is joined once": Without(("I2",), county=_acting(JoinsAgain)),
    "an act waits for what it names": Without(("I3",), county=_acting(WaitsForNothing)),
    "an act waits for nothing else": Without(("I8",), county=_acting(WaitsInLine)),
    "a beginning is tried again": Without(("I3",), county=_acting(TriesAShiftOnce)),
    "an act waits for its shift": Without(("I3",), county=_acting(ServesWithoutItsShift)),
    "numbers tell whether a shift was open": Without(("I3",), county=_acting(GoesByTheClock)),
}
