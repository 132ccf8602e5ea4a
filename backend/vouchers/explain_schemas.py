"""What an explanation of refusals looks like on the wire; every reason comes with its words for people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from backend.identity.rules import ResidentState
from backend.kernel.refusals import Reason
from backend.ledger.rules import Funder
from backend.vouchers.debt_schemas import DebtAnswer, debt_answer
from backend.vouchers.debt_views import ShownDebt
from backend.vouchers.desk_rules import RedemptionState
from backend.vouchers.draw_rules import EntryStanding, PassedOver
from backend.vouchers.draw_views import OwnEntry
from backend.vouchers.explain import Explanation
from backend.vouchers.explain_rules import Against
from backend.vouchers.explain_views import RefusalTold, RoundTold, Unknown, UseTold, VoucherTold
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import VoucherState
from backend.web.texts import Phone


class ExplainRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose phone, that they are on the line and agreed, and what they ask about; without it, what was open lately."""

    look_id: UUID
    phone: Phone
    consent: bool
    campaign_id: UUID | UnsetType = UNSET
    round_id: UUID | UnsetType = UNSET


class ReasonAnswer(Struct, frozen=True, kw_only=True):
    """A reason with the very words in which it is told."""

    reason: str
    words_zh: str
    words_en: str


class SpanAnswer(Struct, frozen=True, kw_only=True):
    """Something stood against a claim; ``until`` is null where it still did when asking ended."""

    against: Against
    since: datetime
    until: datetime | None


class SoldOutAnswer(Struct, frozen=True, kw_only=True):
    """Nothing was left for people online; ``until`` where the stations' share was opened to them."""

    since: datetime
    until: datetime | None


class AnsweredAnswer(Struct, frozen=True, kw_only=True):
    """A claim of this account that was refused, as it was stored."""

    at: datetime
    reason: ReasonAnswer


class DrawnAnswer(Struct, frozen=True, kw_only=True):
    """The entry in a draw; the proof is public."""

    entered_at: datetime
    standing: EntryStanding
    number: int | None
    rank: int | None
    pieces: int
    passed_over: PassedOver | None
    drawn_at: datetime | None


class ListedAnswer(Struct, frozen=True, kw_only=True):
    """A row of a confirmed list that is theirs."""

    document_no: str
    class_code: str
    taken: bool


class RollBackToldAnswer(Struct, frozen=True, kw_only=True):
    """What came back of a redemption, and to whom."""

    at: datetime
    reason: str
    refund_fen: int
    customer_fen: int
    shares: dict[Funder, int]


class UseAnswer(Struct, frozen=True, kw_only=True):
    """Where and when the voucher was used."""

    at: datetime
    merchant_zh: str
    merchant_en: str
    state: RedemptionState
    bill_fen: int
    discount_fen: int
    undone: list[RollBackToldAnswer]


class CounterRefusalAnswer(Struct, frozen=True, kw_only=True):
    """A counter was told to refuse the voucher."""

    merchant_zh: str
    merchant_en: str
    reason: ReasonAnswer
    times: int
    first_at: datetime
    last_at: datetime


class VoucherExplainedAnswer(Struct, frozen=True, kw_only=True):
    """One voucher; ``stops`` is what a counter where it may be used would say now, whatever the bill."""

    voucher_id: UUID
    state: VoucherState
    face_fen: int
    minimum_spend_fen: int
    claimed_at: datetime
    use_from: datetime
    expires_at: datetime
    stops: ReasonAnswer | None
    uses: list[UseAnswer]
    refusals: list[CounterRefusalAnswer]


class RoundExplainedAnswer(Struct, frozen=True, kw_only=True):
    """One round: what stands against the person now, and what stood while it could be asked."""

    round_id: UUID
    campaign_id: UUID
    campaign_zh: str
    campaign_en: str
    name_zh: str
    name_en: str
    mode: RoundMode
    opens_at: datetime
    closes_at: datetime
    pieces: int
    left_online: int
    left_at_station: int
    claim_level: int
    groups: tuple[str, ...]
    now: tuple[Against, ...]
    told_as: ReasonAnswer | None
    spans: list[SpanAnswer]
    sold_out: list[SoldOutAnswer]
    answered: list[AnsweredAnswer]
    drawn: DrawnAnswer | None
    listed: list[ListedAnswer]
    vouchers: list[VoucherExplainedAnswer]
    unknown: list[Unknown]


