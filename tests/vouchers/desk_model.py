"""What may a county's desks answer, and where must every voucher and every fen be afterwards?

A model in plain Python that knows neither tables nor batches: acts come one after the other, and each is explained by
the rules or it is not. ``desk_order.py`` looks for an order that explains what was answered to many at once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.outbox.rules import IdReused
from backend.vouchers.claim_rules import Claim, Claimed
from backend.vouchers.desk_rules import CampaignState, DeskReason, KindPlan, RoundPlan
from backend.vouchers.redeem_rules import Redeem, Redeemed, Shown, Typed, Unproven
from backend.vouchers.refund_rules import RollBack, RollBackReason, RolledBack
from backend.vouchers.rules import ClaimReason, RedemptionReason, Terms
from backend.vouchers.short_code import MakeShortCode, ShortCode, ShortCodeReason
from backend.vouchers.steer_campaign import SteerCampaign, Steered
from tests.vouchers.desk_records import (
    Act,
    Due,
    Sale,
    Session,
    Voucher,
    discount,
    ends,
    funding_of,
    id_of,
    period,
    public_of,
    split,
    told_apart,
)
from tests.vouchers.desk_refunds import refunded, told_back

MOST_WRONG = 10
CODE_LIFE = timedelta(seconds=120)
STEERING = {
    "pause": ({"running"}, "paused"),
    "resume": ({"paused"}, "running"),
    "end": ({"running", "paused"}, "ended"),
}
EARLY_CLAIMS = {ClaimReason.NOT_OPEN, ClaimReason.PAUSED}
EARLY_REDEMPTIONS = {
    *(RedemptionReason.CODE_WRONG, RedemptionReason.CODE_EXPIRED, RedemptionReason.CODE_REPLAYED),
    *(RedemptionReason.COUNTER_LOCKED, RedemptionReason.PAUSED),
}


class Model:
    """A whole county, and whether one more act is explained by the rules; an act that is explained has happened."""

    def __init__(
        self,
        kinds: tuple[KindPlan, ...],
        rounds: tuple[RoundPlan, ...],
        merchants: dict[UUID, str],
        hashed: Callable[[str], bytes],
    ) -> None:
        self.terms = {r.round_id: next(k.terms for k in kinds if k.code == r.kind_code) for r in rounds}
        self.plans = {r.round_id: r for r in rounds}
        self.merchants = merchants
        self.hashed = hashed
        self.campaign, self.scope = "running", "none"
        self.sessions: dict[UUID, Session] = {}
        self.undealt: dict[str, tuple[int, int]] = {}
        self.vouchers: dict[UUID, Voucher] = {}
        self.sales: dict[UUID, Sale] = {}
        self.taken: dict[tuple[UUID, bytes, str], int] = {}
        self.answers: dict[UUID, tuple[tuple[Any, ...], Any]] = {}
        self.codes: dict[UUID, tuple[bytes, datetime]] = {}
        self.wrong: dict[tuple[UUID, datetime], int] = {}
        self.wrong_before: dict[tuple[UUID, datetime], int] = {}
        self.expiries: set[datetime] = set()
        self.expired = 0
        for kind in kinds:
            public, mine = public_of(kind.terms), [r for r in rounds if r.kind_code == kind.code]
            for r in mine:
                pieces = r.pieces or 0
                self.sessions[r.round_id] = Session(
                    phase="planned", pieces=pieces, free_fen=pieces * public, free_pieces=pieces
                )
            left = kind.cap_pieces - sum(r.pieces or 0 for r in mine)
            self.undealt[kind.code] = (left * public, left)
        self.funded = sum(public_of(kind.terms) * kind.cap_pieces for kind in kinds)

    def copy(self) -> "Model":
        """The same county, to try an act on."""
        other = object.__new__(Model)
        other.__dict__ = {
            name: value.copy() if isinstance(value, dict | set) else value for name, value in self.__dict__.items()
        }
        return other

    def standing(self) -> Any:
        """What acts of one moment can tell apart; two models that stand alike explain the same."""
        return (
            *(self.campaign, self.scope, frozenset(self.sessions.items()), frozenset(self.vouchers.items())),
            *(frozenset(self.sales.items()), frozenset(self.codes.items()), frozenset(self.wrong.items())),
            *(frozenset(self.taken.items()), frozenset(self.answers.items())),
        )

    def explains(self, act: Act) -> bool:
        """Whether the rules allow this answer now; if so, the act has happened."""
        match act.command:
            case Claim():
                return self._claim(act, act.command)
            case Redeem():
                return self._redeem(act, act.command)
            case RollBack():
                return self._roll_back(act, act.command)
            case SteerCampaign():
                return self._steer(act, act.command)
            case MakeShortCode():
                return self._make_code(act, act.command)
            case Due():
                return self._work(act, act.command)
        raise AssertionError(f"no act: {act}")

    def bound(self, command: Any) -> Any:
        """What was answered for good under this command's id, as it is told again; ``None`` when nothing was yet."""
        request_id = id_of(command)
        if request_id is None or request_id not in self.answers:
            return None
        first = self.answers[request_id]
        if first[0] != told_apart(command):
            return IdReused()
        return first[1] if isinstance(first[1], Refused) else replace(first[1], again=True)

    def left(self, round_id: UUID, at: datetime, *, station: bool) -> int:
        """Pieces that this way of claiming can still take."""
        plan, now = self.plans[round_id], self.sessions[round_id]
        left = now.pieces - now.online - now.station
        if not station and plan.station_until is not None and at < plan.station_until:
            left -= max(0, plan.station_pieces - now.station)
        return left

    def _claim(self, act: Act, asked: Claim) -> bool:
        if act.early:
            return self._refused_early(act, asked)
        known = self.bound(asked)
        if known is not None:
            return bool(act.outcome == known)
        no = self._no_claim(asked, act.at)
        if no is not None:
            if no not in EARLY_CLAIMS and act.outcome == Refused(no):
                self.answers[asked.claim_id] = (told_apart(asked), act.outcome)
            return bool(act.outcome == Refused(no))
        if len(set(asked.people)) < len(asked.people):
            return isinstance(act.outcome, Exception)  # No database takes it: it fails, and alone.
        terms = self.terms[asked.round_id]
        if not isinstance(act.outcome, Claimed) or act.outcome.voucher_id in self.vouchers:
            return False
        yes = Claimed(
            claim_id=asked.claim_id,
            voucher_id=act.outcome.voucher_id,
            round_id=asked.round_id,
            face_fen=terms.face_fen,
            minimum_spend_fen=terms.minimum_spend_fen,
            use_from=act.at,
            expires_at=ends(terms, act.at),
            claimed_at=act.at,
        )
        if act.outcome != yes:
            return False
        self.answers[asked.claim_id] = (told_apart(asked), yes)
        self._give(asked, yes, terms, act.at)
        return True

    def _refused_early(self, act: Act, asked: Claim) -> bool:
        if act.outcome == Refused(ClaimReason.NOT_OPEN):
            return act.at < self.plans[asked.round_id].opens_at
        holds = any(
            v.round_id == asked.round_id and v.resident_id == asked.resident_id and not v.assisted
            for v in self.vouchers.values()
        )
        full = self.left(asked.round_id, act.at, station=False) < 1
        return act.outcome == Refused(ClaimReason.SOLD_OUT) and full and not holds and not asked.assisted

    def _no_claim(self, asked: Claim, at: datetime) -> ClaimReason | None:
        plan, now, terms = self.plans[asked.round_id], self.sessions[asked.round_id], self.terms[asked.round_id]
        if self.campaign == "paused":
            return ClaimReason.PAUSED
        undealt = now.phase == "planned" and now.pieces == 0
        if self.campaign != "running" or undealt or now.phase == "closed" or not plan.opens_at <= at < plan.closes_at:
            return ClaimReason.NOT_OPEN
        if asked.facts.frozen:
            return ClaimReason.NOT_ELIGIBLE
        for limit in terms.limits:
            for person in asked.people:
                if self.taken.get((limit.rule_id, person, period(limit, at)), 0) >= limit.most:
                    return ClaimReason.LIMIT_REACHED
        return ClaimReason.SOLD_OUT if self.left(asked.round_id, at, station=asked.assisted) < 1 else None

    def _give(self, asked: Claim, yes: Claimed, terms: Terms, at: datetime) -> None:
        for limit in terms.limits:
            for person in asked.people:
                key = (limit.rule_id, person, period(limit, at))
                self.taken[key] = self.taken.get(key, 0) + 1
        self.vouchers[yes.voucher_id] = Voucher(
            round_id=asked.round_id,
            resident_id=asked.resident_id,
            assisted=asked.assisted,
            state="issued",
            worth=terms.face_fen,
            aside=split(terms.face_fen, funding_of(terms)),
            use_from=yes.use_from,
            expires=yes.expires_at,
        )
        self.expiries.add(yes.expires_at)
        now = self.sessions[asked.round_id]
        self.sessions[asked.round_id] = replace(
            now, online=now.online + (not asked.assisted), station=now.station + asked.assisted
        )
        self._free(asked.round_id, -public_of(terms), -1)

    def _free(self, round_id: UUID, fen: int, pieces: int) -> None:
        now = self.sessions[round_id]
        self.sessions[round_id] = replace(now, free_fen=now.free_fen + fen, free_pieces=now.free_pieces + pieces)

    def _redeem(self, act: Act, asked: Redeem) -> bool:
        shown = asked.presented
        known = self.bound(asked)
        if known is not None:
            return bool(act.outcome == known)
        if isinstance(shown, Unproven):
            return bool(act.outcome == Refused(shown.reason))
        found = self._typed(act, asked, shown) if isinstance(shown, Typed) else self._shown(shown)
        no = found if isinstance(found, RedemptionReason) else self._no_redemption(asked, self.vouchers[found], act.at)
        if no is not None:
            if no not in EARLY_REDEMPTIONS and act.outcome == Refused(no):
                self.answers[asked.redemption_id] = (told_apart(asked), act.outcome)
            return bool(act.outcome == Refused(no))
        assert isinstance(found, UUID)
        if asked.bill.eligible_fen > asked.bill.bill_fen:
            return isinstance(act.outcome, Exception)
        yes = self._sold(asked, found, act)
        if yes is None or act.outcome != yes:
            return False
        self.answers[asked.redemption_id] = (told_apart(asked), yes)
        if isinstance(shown, Shown):
            self.vouchers[found] = replace(self.vouchers[found], last_count=shown.count)
        return True

    def _typed(self, act: Act, asked: Redeem, shown: Typed) -> UUID | RedemptionReason:
        hour = (asked.merchant_id, act.at.replace(minute=0, second=0, microsecond=0))
        locked = act.outcome == Refused(RedemptionReason.COUNTER_LOCKED)
        # Counters that type at the same moment see each other's wrong codes a moment later.
        if self.wrong.get(hour, 0) >= MOST_WRONG and (locked or self.wrong_before.get(hour, 0) >= MOST_WRONG):
            return RedemptionReason.COUNTER_LOCKED
        for voucher_id, (code, until) in self.codes.items():
            if code == shown.code:
                return voucher_id if act.at < until else RedemptionReason.CODE_EXPIRED
        self.wrong[hour] = self.wrong.get(hour, 0) + 1
        return RedemptionReason.CODE_WRONG

    def _shown(self, shown: Shown) -> UUID | RedemptionReason:
        voucher = self.vouchers.get(shown.voucher_id)
        if voucher is None:
            return RedemptionReason.CODE_WRONG
        if shown.count <= voucher.last_count and voucher.state == "issued":
            return RedemptionReason.CODE_REPLAYED
        return shown.voucher_id

    def _no_redemption(self, asked: Redeem, voucher: Voucher, at: datetime) -> RedemptionReason | None:
        terms = self.terms[voucher.round_id]
        if self.campaign == "paused" and self.scope == "everything":
            return RedemptionReason.PAUSED
        if voucher.state == "redeemed":
            return RedemptionReason.ALREADY_USED
        if voucher.state == "expired" or at >= voucher.expires:
            return RedemptionReason.EXPIRED
        if terms.trades and self.merchants[asked.merchant_id] not in terms.trades:
            return RedemptionReason.WRONG_TRADE
        if asked.bill.eligible_fen < terms.minimum_spend_fen:
            return RedemptionReason.BILL_TOO_SMALL
        off = discount(terms, asked.bill.bill_fen, asked.bill.eligible_fen, voucher.worth)
        return None if off >= 1 else RedemptionReason.NO_DISCOUNT

    def _sold(self, asked: Redeem, voucher_id: UUID, act: Act) -> Redeemed | None:
        voucher, terms = self.vouchers[voucher_id], self.terms[self.vouchers[voucher_id].round_id]
        off = discount(terms, asked.bill.bill_fen, asked.bill.eligible_fen, voucher.worth)
        shares = split(off, funding_of(terms), voucher.aside)
        if sum(fen for _, fen in shares) != off:
            return None
        self.vouchers[voucher_id] = replace(voucher, state="redeemed")
        self.codes.pop(voucher_id, None)
        self.sales[asked.redemption_id] = Sale(
            voucher_id=voucher_id,
            merchant_id=asked.merchant_id,
            bill=asked.bill.bill_fen,
            discount=off,
            customer=asked.bill.bill_fen - off,
            shares=shares,
            live=True,
        )
        self._free(voucher.round_id, voucher.public - dict(shares).get("government", 0), 0)
        return Redeemed(
            redemption_id=asked.redemption_id,
            voucher_id=voucher_id,
            discount_fen=off,
            payable_fen=asked.bill.bill_fen - off,
            bill_fen=asked.bill.bill_fen,
            funders=tuple((Funder(funder), fen) for funder, fen in shares if fen),
            redeemed_at=act.at,
        )

    def _roll_back(self, act: Act, asked: RollBack) -> bool:
        if (known := self.bound(asked)) is not None:
            return bool(act.outcome == known)
        sale = self.sales.get(asked.redemption_id)
        if sale is None or sale.merchant_id != asked.merchant_id:
            return bool(act.outcome == Refused(RollBackReason.NO_SUCH_REDEMPTION))
        amount = sale.left if asked.refund_fen is None else asked.refund_fen
        told: Any = Refused(RollBackReason.ALREADY_REVERSED)
        if sale.live and sale.left:
            fits = amount <= sale.left
            told = self._given_back(asked, sale, amount, act.at) if fits else Refused(RollBackReason.TOO_MUCH)
        self.answers[asked.roll_back_id] = (told_apart(asked), told)
        return bool(act.outcome == told)

    def _given_back(self, asked: RollBack, sale: Sale, amount: int, at: datetime) -> RolledBack:
        """The whole bill in one step brings the voucher back while it is valid; a part only brings money back."""
        voucher = self.vouchers[sale.voucher_id]
        customer, shares = refunded(sale, amount)
        state = "redeemed" if amount < sale.bill else "issued" if at < voucher.expires else "expired"
        if state == "redeemed":
            kept = tuple((funder, fen - dict(shares)[funder]) for funder, fen in sale.shares)
            self.sales[asked.redemption_id] = replace(sale, customer=sale.customer - customer, shares=kept)
            self._free(voucher.round_id, dict(shares).get("government", 0), 0)
        else:
            self.sales[asked.redemption_id] = replace(sale, live=False)
            self.vouchers[sale.voucher_id] = replace(voucher, state=state, worth=sale.discount, aside=sale.shares)
            if state == "expired":
                self._free(voucher.round_id, self.vouchers[sale.voucher_id].public, 1)
        return told_back(asked, sale, amount, state, at)

    def _steer(self, act: Act, asked: SteerCampaign) -> bool:
        known = self.bound(asked)
        if known is not None:
            return bool(act.outcome == known)
        before, after = STEERING[asked.turn]
        if self.campaign not in before:
            return bool(act.outcome == Refused(DeskReason.WRONG_STATE))
        yes = Steered(campaign_id=asked.campaign_id, state=CampaignState(after))
        self.answers[asked.turn_id] = (told_apart(asked), yes)
        self.campaign, self.scope = after, str(asked.scope) if asked.turn == "pause" else "none"
        return bool(act.outcome == yes)

    def _make_code(self, act: Act, asked: MakeShortCode) -> bool:
        voucher = self.vouchers.get(asked.voucher_id)
        if voucher is None or voucher.resident_id != asked.resident_id:
            return bool(act.outcome == Refused(ShortCodeReason.NO_SUCH_VOUCHER))
        if voucher.state != "issued" or act.at >= voucher.expires:
            return bool(act.outcome == Refused(ShortCodeReason.NOT_USABLE))
        until = min(act.at + CODE_LIFE, voucher.expires)
        if not isinstance(act.outcome, ShortCode) or act.outcome.expires_at != until:
            return False
        self.codes[asked.voucher_id] = (self.hashed(act.outcome.code), until)
        return True

    def _work(self, act: Act, work: Due) -> bool:
        if work.round_id is None:
            self.expiries.discard(work.at)
            for voucher_id, voucher in self.vouchers.items():
                if voucher.state == "issued" and voucher.expires <= act.at:
                    self.vouchers[voucher_id] = replace(voucher, state="expired")
                    self._free(voucher.round_id, voucher.public, 1)
                    self.expired += 1
            return True
        now = self.sessions[work.round_id]
        if work.what == "close":
            self.sessions[work.round_id] = replace(now, phase="closed")
            self._sweep(work.round_id)
            return True
        self.sessions[work.round_id] = replace(now, phase="open")
        if now.pieces == 0:
            self._deal(work.round_id)
        return bool(act.outcome == self.sessions[work.round_id].pieces)

    def _sweep(self, round_id: UUID) -> None:
        now, kind = self.sessions[round_id], self.plans[round_id].kind_code
        fen, pieces = self.undealt[kind]
        self.undealt[kind] = (fen + now.free_fen, pieces + now.free_pieces)
        self._free(round_id, -now.free_fen, -now.free_pieces)

    def _deal(self, round_id: UUID) -> None:
        kind, face = self.plans[round_id].kind_code, public_of(self.terms[round_id])
        for other, plan in self.plans.items():
            if plan.kind_code == kind and self.sessions[other].phase == "closed":
                self._sweep(other)
        fen, pieces = self.undealt[kind]
        self.undealt[kind] = (fen - pieces * face, 0)
        self.sessions[round_id] = replace(self.sessions[round_id], pieces=pieces)
        self._free(round_id, pieces * face, pieces)
