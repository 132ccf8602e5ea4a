"""Take one voucher as payment, at most once, however often the counter asks.

The row, the ledger, the event and the trail share one transaction: all of them happen, or none. ``redeem`` is the plain
verb and the reference.
"""

import msgspec

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.enrol_holder_key import holder_keys
from backend.kernel.ids import Id, new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Funder, Step, Transfer
from backend.merchants.standing import standing
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused
from backend.vouchers.events import VoucherRedeemed
from backend.vouchers.redeem_rules import (
    MOST_WRONG_CODES,
    UNBOUND,
    LiveVoucher,
    Redeem,
    Redeemed,
    RedeemOutcome,
    Shown,
    Typed,
    Unproven,
)
from backend.vouchers.rules import (
    Accepted,
    Counter,
    RedemptionReason,
    VoucherFacts,
    VoucherState,
    decide_redemption,
    split_discount,
)
from backend.vouchers.store import claims
from backend.vouchers.store import redemptions as store

_Stored = Redeemed | Refused[RedemptionReason]


async def redeem(tx: Transaction, command: Redeem, *, now: Instant) -> RedeemOutcome:
    """Decide under the voucher's lock, and store the decision with everything that follows from it."""
    earlier = await earlier_answer(tx, command.redemption_id, command.hashed())
    if isinstance(earlier, Earlier):  # The answer was lost, not the money: same id, same answer.
        stored = msgspec.json.decode(earlier.outcome, type=_Stored)
        return msgspec.structs.replace(stored, again=True) if isinstance(stored, Redeemed) else stored
    if isinstance(earlier, IdReused):
        return earlier
    if isinstance(command.presented, Unproven):
        return Refused(command.presented.reason)
    voucher = await _voucher(tx, command, command.presented, now)
    outcome: Redeemed | Refused[RedemptionReason] = (
        voucher if isinstance(voucher, Refused) else await _decide(tx, voucher, command, now)
    )
    if not (isinstance(outcome, Refused) and outcome.reason in UNBOUND):
        await remember_answer(tx, command.redemption_id, command.hashed(), outcome, now=now)
    return outcome


async def _voucher(
    tx: Transaction, command: Redeem, presented: Shown | Typed, now: Instant
) -> LiveVoucher | Refused[RedemptionReason]:
    match presented:
        case Typed(code=code):
            return await _by_short_code(tx, command.merchant_id, code, now)
        case Shown(voucher_id=voucher_id, holder=holder, count=count):
            voucher = await store.lock_voucher(tx, voucher_id)
            live = await holder_keys(tx, frozenset({voucher.resident_id})) if voucher else {}
            if voucher is None or voucher.resident_id not in live or live[voucher.resident_id].point != holder:
                return Refused(RedemptionReason.CODE_WRONG)
            # A used voucher says so itself; only an unused one is told that its picture is an old one.
            if count <= voucher.last_count and voucher.state is VoucherState.ISSUED:
                return Refused(RedemptionReason.CODE_REPLAYED)
            return voucher


async def _by_short_code(
    tx: Transaction, counter_id: Id, code: bytes, now: Instant
) -> LiveVoucher | Refused[RedemptionReason]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    if await store.wrong_in_hour(tx, counter_id, hour) >= MOST_WRONG_CODES:
        return Refused(RedemptionReason.COUNTER_LOCKED)
    found = await store.voucher_of_code(tx, code)
    voucher = await store.lock_voucher(tx, found[0]) if found else None
    # Asked again under the lock: whoever used the code meanwhile has taken it away.
    found = await store.voucher_of_code(tx, code) if voucher else None
    if found is None or voucher is None:
        await store.count_wrong(tx, counter_id, hour)
        return Refused(RedemptionReason.CODE_WRONG)
    return voucher if now < found[1] else Refused(RedemptionReason.CODE_EXPIRED)


