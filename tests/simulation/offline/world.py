"""One schedule: what happens in which order is drawn from one seed, and so the same every time.

People buy, tills push, the network loses, doubles, delays and reorders, clocks are set, power is cut at every step, the
county is backed up and restored, journals are lost. In the end the network is good for a while: what then is not at the
county is lost. The world writes down what people saw; whether that is right is asked in ``checkers.py``.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from backend.kernel.presentations import present
from backend.kernel.trust import instant_of
from merchant_tools.pushes import read_answer
from merchant_tools.signed import NotOurForm
from merchant_tools.till import Bill, Reading
from merchant_tools.till_rules import NotAccepted, TillRules
from merchant_tools.till_state import Standing
from tests.merchant_tools.shop import NOW
from tests.protocols.known_keys import COUNTY, OPERATOR
from tests.simulation.offline import tablets
from tests.simulation.offline.county import County
from tests.simulation.offline.county_data import Answered, Power, PowerCut
from tests.simulation.offline.devices import Shop, new_shop
from tests.simulation.offline.settings import DAY, HOUR, POOL, VOUCHERS

MOST_EVENTS = 12
OTHERS: list[tuple[str, list[Any]]] = [
    ("WEIGH", [1, 2, 3]),
    ("SHIFT", ["open", OPERATOR.bytes, OPERATOR.bytes, 20_000, None]),
]
PATIENCE = 12
"""Pushes of one till over a good network until it has to be done."""


@dataclass(frozen=True)
class Seen:
    """Somebody saw "accepted" on a till; the allowance that the till had then."""

    device: UUID
    seq: int
    hash: bytes
    voucher: UUID
    amount_fen: int
    after: int
    cap: int


@dataclass(frozen=True)
class Request:
    """A push on its way."""

    shop: Shop
    data: bytes
    events: tuple[tuple[int, bytes], ...]
    """What is in it: numbers and hashes."""
    asked: Reading
    started: int

    @property
    def brought(self) -> list[int]:
        """Its numbers."""
        return [seq for seq, _ in self.events]


@dataclass(frozen=True)
class Reply:
    """An answer on its way back, to the program that asked."""

    request: Request
    answer: Answered


Told = tuple[int, UUID, int, bytes]
"""Epoch, device, number and hash of an event that an answer spoke of."""
Result = tuple[str, str | None]
"""Code and reason."""


@dataclass
class Diary:
    """What was seen from outside."""

    seen: list[Seen] = field(default_factory=list)
    delivered: dict[tuple[UUID, int], set[bytes]] = field(default_factory=dict)
    acks: list[tuple[int, UUID, int]] = field(default_factory=list)
    """Epoch, device and number of each answer."""
    told: dict[Told, list[Result]] = field(default_factory=dict)
    """What each event came to, as the county said it one answer after the other."""
    wrong: list[str] = field(default_factory=list)
    """What broke an invariant at once."""
    was_restored: bool = False
    noted: list[tuple[UUID, bytes]] = field(default_factory=list)
    """Device and event of each shift and act that a station's tablet wrote down."""


