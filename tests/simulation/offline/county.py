"""A county that takes journals, by the very rules of ``backend/sync`` and with a storage of its own.

It commits, is cut off between any two steps, is backed up and restored. Each rule is a method, so that one can be taken
away. It settles claim by claim as they arrive; ``money.py`` works the same out from the whole set, to compare.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from backend.kernel.refusals import Refused
from backend.kernel.signing import PublicKey
from backend.kernel.trust import instant_of, seconds_of
from backend.sync.answer_rules import Answer, EventResult, ResultCode, write_answer
from backend.sync.body_rules import Body, Redeem, Void
from backend.sync.chain_rules import Link, link_of
from backend.sync.event_rules import BEGINNING, Checkpoint, EventReason, SignedEvent, body_of, verify_event
from backend.sync.order_rules import RankedClaim, canonical_order
from backend.sync.push_rules import Push, verify_push
from merchant_tools.till_state import Allowance
from tests.merchant_tools.shop import CAMPAIGN
from tests.protocols.known_keys import COUNTY
from tests.simulation.offline.county_data import Answered, Claim, Data, Dealt, Device, Power, StandIn, need_from
from tests.simulation.offline.settings import CAP, HARD, SCAN, Vouchers
from tests.simulation.offline.station_acts import StationActs


class County:
    """The county with all its rules."""

    acts_by = StationActs

    def __init__(self, vouchers: Vouchers, pool: int) -> None:
        self.vouchers = vouchers
        self.pool = pool
        self.data = Data()
        self.acts = self.acts_by()
        self.backup: Data | None = None
        self.epoch = 1
        self.checkpoints = 0
        self.restored_at = 0
        self._here: list[object] = []
        self._claims: list[Claim] = []
        self._stands: tuple[object, ...] | None = None
        self._codes: dict[bytes, ResultCode] = {}
        self._read: dict[bytes, SignedEvent | Refused[EventReason]] = {}
        self._bodies: dict[bytes, Body | Refused[EventReason]] = {}
        self._known: dict[UUID, tuple[Device, int, dict[bytes, str | None], list[Claim]]] = {}

    def take(self, data: bytes, now: int, power: Power) -> Answered | None:
        """The answer to a push; nothing for one that is refused. The power may fail before and after."""
        keys: dict[UUID, PublicKey] = {device.id: device.key for device in self.data.devices.values()}
        push = verify_push(data, county=COUNTY, devices=keys)
        if isinstance(push, Refused):
            return None
        power.check()
        self.commit(push, now)
        power.check()
        return self.answer(push, now)

    def commit(self, push: Push, now: int) -> None:
        """Events and all that follows from them become true together."""
        data = self.data
        for numbered in push.events:
            self.store(push.device, numbered.data)
        device = data.devices[push.device]
        data.devices[push.device] = replace(device, head=max(device.head, push.head.seq))
        self.remember(push)
        covered = sum(data.cover.values())
        self.settle()
        self.acts.judge(data, push.device)
        self.charge(push.device, sum(data.cover.values()) - covered)
        self.deal(push.device, now)

    def remember(self, push: Push) -> None:
        """How far a journal went, its own or one that is gone."""
        self.data.remember(push)

    def store(self, device_id: UUID, data: bytes) -> None:
        """Keep one event, whatever it is."""
        device = self.data.devices[device_id]
        event = self._read.get(data)
        if event is None:
            event = self._read[data] = verify_event(data, county=COUNTY, device=device_id, key=device.key)
        if isinstance(event, SignedEvent):
            self.store_read(device_id, event)

    def store_read(self, device_id: UUID, event: SignedEvent) -> None:
        """Keep one event that its device signed."""
        device = self.data.devices[device_id]
        link = link_of(event, stored={seq: one.hash for seq, one in device.events.items()})
        seq = event.event.seq
        if link == Link.AGAIN:
            self.again(event)
        elif link == Link.FORK:
            self.data.devices[device_id] = self.forked(device, event)
        else:
            self.data.devices[device_id] = replace(device, events={**device.events, seq: event})

    def again(self, event: SignedEvent) -> None:
        """It is there already; its result stands."""

    def forked(self, device: Device, event: SignedEvent) -> Device:
        """Both are kept."""
        return replace(device, forks={**device.forks, event.hash: event})

    def acknowledged(self, device: Device) -> int:
        """Up to where nothing is missing."""
        return device.ack

    def durable(self, device: UUID) -> int:
        """Up to where the newest backup has it."""
        if self.backup is None or device not in self.backup.devices:
            return 0
        return min(self.backup.devices[device].ack, self.data.devices[device].ack)

    def answer(self, push: Push, now: int) -> Answered:
        """What is told after the commit."""
        device = self.data.devices[push.device]
        ack = self.acknowledged(device)
        self.checkpoints += 1
        codes = self.codes()
        told = tuple(EventResult(one.seq, *self.result(device, one.seq, codes)) for one in push.events)
        answer = Answer(
            county=COUNTY,
            device=device.id,
            epoch=self.epoch,
            ack_seq=ack,
            durable_seq=min(self.durable(device.id), ack),
            results=told,
            need_from=need_from(device, push.head),
            server_time=instant_of(now),
            checkpoint=Checkpoint(self.checkpoints, instant_of(now)),
            policy=1,
            status_version=len(self.data.feed),
        )
        last = device.episodes[-1]
        return Answered(write_answer(answer), ack, Allowance(last.after, last.dealt_at, {CAMPAIGN: last.cap}))

    def result(self, device: Device, seq: int, codes: dict[bytes, ResultCode]) -> tuple[ResultCode, str | None]:
        """What the event of this number came to."""
        event = device.events.get(seq)
        if event is None or seq > device.ack:
            return ResultCode.HELD_GAP, None
        if (act := self.data.acts.get(event.hash)) is not None:
            return act.code, act.reason
        if seq >= device.forked_from:
            return ResultCode.NEEDS_REVIEW, "two-journals"
        body = self.body(event)
        if isinstance(body, Refused):
            return ResultCode.NEEDS_REVIEW, body.reason.value
        if not isinstance(body, Redeem):
            return ResultCode.APPLIED, None
        if event.hash in codes:
            return codes[event.hash], None
        word = self.judged(device).get(event.hash)
        return (ResultCode.APPLIED, None) if word is None else (ResultCode.NONCOMPLIANT, word)

    def body(self, event: SignedEvent) -> Body | Refused[EventReason]:
        """What it says; remembered, since the same is asked again and again."""
        known = self._bodies.get(event.content)
        if known is None:
            known = self._bodies[event.content] = body_of(event.event)
        return known

    def is_revoked(self, device: Device, event: SignedEvent) -> bool:
        """A revocation binds claims whose checkpoint is at or after it."""
        return device.revoked_at is not None and seconds_of(event.event.checkpoint.time) >= device.revoked_at

    def judged(self, device: Device) -> dict[bytes, str | None]:
        """Each claim of the whole part of a journal: compliant (``None``) or why not; without those taken back."""
        return self._judgement(device)[0]

    def _judgement(self, device: Device) -> tuple[dict[bytes, str | None], list[Claim]]:
        """What follows from this state of a device; remembered, since a device is replaced when anything changes."""
        known = self._known.get(device.id)
        if known is None or known[0] is not device or known[1] != self.epoch:
            judged = self._judge(device)
            known = self._known[device.id] = device, self.epoch, judged, self._claims_of(device, judged)
        return known[2], known[3]

    def _judge(self, device: Device) -> dict[bytes, str | None]:
        known: dict[bytes, str | None] = {}
        taken, spent, before = set[UUID](), Counter[int](), BEGINNING
        numbered = [device.events[seq] for seq in range(1, min(device.ack, device.forked_from - 1) + 1)]
        bodies = [(event, self.body(event)) for event in numbered]
        voided = self._taken_back(device)
        for event, body in bodies:
            hashed = event.hash
            is_broken, before = event.event.prev != before, hashed
            if not isinstance(body, Redeem) or event.event.seq in voided:
                continue
            episode = max((one.after for one in device.episodes if one.after < event.event.seq), default=0)
            cap = next((one.cap for one in reversed(device.episodes) if one.after == episode), 0)
            word = self._word(device, event, body, taken)
            if word is None and self._counts(device, event) and spent[episode] + body.amount_fen > cap:
                word = "cap-reached"
            known[hashed] = "chain-broken" if is_broken else word
            if known[hashed] is None:
                taken.add(body.voucher)
                spent[episode] += body.amount_fen if self._counts(device, event) else 0
        return known

    def _taken_back(self, device: Device) -> set[int]:
        """Numbers of claims that their own device called a mistake, in whichever of its journals: those stay unpaid."""
        whole = [device.events[seq] for seq in range(1, device.ack + 1)]
        return {body.seq for body in map(self.body, [*whole, *device.forks.values()]) if isinstance(body, Void)}

    def _word(self, device: Device, event: SignedEvent, body: Redeem, taken: set[UUID]) -> str | None:
        at = self.ranked(event, body).effective_time
        if self.is_revoked(device, event):
            return "device-revoked"
        if seconds_of(at) >= self.vouchers[body.voucher].expires_at:
            return "token-expired"
        if body.amount_fen > SCAN:
            return "over-scan-limit"
        return "claimed-here-before" if body.voucher in taken else None

    def _counts(self, device: Device, event: SignedEvent) -> bool:
        """After a restore the county no longer knows what it had dealt: such claims are not held against their till."""
        is_old = event.event.seq > device.restored_from >= 0 and event.event.epoch < self.epoch
        return not is_old

    def ranked(self, event: SignedEvent, body: Redeem) -> RankedClaim:
        """What the canonical order looks at."""
        head = event.event
        return RankedClaim(
            mode=body.mode,
            t_dev=head.t_dev,
            checkpoint_time=head.checkpoint.time,
            maximum=timedelta(seconds=HARD),
            hash=event.hash,
        )

    def claims(self) -> list[Claim]:
        """Every compliant claim; remembered, since a device is replaced when anything changes."""
        here = [self.epoch, *self.data.devices.values()]
        if len(here) != len(self._here) or any(one is not other for one, other in zip(here, self._here, strict=True)):
            self._here = here
            self._claims = [claim for device in self.data.devices.values() for claim in self._judgement(device)[1]]
        return self._claims

    def _claims_of(self, device: Device, judged: dict[bytes, str | None]) -> list[Claim]:
        found = []
        for seq in range(1, device.ack + 1):
            event = device.events[seq]
            hashed, body = event.hash, self.body(event)
            if isinstance(body, Redeem) and judged.get(hashed, "") is None:
                start = hashed, device.id, device.merchant, body.voucher
                found.append(Claim(*start, body.amount_fen, self.ranked(event, body)))
        return found

    def in_order(self, claims: list[Claim]) -> list[Claim]:
        """The claims on one voucher, the first one first."""
        by_hash = {claim.hash: claim for claim in claims}
        return [by_hash[ranked.hash] for ranked in canonical_order(claim.ranked for claim in claims)]

    def codes(self) -> dict[bytes, ResultCode]:
        """The label of every compliant claim; remembered while nothing that it depends on is another."""
        stands = self.claims(), self.data.arrived, self.data.online, len(self.data.online)
        if self._stands is None or any(one is not other for one, other in zip(stands, self._stands, strict=True)):
            self._stands, self._codes = stands, self._labelled()
        return self._codes

    def _labelled(self) -> dict[bytes, ResultCode]:
        codes: dict[bytes, ResultCode] = {}
        of_voucher: dict[UUID, list[Claim]] = {}
        for claim in self.claims():
            of_voucher.setdefault(claim.voucher, []).append(claim)
        for voucher, claims in of_voucher.items():
            paid = {self.data.online[voucher][0]} if voucher in self.data.online else set[str]()
            for claim in self.in_order(claims):
                first = not paid
                unpaid = claim.merchant in paid and not self.pays_again()
                codes[claim.hash] = (
                    ResultCode.CONFLICT_UNPAID if unpaid else ResultCode.APPLIED if first else ResultCode.CONFLICT_PAID
                )
                paid.add(claim.merchant)
        return codes

    def pays_again(self) -> bool:
        """Whether a merchant is paid for a second claim on one voucher."""
        return False

    def settle(self) -> None:
        """Post what the claims that have just become whole change, to the allowance of the till that brought them."""
        data = self.data
        claims = {claim.hash: claim for claim in self.claims()}
        for claim in claims.values():
            if claim.hash not in data.posted:
                data.posted[claim.hash] = 1
                data.arrived += (claim.hash,)
                data.feed.append((claim.voucher, "used"))
        codes = self.codes()
        payable, own, cover = Counter[str](), Counter[UUID](), Counter[UUID]()
        for voucher, (merchant, fen) in data.online.items():
            payable[merchant] += fen
            own[voucher] += fen
        for claim in sorted(claims.values(), key=lambda one: data.arrived.index(one.hash)):
            if codes[claim.hash] == ResultCode.CONFLICT_UNPAID:
                continue
            amount = claim.amount * data.posted[claim.hash]
            left = 0 if claim.voucher in data.dead else self.vouchers[claim.voucher].face_fen - own[claim.voucher]
            payable[claim.merchant] += amount
            own[claim.voucher] += min(left, amount)
            cover[claim.voucher] += amount - min(left, amount)
        data.payable, data.own, data.cover = payable, own, cover

    def charge(self, device_id: UUID, fen: int) -> None:
        """The allowance of the till whose claims arrive pays what the vouchers' own money does not."""
        device = self.data.devices[device_id]
        if device.episodes and fen:
            *ended, live = device.episodes
            paid = replace(live, charged=live.charged + fen)
            self.data.devices[device_id] = replace(device, episodes=(*ended, paid))

    def deal(self, device_id: UUID, now: int) -> None:
        """A new episode, once everything that the till has is here; what the old one did not use goes back first."""
        device = self.data.devices[device_id]
        if device.episodes and device.ack < device.head:
            return
        is_first = not any(one.dealt_at >= self.restored_at for one in device.episodes) and self.restored_at > 0
        left = self.pool - self.reserved(without=device_id)
        cap = CAP if is_first else max(min(CAP, left), self.out(device))
        self.data.devices[device_id] = replace(device, episodes=(*device.episodes, Dealt(device.ack, now, cap)))

    def out(self, device: Device) -> int:
        """What a till may still be spending under its last allowance, since it has perhaps not heard of a new one."""
        if not device.episodes:
            return 0
        live, claims = device.episodes[-1], self._judgement(device)[1]
        spent = {claim.hash: claim.amount for claim in claims}
        counted = [spent.get(event.hash, 0) for seq, event in device.events.items() if seq > live.after]
        return live.cap - sum(counted)

    def reserved(self, without: UUID | None = None) -> int:
        """What the pool has paid and what live episodes may still take, in fen."""
        others = [one.episodes[-1] for one in self.data.devices.values() if one.episodes and one.id != without]
        return sum(live.cap - live.charged for live in others) + sum(self.data.cover.values())

    # Facts and backups.

    def enrol(self, device: UUID, key: StandIn, merchant: str, *, is_station: bool = False) -> None:
        """A device is known from now on."""
        self.data.devices[device] = Device(device, key, merchant, is_station)

    def make_backup(self) -> None:
        """All that is committed now."""
        self.backup = self.data.copied()

    def restore(self, now: int) -> None:
        """The newest backup is the truth again; devices enrolled since are enrolled again by the office."""
        if self.backup is None:
            return
        later = [device for id_, device in self.data.devices.items() if id_ not in self.backup.devices]
        self.data = self.backup.copied()
        for device in later:
            self.enrol(device.id, device.key, device.merchant, is_station=device.is_station)
        for id_, device in list(self.data.devices.items()):
            self.data.devices[id_] = device.restored()
        self.raise_epoch()
        self.restored_at = now

    def raise_epoch(self) -> None:
        """Devices can tell that this is another life of the data."""
        self.epoch += 1

    def status(self) -> tuple[int, int, frozenset[int]]:
        """Epoch, version and the indexes of vouchers that are not usable any more."""
        return self.epoch, len(self.data.feed), frozenset(self.vouchers[one].index for one, _ in self.data.feed)

    def is_claimed(self, voucher: UUID) -> bool:
        """Whether the county has heard of its use."""
        return any(one == voucher for one, _ in self.data.feed)

    def kill(self, voucher: UUID) -> None:
        """Void it or let it expire, unless it was used."""
        if not self.is_claimed(voucher):
            self.data.dead |= {voucher}
            self.data.feed.append((voucher, "dead"))

    def copy_facts(self, known: Device) -> None:
        """What this county decided about a device, apart from its journal."""
        mine = self.data.devices[known.id]
        self.data.devices[known.id] = replace(
            mine, episodes=known.episodes, revoked_at=known.revoked_at, restored_from=known.restored_from
        )

    def revoke(self, device: UUID, now: int) -> None:
        """What this device does from now on, if it has heard of it, counts for nothing."""
        known = self.data.devices[device]
        self.data.devices[device] = replace(known, revoked_at=known.revoked_at or now)

    def redeem_online(self, voucher: UUID, merchant: str, fen: int) -> None:
        """The county decides by itself, unless the voucher was used."""
        if not self.is_claimed(voucher):
            self.data.online[voucher] = merchant, fen
            self.data.feed.append((voucher, "used"))
            self.settle()