class ExplanationAnswer(Struct, frozen=True, kw_only=True):
    """The account, masked, and each round, the newest first; ``left_out`` older ones were not looked at."""

    resident_id: UUID
    name: str
    phone: str
    state: ResidentState
    frozen_why: str | None
    proof_level: int
    groups: list[str]
    rounds: list[RoundExplainedAnswer]
    left_out: int
    debts: list[DebtAnswer]
    """What they owe, or owed, for further uses of their vouchers."""
    at: datetime


def explanation_answer(
    resident_id: UUID, found: Explanation, debts: Sequence[ShownDebt], at: datetime
) -> ExplanationAnswer:
    """The wire form."""
    account = found.account
    return ExplanationAnswer(
        resident_id=resident_id,
        name=account.name,
        phone=account.phone,
        state=account.state,
        frozen_why=account.frozen_why,
        proof_level=found.proof_level,
        groups=sorted(found.groups),
        rounds=[_round(told) for told in found.rounds],
        left_out=found.left_out,
        debts=[debt_answer(one) for one in debts],
        at=at,
    )


def _reason(reason: Reason) -> ReasonAnswer:
    return ReasonAnswer(reason=reason.value, words_zh=reason.zh, words_en=reason.en)


def _round(told: RoundTold) -> RoundExplainedAnswer:
    view, facts = told.view, told.view.facts
    return RoundExplainedAnswer(
        round_id=facts.round_id,
        campaign_id=view.campaign_id,
        campaign_zh=view.campaign_zh,
        campaign_en=view.campaign_en,
        name_zh=view.name_zh,
        name_en=view.name_en,
        mode=facts.mode,
        opens_at=facts.opens_at,
        closes_at=facts.closes_at,
        pieces=facts.pieces,
        left_online=told.left_online,
        left_at_station=told.left_at_station,
        claim_level=facts.terms.claim_level,
        groups=facts.terms.groups,
        now=told.now,
        told_as=_reason(told.told_as) if told.told_as is not None else None,
        spans=[SpanAnswer(against=one.against, since=one.since, until=one.until) for one in told.spans],
        sold_out=[SoldOutAnswer(since=since, until=until) for since, until in told.sold_out],
        answered=[AnsweredAnswer(at=one.at, reason=_reason(one.reason)) for one in told.answered],
        drawn=_drawn(told.entry) if told.entry is not None else None,
        listed=[
            ListedAnswer(document_no=row.document_no, class_code=row.class_code, taken=row.voucher_id is not None)
            for row in told.listed
        ],
        vouchers=[_voucher(one) for one in told.vouchers],
        unknown=told.unknown,
    )


def _drawn(entry: OwnEntry) -> DrawnAnswer:
    place = entry.place
    return DrawnAnswer(
        entered_at=entry.entered_at,
        standing=entry.standing,
        number=entry.number,
        rank=place.rank if place is not None else None,
        pieces=entry.pieces,
        passed_over=place.reason if place is not None else None,
        drawn_at=entry.draw.drawn_at,
    )


def _voucher(told: VoucherTold) -> VoucherExplainedAnswer:
    voucher = told.voucher
    return VoucherExplainedAnswer(
        voucher_id=voucher.voucher_id,
        state=voucher.state,
        face_fen=voucher.face_fen,
        minimum_spend_fen=voucher.terms.minimum_spend_fen,
        claimed_at=voucher.claimed_at,
        use_from=voucher.use_from,
        expires_at=voucher.expires_at,
        stops=_reason(told.stops) if told.stops is not None else None,
        uses=[_use(one) for one in told.uses],
        refusals=[_refusal(one) for one in told.refusals],
    )


def _use(told: UseTold) -> UseAnswer:
    record = told.record
    return UseAnswer(
        at=record.occurred_at,
        merchant_zh=told.merchant_zh,
        merchant_en=told.merchant_en,
        state=record.state,
        bill_fen=record.bill_fen,
        discount_fen=record.discount_fen,
        undone=[
            RollBackToldAnswer(
                at=back.at,
                reason=back.reason,
                refund_fen=back.refund_fen,
                customer_fen=back.customer_fen,
                shares=back.shares,
            )
            for back in told.undone
        ],
    )


def _refusal(told: RefusalTold) -> CounterRefusalAnswer:
    one = told.refusal
    return CounterRefusalAnswer(
        merchant_zh=told.merchant_zh,
        merchant_en=told.merchant_en,
        reason=_reason(one.reason),
        times=one.times,
        first_at=one.first_at,
        last_at=one.last_at,
    )