class World:
    """A county, its tills, and what happens to them."""

    def __init__(
        self, seed: int, county: type[County] = County, rules: type[TillRules] = TillRules, *, is_lazy: bool = False
    ):
        self.dice = random.Random(seed)
        self.now = NOW
        # A small pool now and then, so that it runs dry.
        self.county = county(VOUCHERS, POOL if self.dice.random() < 0.7 else 200_00)
        self._rules, self._is_lazy = rules(), is_lazy
        merchants = self.dice.choice(["AB", "AB", "ABC", "AAB", "ABCA"])
        # In a world of stations all have tablets; there two of them have one operator, now and then at once.
        self.are_stations = self.dice.random() < 0.2
        self.acts = 0
        self.registered: dict[UUID, UUID] = {}
        self.shops = [self._opened(merchant) for merchant in merchants]
        self.requests: list[Request] = []
        self.replies: list[Reply] = []
        self.diary = Diary()
        self.events = 0
        for shop in self.shops[: self.dice.choice((1, 9, 9, 9))]:
            self._finish(shop)

    def live(self, steps: int = 48) -> "World":
        """So many things happen, then the network is good."""
        for _ in range(steps):
            (act,) = self.dice.choices(ACTS, STATION_WEIGHTS if self.are_stations else WEIGHTS)
            act(self)
            self.now += self.dice.choice((0, 1, 2, 5, 20, 60, 600))
        self.heal()
        return self

    def _opened(self, merchant: str) -> Shop:
        station = self.are_stations
        shop = new_shop(self.dice, merchant, self._rules, is_lazy=self._is_lazy, is_station=station)
        self.county.enrol(shop.id, shop.key, merchant, is_station=station)
        return shop

    def _shop(self) -> Shop:
        return self.dice.choice([shop for shop in self.shops if not shop.is_gone])

    # What people do.

    def sell(self) -> None:
        """A resident shows a voucher. Now and then the power is cut at one of the steps."""
        shop = self._shop()
        if self.events >= MOST_EVENTS:
            return
        if self.dice.random() < 0.25:
            shop.disk.fails_at = self.dice.randrange(4)
        try:
            self._sell(shop)
        except PowerCut:
            shop.off()
        shop.disk.fails_at = -1

    def _sell(self, shop: Shop) -> None:
        till = shop.on(self.now)
        voucher = VOUCHERS[self.dice.choice(list(VOUCHERS))]
        # A phone's clock is nearly right, or its owner has set it to what this till shows.
        at = self.now + self.dice.choice((0, 0, 0, -20, 20))
        if self.dice.random() < (0.5 if shop.skew < -HOUR else 0.1):
            at = max(0, self.now + shop.skew + till.kept.standing.offset)
        drawn = instant_of(min(at, 2**33 - 1))
        shown = present(voucher.token, holder=voucher.holder, at=drawn, counter=self.now - NOW)
        fen = self.dice.choice((100_00, 150_00, 250_00, 400_00))
        is_sure = shop.skew == 0 or self.dice.random() < 0.1
        try:
            told = till.accept(shown, Bill(fen, fen, OPERATOR), shop.reading(self.now), is_clock_right=is_sure)
        except (NotAccepted, NotOurForm):
            return
        allowance = till.briefing.allowance
        caps = allowance.after, sum(allowance.caps.values())
        self.diary.seen.append(Seen(shop.id, told.seq, told.hash, told.voucher, told.amount_fen, *caps))
        self.events += 1

    def write_other(self) -> None:
        """A shift begins, a claim is taken back, or a newer program writes what nobody here can read."""
        shop = self._shop()
        till = shop.on(self.now)
        if self.events >= MOST_EVENTS:
            return
        claims = [entry.seq for entry in till.kept.entries if entry.voucher is not None]
        kind, body = OTHERS[0] if shop.is_station else self.dice.choice(OTHERS)
        if claims and self.dice.random() < 0.3:
            kind, body = "VOID", [self.dice.choice(claims), "wrong bill"]
        with suppress(NotAccepted):  # Of an older copy of a journal.
            till.note(kind, body, shop.reading(self.now))
            self.events += 1

    # What the network does.

    def push(self) -> None:
        """A till sends; its push is lost, comes once or comes twice."""
        shop = self._shop()
        request = self._request(shop)
        self.requests += [request] * self.dice.choice((0, 1, 1, 1, 2))

    def _request(self, shop: Shop) -> Request:
        till = shop.on(self.now)
        events = tuple((entry.seq, entry.hash) for entry in shop.rules.to_send(till.kept))
        return Request(shop, till.push(), events, shop.reading(self.now), shop.started)

    def deliver(self) -> None:
        """One of the pushes on their way arrives, not always the oldest; the county may lose power meanwhile."""
        if not self.requests:
            return
        request = self.requests.pop(self.dice.randrange(len(self.requests)))
        fails = self.dice.randrange(2) if self.dice.random() < 0.2 else -1
        answer = self._delivered(request, Power(fails))
        if answer is not None and self.dice.random() < 0.8:
            self.replies.append(Reply(request, answer))

    def _delivered(self, request: Request, power: Power) -> Answered | None:
        shop = request.shop
        try:
            answer = self.county.take(request.data, self.now, power)
        except PowerCut:
            return None
        for seq, hashed in request.events:
            self.diary.delivered.setdefault((shop.id, seq), set()).add(hashed)
        if answer is None:
            self.diary.wrong.append("I1 a push of an enrolled device was refused as a whole")
            return None
        self.diary.acks.append((self.county.epoch, shop.id, answer.ack))
        hashes = dict(request.events)
        for seq, code, reason in read_answer(answer.data, county=COUNTY, device=shop.id).results:
            told = self.diary.told.setdefault((self.county.epoch, shop.id, seq, hashes[seq]), [])
            told.append((code, reason))
        whole = self.county.data.devices[shop.id].ack
        if answer.ack > whole:
            self.diary.wrong.append(f"I11 {answer.ack} was acknowledged, {whole} is committed")
        return answer

    def reply(self) -> None:
        """An answer arrives at the program that asked, if that still runs."""
        if self.replies:
            self._heard(self.replies.pop(self.dice.randrange(len(self.replies))))

    def _heard(self, reply: Reply) -> None:
        request = reply.request
        shop = request.shop
        if shop.till is None or shop.started != request.started or shop.is_gone:
            return
        had = {entry.seq: entry.hash for entry in shop.till.kept.entries}
        if self.dice.random() < 0.1:
            shop.disk.fails_at = self.dice.randrange(2)
        try:
            shop.hear(reply.answer.data, reply.answer.allowance, request.asked, self.now, request.brought)
        except PowerCut:
            shop.off()
        shop.disk.fails_at = -1
        self._look_at_forgotten(shop, had)

    def _look_at_forgotten(self, shop: Shop, had: dict[int, bytes]) -> None:
        backup = self.county.backup
        safe = {} if backup is None or shop.id not in backup.devices else backup.devices[shop.id].events
        for seq in had.keys() - {entry.seq for entry in shop.on(self.now).kept.entries}:
            if not shop.is_older and (seq not in safe or safe[seq].hash != had[seq]):
                self.diary.wrong.append(f"I11 event {seq} was forgotten and is in no backup")

    def pull(self) -> None:
        """A till asks for the status list."""
        self._shop().pull(self.county.status(), self.now)

    # What goes wrong.

    def cut_power(self) -> None:
        """A till goes out and on again."""
        self._shop().off()

    def set_clock(self) -> None:
        """Somebody sets a clock: by minutes, hours, ten years, or to when the short tokens still lived."""
        shop = self._shop()
        shop.skew = self.dice.choice((0, 0, 90, -90, 3 * HOUR, -3 * HOUR, 2 * DAY, 3_650 * DAY, -3_650 * DAY))
        if self.dice.random() < 0.3:
            shop.skew = NOW + HOUR - self.now - shop.disk.load().standing.offset

    def wait(self) -> None:
        """Hours or a month pass."""
        self.now += self.dice.choice((3 * HOUR, 3 * HOUR, 8 * HOUR, 8 * HOUR, DAY, 31 * DAY))

    def lose_journal(self) -> None:
        """A disk or a browser's storage is gone; the shop goes on with a new device that remembers the old one."""
        old = self._shop()
        old.off()
        old.is_gone = True
        new = self._opened(old.merchant)
        new.disk.sentinel = old.disk.sentinel
        self.shops.append(new)

    def restore_image(self) -> None:
        """A shop's computer is set back to what it was some events ago, with or without its sentinel."""
        shop = self._shop()
        shop.off()
        safe = shop.disk.safe
        if safe.entries:
            shop.is_older, shop.shift = True, None
            kept = safe.entries[: self.dice.randrange(len(safe.entries))]
            head = kept[-1].seq if kept else safe.entries[0].seq - 1
            hashed = kept[-1].hash if kept else bytes(32)
            if head == 0 or kept:
                shop.disk.safe = type(safe)(_set_back(safe.standing, head, hashed), kept)
                remembered = shop.disk.sentinel
                has_own = remembered is not None and remembered[0] == shop.id
                has_sentinel = has_own and self.dice.random() < 0.7
                shop.disk.sentinel = (shop.id, head) if has_sentinel else shop.disk.sentinel

    def back_up(self) -> None:
        """The county makes a backup and reads it again."""
        self.county.make_backup()

    def restore(self) -> None:
        """The county's database is lost."""
        if self.county.backup is not None:
            self.diary.was_restored = True
            self.county.restore(self.now)

    # What the county does.

    def kill(self) -> None:
        """A voucher expires or is voided."""
        self.county.kill(self.dice.choice(list(VOUCHERS)))

    def redeem_online(self) -> None:
        """A voucher is spent with the county itself."""
        self.county.redeem_online(self.dice.choice(list(VOUCHERS)), self.dice.choice("ABC"), 30_00)

    def revoke(self) -> None:
        """A device is no longer trusted; it may still bring what it has."""
        self.county.revoke(self._shop().id, self.now)

    # The end.

    def heal(self) -> None:
        """Every till that is left pushes over a good network until it has nothing more."""
        while self.requests:  # What was still on its way arrives too; nobody waits for its answer.
            self._delivered(self.requests.pop(), Power())
        self.replies.clear()
        tablets.end_the_day(self)
        for shop in self.shops:
            if not shop.is_gone:
                self._finish(shop)
        for shop in self.shops:
            if not shop.is_gone:
                shop.pull(self.county.status(), self.now)
        tablets.see_to(self)
        self.county.acts.judge_all(self.county.data)

    def _finish(self, shop: Shop) -> None:
        for _ in range(PATIENCE):
            till = shop.on(self.now)
            before = till.kept.standing
            request = self._request(shop)
            answer = self._delivered(request, Power())
            if answer is None:
                return
            had = {entry.seq: entry.hash for entry in till.kept.entries}
            shop.hear(answer.data, answer.allowance, request.asked, self.now, request.brought)
            self._look_at_forgotten(shop, had)
            self.now += 1
            after = till.kept.standing
            if after.ack == after.head and (before.ack, before.epoch) == (after.ack, after.epoch):
                return


def _set_back(standing: Standing, head: int, hashed: bytes) -> Standing:
    return replace(
        standing, head=head, head_hash=hashed, ack=min(standing.ack, head), durable=min(standing.durable, head)
    )


ACTS: tuple[Callable[[World], None], ...]
WEIGHTS: tuple[int, ...]
ACTS, WEIGHTS = zip(
    (World.sell, 30),
    (World.write_other, 3),
    (World.push, 24),
    (World.deliver, 24),
    (World.reply, 20),
    (World.pull, 4),
    (World.cut_power, 4),
    (World.set_clock, 4),
    (World.wait, 3),
    (World.lose_journal, 1),
    (World.restore_image, 1),
    (World.back_up, 5),
    (World.restore, 2),
    (World.kill, 2),
    (World.redeem_online, 2),
    (World.revoke, 1),
    (tablets.serve, 0),
    (tablets.see_to, 0),
    strict=True,
)
STATION_WEIGHTS = *WEIGHTS[:-2], 24, 8
