"""May this till accept that code now, what does it send, and what may it forget? Pure; the till acts on it.

Specification: ``fixtures/protocols/{event,batch,presentation}/SPEC.md`` and the draft of the offline counter. Each
method is one rule, so that the simulation can take any single one away and show what breaks.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from merchant_tools.presentation import Shown
from merchant_tools.pushes import LONGEST_PUSH, MOST_EVENTS, Answer
from merchant_tools.redemption import NotTaken, discount_on
from merchant_tools.till_state import Allowance, Briefing, Entry, Facts, Kept, Limits, Standing

DAY = 86_400
COUNTY_OFFSET = 8 * 3_600
BACK_BY = 60
"""A clock that stands so far before the mark was set back."""
AHEAD_BY = DAY
"""A clock that ran so far ahead of the mark is believed only when a person says so."""
FORGET_AFTER = 30 * DAY
ONLINE_ONLY = 1
"""A token's flag: the county alone may take it."""
UNSETTLED = frozenset({"held_gap", "needs_review"})
_FRAME = 512
"""Bytes of a push beside its events, and of each event's number and length: 16."""


class NotAccepted(Exception):
    """Nothing was accepted and nothing stored; ``reason`` is a word in kebab-case."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Offer:
    """A code that proved what it can, and the bill it is shown for."""

    shown: Shown
    bill_fen: int
    eligible_fen: int
    is_answer: bool
    """It answers this till's challenge."""


