"""How does a merchant's own till take a voucher without a network, and lose nothing?

A till verifies the code, decides by its rules, writes the event so that a power cut cannot take it, and only then says
"accepted". It knows nothing of files and sockets: what it keeps goes through ``Keeping``, what it sends and hears are
bytes. So the simulation runs this very code and cuts the power between any two steps. How to use it, in the order in
which a cash register would: ``python -m merchant_tools till --help``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from merchant_tools.presentation import Shown, check_presentation
from merchant_tools.pushes import MOST_EVENTS, read_answer
from merchant_tools.sealing import Head, Sealed, Signer, seal_event, seal_push, seal_receipt
from merchant_tools.till_rules import NotAccepted, Offer, TillRules, day_of
from merchant_tools.till_state import Briefing, Change, Entry, Keeping, Kept, Standing, changed

AT_ONCE = 10
"""Seconds from question to answer within which the county's time may set this till's clock right."""


@dataclass(frozen=True)
class Reading:
    """What two clocks show: seconds since 1970, and seconds of one that only runs forward."""

    clock: int
    mono: int


@dataclass(frozen=True)
class Bill:
    """What a customer has to pay and how much of it counts for vouchers, in fen; who serves."""

    bill_fen: int
    eligible_fen: int
    operator: UUID


@dataclass(frozen=True)
class Accepted:
    """It is on disk. ``receipt`` is the code that the customer may take home."""

    seq: int
    hash: bytes
    voucher: UUID
    amount_fen: int
    receipt: str


@dataclass(frozen=True)
class Challenge:
    """What this till asked to be signed: its nonce, its digest and the amount in fen that it named."""

    nonce: bytes
    digest: bytes
    amount_fen: int


class Remembering(Protocol):
    """A small place apart from the journal, to notice when the journal is gone."""

    def recall(self) -> tuple[UUID, int] | None:
        """Which device this was, and the number of its newest event."""
        ...

    def remember(self, device: UUID, seq: int) -> None:
        """Called after every event."""
        ...


class Till:
    """One device of one county. Its methods either do all they say or nothing; a new one is made after a restart."""

    def __init__(
        self,
        county: str,
        device: UUID,
        key: Signer,
        *,
        keeping: Keeping,
        remembering: Remembering,
        briefing: Briefing,
        rules: TillRules | None = None,
    ) -> None:
        self.county = county
        self.device = device
        self.briefing = briefing
        self._key = key
        self._keeping = keeping
        self._remembering = remembering
        self._rules = rules or TillRules()
        self._kept = keeping.load()
        self._in_vain: int | None = None

    @property
    def kept(self) -> Kept:
        """What is on disk."""
        return self._kept

    def accept(
        self,
        text: str,
        bill: Bill,
        reading: Reading,
        *,
        challenge: Challenge | None = None,
        is_clock_right: bool = False,
    ) -> Accepted:
        """Take the voucher of this code. Raises ``NotAccepted`` or ``NotOurForm``, and ``OSError`` when the disk does
        not take it: then nothing was accepted.
        """
        shows = self._read(reading, is_clock_right)
        at = self._rules.judged_at(shows, self._kept.standing)
        shown = self._verified(text, at, challenge)
        offer = Offer(shown, bill.bill_fen, bill.eligible_fen, challenge is not None)
        amount = self._rules.amount_of(offer, self.briefing, at)
        if challenge is not None and amount != challenge.amount_fen:
            raise NotAccepted("challenge-for-another-amount")
        self._rules.check(self._kept, self.briefing, offer, amount, at)
        proof: list[Any] = [shown.token_hash, shown.time, shown.counter, shown.signature]
        mode = "rotating" if challenge is None else "challenge"
        proof += [] if challenge is None else [challenge.nonce]
        token = shown.token
        body = [token.voucher.bytes, token.terms_version, bill.bill_fen, bill.eligible_fen, None, amount, mode, proof]
        head = self._head(shows, reading.mono)
        sealed = seal_event(head, "REDEEM", [*body, bill.operator.bytes], key=self._key)
        receipt = seal_receipt(head, sealed.hash, token.voucher, amount, key=self._key)
        entry = Entry(
            head.seq, sealed.data, sealed.hash, token.voucher, token.holder, token.campaign, amount, day_of(at)
        )
        self._append(entry, replace(self._kept.standing, mark=at))
        return Accepted(head.seq, sealed.hash, token.voucher, amount, receipt)

    def note(self, kind: str, body: Sequence[Any], reading: Reading) -> Sealed:
        """Write another event: ``VOID`` takes one of this till's claims back, ``SHIFT`` says who works (V13, V15).

        Raises ``NotAccepted`` where numbers would be given twice, and ``OSError``: then nothing was written.
        """
        self._be_newest()
        shows = self._rules.shows(reading.clock, self._kept.standing)
        head = self._head(shows, reading.mono)
        sealed = seal_event(head, kind, body, key=self._key)
        self._append(Entry(head.seq, sealed.data, sealed.hash), self._kept.standing)
        return sealed

    def should_ask_first(self, reading: Reading, die: float) -> bool:
        """Whether to try the network, for three seconds at most, before the next claim; ``die`` is from 0 to 1."""
        at = self._rules.judged_at(self._rules.shows(reading.clock, self._kept.standing), self._kept.standing)
        return self._rules.asks_first(self._kept, self.briefing.limits, self.briefing.allowance, at, die)

    def to_send(self, most: int = MOST_EVENTS) -> list[int]:
        """The numbers that the next push brings."""
        return [entry.seq for entry in self._rules.to_send(self._kept, most)]

    def push(self, most: int = MOST_EVENTS) -> bytes:
        """What to send now; without anything new it asks what the county has."""
        standing = self._kept.standing
        events = [(entry.seq, entry.data) for entry in self._rules.to_send(self._kept, most)]
        place = standing.head, standing.head_hash
        # What another life of the county dealt says nothing of the present one.
        is_present = self.briefing.status_epoch == standing.epoch
        episode = self.briefing.allowance.episode if is_present else 0
        remembered = self._remembering.recall()
        return seal_push(self.county, self.device, place, events, remembered, key=self._key, episode=episode)

    def take(self, data: bytes, *, asked: Reading, now: Reading, brought: Collection[int] = ()) -> bool:
        """Take the county's answer to a push that ``brought`` these numbers; whether there is more to send.

        Raises ``NotOurForm``: then nothing changed, and the push is sent again.
        """
        answer = read_answer(data, county=self.county, device=self.device)
        took = now.mono - asked.mono
        at_once = 0 <= took <= AT_ONCE
        if answer.epoch != self._kept.standing.epoch:
            self._in_vain = None  # A county that was restored has lost what had come, and may need it after all.
        if self._rules.is_in_vain(self._kept, answer, brought):
            self._in_vain = answer.need_from
        standing = self._rules.heard(
            self._kept.standing, answer, at_once=at_once, brought=brought, in_vain=self._in_vain
        )
        if at_once:
            offset = answer.server_time + took // 2 - now.clock
            standing = replace(standing, offset=offset, is_back=False)
        entries = {entry.seq: entry for entry in self._kept.entries}
        told = [(entries[seq], code, reason) for seq, code, reason in answer.results if seq in entries]
        renewed = tuple(self._rules.told(entry, code, reason, answer) for entry, code, reason in told)
        after = changed(self._kept, Change(standing, renewed))
        self._write(Change(standing, renewed, self._rules.forget_to(after, answer.server_time)))
        return bool(self._rules.to_send(self._kept))

    def brief(self, briefing: Briefing) -> None:
        """Take what the county renewed; an allowance that was dealt before the present one is left aside."""
        if briefing.allowance.dealt_at < self.briefing.allowance.dealt_at:
            briefing = replace(briefing, allowance=self.briefing.allowance)
        self.briefing = briefing

    def _read(self, reading: Reading, is_clock_right: bool) -> int:
        """What the clock shows; a clock that was set back is written down once, one far ahead is asked about."""
        self._be_newest()
        standing = self._kept.standing
        shows = self._rules.shows(reading.clock, standing)
        if self._rules.is_ahead(shows, standing) and not is_clock_right:
            raise NotAccepted("clock-far-ahead")
        is_back = self._rules.is_back(shows, standing)
        if is_back and not standing.is_back:
            head = self._head(shows, reading.mono)
            sealed = seal_event(head, "CLOCK", [standing.mark, shows, standing.mark], key=self._key)
            self._append(Entry(head.seq, sealed.data, sealed.hash), replace(standing, is_back=True))
        elif standing.is_back and not is_back:
            self._write(Change(replace(standing, is_back=False)))
        return shows

    def _be_newest(self) -> None:
        """Nothing is written to a journal that others know to be longer."""
        remembered = self._remembering.recall()
        if self._rules.is_older_copy(self._kept.standing, self.device, remembered):
            self._kept = self._keeping.load()  # Perhaps another program of this shop has written meanwhile.
        if self._rules.is_older_copy(self._kept.standing, self.device, remembered):
            raise NotAccepted("journal-is-an-older-copy")

    def _verified(self, text: str, at: int, challenge: Challenge | None) -> Shown:
        return check_presentation(
            text,
            trust=self.briefing.trust,
            county=self.county,
            at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at),
            challenge=b"" if challenge is None else challenge.digest,
            fresh_for=timedelta(seconds=self.briefing.limits.skew),
        )

    def _head(self, shows: int, mono: int) -> Head:
        standing = self._kept.standing
        return Head(
            county=self.county,
            device=self.device,
            seq=standing.head + 1,
            prev=standing.head_hash,
            checkpoint=standing.checkpoint,
            epoch=standing.epoch,
            policy=self.briefing.limits.number,
            snapshot=self.briefing.status_version,
            t_dev=shows,
            mono=mono,
        )

    def _append(self, entry: Entry, standing: Standing) -> None:
        """The one place where a journal grows."""
        self._write(Change(replace(standing, head=entry.seq, head_hash=entry.hash), (entry,)))
        before = self._remembering.recall()
        # What an earlier device left behind is the only trace of it until a push has carried it to the county.
        if before is None or before[0] == self.device or standing.county_time > 0:
            self._remembering.remember(self.device, entry.seq)

    def _write(self, change: Change) -> None:
        """On disk first, known afterwards; after an error only the disk knows what is written."""
        change = replace(change, head_before=self._kept.standing.head)
        try:
            self._keeping.write(change)
        except OSError:
            self._kept = self._keeping.load()
            raise
        self._kept = changed(self._kept, change)