async def _decide(
    tx: Transaction, voucher: LiveVoucher, command: Redeem, now: Instant
) -> Redeemed | Refused[RedemptionReason]:
    facts = VoucherFacts(
        state=voucher.state,
        terms=voucher.terms,
        face_fen=voucher.face_fen,
        use_from=voucher.use_from,
        expires_at=voucher.expires_at,
        paused=voucher.paused,
        proof_level=command.proof_level,
    )
    known = await standing(tx, command.merchant_id, now=now)
    if known is None:
        return Refused(RedemptionReason.MERCHANT_SUSPENDED)
    counter = Counter(merchant_id=command.merchant_id, trade=known.trade, town=known.town_code, standing=known.state)
    decided = decide_redemption(facts, bill=command.bill, counter=counter, at=now)
    if isinstance(decided, Refused):
        return decided
    return await _accept(tx, voucher, command, counter, decided, now)


async def _accept(
    tx: Transaction, voucher: LiveVoucher, command: Redeem, counter: Counter, accepted: Accepted, now: Instant
) -> Redeemed | Refused[RedemptionReason]:
    discount = accepted.discount_fen
    shares = split_discount(voucher.terms.funding, voucher.face_fen, discount)
    count = command.presented.count if isinstance(command.presented, Shown) else None
    if not await store.mark_redeemed(tx, voucher.voucher_id, count):
        return Refused(RedemptionReason.ALREADY_USED)
    await store.drop_short_code(tx, voucher.voucher_id)
    await store.insert_redemption(tx, voucher, command, counter, discount, shares, now)
    public = min(shares.get(Funder.GOVERNMENT, 0), voucher.public_fen)
    if unused := voucher.public_fen - public:
        path = await claims.path_of(tx, voucher.line_id)
        await store.count_returned(tx, [(line, unused, 0) for line in path])
    await post(tx, *_transfers(voucher, command, public, shares.get(Funder.PLATFORM, 0), now), now=now)
    outcome = Redeemed(
        redemption_id=command.redemption_id,
        voucher_id=voucher.voucher_id,
        discount_fen=discount,
        payable_fen=command.bill.bill_fen - discount,
        bill_fen=command.bill.bill_fen,
        funders=tuple((funder, fen) for funder, fen in shares.items() if fen),
        redeemed_at=now,
    )
    await publish(
        tx,
        VoucherRedeemed(
            event_id=new_id(),
            occurred_at=now,
            redemption_id=command.redemption_id,
            voucher_id=voucher.voucher_id,
            campaign_id=voucher.campaign_id,
            resident_id=voucher.resident_id,
            merchant_id=command.merchant_id,
            bill_fen=command.bill.bill_fen,
            discount_fen=discount,
            shares=outcome.funders,
        ),
        now=now,
    )
    subject, told = ("voucher", voucher.voucher_id), f"redemption {command.redemption_id}"
    states = {"from_state": voucher.state, "to_state": VoucherState.REDEEMED}
    await record(tx, new_entry(now, command.actor, "voucher.redeem", subject, **states, detail=told))
    return outcome


def _transfers(
    voucher: LiveVoucher, command: Redeem, public_fen: int, platform_fen: int, now: Instant
) -> list[Transfer]:
    campaign, line, merchant = voucher.campaign_id, voucher.line_id, command.merchant_id
    opened = Account(AccountKind.VOUCHER_OPEN, campaign, line)
    booked = (
        (
            opened,
            Account(AccountKind.MERCHANT_PAYABLE, campaign, line, merchant, Funder.GOVERNMENT),
            public_fen,
            Step.REDEEM,
        ),
        (opened, Account(AccountKind.BUDGET_LINE, campaign, line), voucher.public_fen - public_fen, Step.UNUSED_FACE),
        (
            Account(AccountKind.PLATFORM_DUE, campaign),
            Account(AccountKind.MERCHANT_PAYABLE, campaign, line, merchant, Funder.PLATFORM),
            platform_fen,
            Step.PLATFORM_SHARE,
        ),
    )
    return [
        Transfer(
            act_id=command.redemption_id,
            leg=leg,
            debit=debit,
            credit=credit,
            amount_fen=fen,
            step=step,
            occurred_at=now,
        )
        for leg, (debit, credit, fen, step) in enumerate(booked)
        if fen
    ]