class TillRules:
    """The rules of a device that accepts without a network."""

    def shows(self, clock: int, standing: Standing) -> int:
        """The clock as far as the county has set it right; never before 1970."""
        return max(0, clock + standing.offset)

    def judged_at(self, shows: int, standing: Standing) -> int:
        """The instant at which tokens are judged: a clock that was set back makes nothing young again."""
        return max(shows, standing.mark)

    def is_back(self, shows: int, standing: Standing) -> bool:
        """The clock stands over a minute before the latest instant that was ever sure."""
        return shows < standing.mark - BACK_BY

    def is_ahead(self, shows: int, standing: Standing) -> bool:
        """The clock is over a day ahead of it: somebody has to say that this is right."""
        return shows > standing.mark + AHEAD_BY

    def is_older_copy(self, standing: Standing, device: UUID, remembered: tuple[UUID, int] | None) -> bool:
        """The journal is not the newest one of this till: numbers would be given twice, so nothing more is accepted.

        It still sends what it has; the till then needs a new id and a new journal.
        """
        is_mine = remembered is not None and remembered[0] == device
        return standing.is_behind or (remembered is not None and is_mine and remembered[1] > standing.head)

    def is_used(self, kept: Kept, offer: Offer) -> bool:
        """This till has taken the voucher before; taken back or not, a second time is for the county to decide."""
        return any(entry.voucher == offer.shown.token.voucher for entry in kept.entries)

    def counted(self, kept: Kept, allowance: Allowance) -> list[Entry]:
        """The claims that the allowance and the caps of the episode count."""
        return [entry for entry in kept.entries if entry.seq > allowance.after and entry.voucher is not None]

    def amount_of(self, offer: Offer, briefing: Briefing, at: int) -> int:
        """What the terms give on the bill, in fen. Raises ``NotAccepted``."""
        token = offer.shown.token
        terms = briefing.terms.get((token.campaign, token.terms_version, token.domain))
        if terms is None or token.domain == 0:
            raise NotAccepted("terms-unknown")
        voucher: Facts = {
            "paused": terms.get("paused", False),
            "state": "issued",
            "use_from": _instant(token.not_before),
            "expires_at": _instant(token.expires_at),
            "face_fen": token.face_fen,
            "proof_level": terms["redeem_level"],
        }
        bill = {"bill_fen": offer.bill_fen, "eligible_fen": offer.eligible_fen}
        try:
            return discount_on(terms, voucher, briefing.counter, bill, _instant(at))
        except NotTaken as problem:
            raise NotAccepted(problem.reason) from None

    def check(self, kept: Kept, briefing: Briefing, offer: Offer, amount_fen: int, at: int) -> None:
        """Raises ``NotAccepted`` with the first rule that forbids to take this now."""
        for is_kept, reason in self._conditions(kept, briefing, offer, amount_fen, at):
            if not is_kept:
                raise NotAccepted(reason)

    def _conditions(
        self, kept: Kept, briefing: Briefing, offer: Offer, amount_fen: int, at: int
    ) -> Iterable[tuple[bool, str]]:
        limits, token = briefing.limits, offer.shown.token
        counted = self.counted(kept, briefing.allowance)
        spent = sum(entry.amount_fen for entry in counted)
        of_campaign = sum(entry.amount_fen for entry in counted if entry.campaign == token.campaign)
        of_holder = sum(
            entry.amount_fen for entry in kept.entries if (entry.holder, entry.day) == (token.holder, day_of(at))
        )
        yield token.status_index not in briefing.unusable, "not-usable"
        yield not self.is_used(kept, offer), "taken-here-before"
        yield at <= kept.standing.checkpoint[1] + limits.hard, "too-long-without-network"
        yield not token.flags & ONLINE_ONLY, "online-only"
        yield amount_fen <= limits.challenge_fen, "online-only"
        yield offer.is_answer or amount_fen <= limits.scan_fen, "needs-challenge"
        yield len(counted) < limits.claims, "too-many-claims"
        yield spent + amount_fen <= limits.cap_fen, "cap-reached"
        yield of_campaign + amount_fen <= briefing.allowance.caps.get(token.campaign, 0), "allowance-used-up"
        yield of_holder + amount_fen <= limits.holder_day_fen, "holder-limit-reached"

    def asks_first(self, kept: Kept, limits: Limits, allowance: Allowance, at: int, die: float) -> bool:
        """Whether to try the network before the next claim: late, near a cap, or because the die (0 to 1) says so."""
        counted = self.counted(kept, allowance)
        spent = sum(entry.amount_fen for entry in counted)
        near = spent * 10_000 >= limits.cap_fen * limits.soft_bp
        near = near or len(counted) * 10_000 >= limits.claims * limits.soft_bp
        return near or at > kept.standing.checkpoint[1] + limits.soft or die * 10_000 < limits.probe_bp

    def to_send(self, kept: Kept, most: int = MOST_EVENTS) -> list[Entry]:
        """What the county has not acknowledged, oldest first, as much as one push holds."""
        chosen, size = list[Entry](), _FRAME
        for entry in kept.entries:
            size += len(entry.data) + 16 if entry.seq > kept.standing.ack else 0
            if size > LONGEST_PUSH or len(chosen) == most:
                break
            if entry.seq > kept.standing.ack:
                chosen.append(entry)
        return chosen

    def is_in_vain(self, kept: Kept, answer: Answer, brought: Collection[int]) -> bool:
        """It asks for what the push ``brought``, so it misses another journal's; or for what was forgotten long ago."""
        first = kept.entries[0].seq if kept.entries else kept.standing.head + 1
        asked = answer.need_from
        return asked is not None and (asked < first or asked in brought)

    def acknowledged(self, standing: Standing, answer: Answer, *, brought: Collection[int], in_vain: int | None) -> int:
        """Up to where the county has everything. Its word counts also when it is less than before: it was restored.

        It may ask for what it has a number for already, when it has seen that two journals went out under one name. It
        gets it once; what it asks for ``in_vain`` is not here.
        """
        if answer.need_from is None:
            return min(answer.ack_seq, standing.head)
        if answer.need_from != in_vain:
            return min(answer.ack_seq, answer.need_from - 1, standing.head)
        # Its numbers may be those of the other journal: no further than this till's pushes went.
        return min(answer.ack_seq, max(brought, default=standing.ack), standing.head)

    def heard(
        self,
        standing: Standing,
        answer: Answer,
        *,
        at_once: bool,
        brought: Collection[int] = (),
        in_vain: int | None = None,
    ) -> Standing:
        """The standing after an answer. An older answer that comes late only makes this till send again.

        The county's time corrects a mark that this till's clock had set too far ahead, when it came ``at_once``.
        """
        county_time = max(standing.county_time, answer.server_time)
        return replace(
            standing,
            ack=self.acknowledged(standing, answer, brought=brought, in_vain=in_vain),
            is_behind=standing.is_behind or answer.ack_seq > standing.head,
            durable=min(answer.durable_seq, standing.head),
            epoch=answer.epoch,
            checkpoint=max(standing.checkpoint, answer.checkpoint, key=lambda one: (one[1], one[0])),
            county_time=county_time,
            mark=county_time if at_once else max(standing.mark, county_time),
        )

    def told(self, entry: Entry, code: str, reason: str | None, answer: Answer) -> Entry:
        """The entry with its result; ``duplicate`` adds nothing to a result that is known."""
        if code == "duplicate" and entry.code is not None:
            return entry
        settled = entry.settled_at
        if code not in UNSETTLED and settled is None:
            settled = answer.server_time
        return replace(entry, code=code, reason=reason, settled_at=None if code in UNSETTLED else settled)

    def may_forget(self, entry: Entry, standing: Standing, now: int) -> bool:
        """In a backup of the county, settled, and 30 days old; ``now`` is the county's time, never the clock's."""
        if entry.seq > standing.durable or entry.settled_at is None:
            return False
        return now >= entry.settled_at + FORGET_AFTER

    def forget_to(self, kept: Kept, now: int) -> int:
        """Entries up to this number may go: the oldest ones only, so that the journal stays one piece."""
        last = 0
        for entry in kept.entries:
            if not self.may_forget(entry, kept.standing, now):
                break
            last = entry.seq
        return last


def wait_after(failures: int, die: float) -> float:
    """Seconds before the next try: 1, 2, 4 … 60, spread by the die (0 to 1) so that tills do not come all at once."""
    return min(60.0, 2.0 ** min(failures, 6)) * (0.5 + die / 2)


def day_of(at: int) -> int:
    """The business day of an instant in the county's time, from 1970."""
    return (at + COUNTY_OFFSET) // DAY


def _instant(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
