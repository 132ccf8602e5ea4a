"""Take a voucher in a round: at most the pieces, the money and the person's limit, however many ask at once.

``claim`` is the plain verb and the reference; ``claim_in_batches.py`` is its batched twin for the rush and passes the
same tests. Both decide by ``claim_rules.Batch``.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from backend.audit_trail.record import record as record_entries
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.outbox.answered import earlier_answers, remember_answers
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused
from backend.vouchers.claim_rules import (
    UNBOUND,
    Batch,
    Claim,
    Claimed,
    ClaimOutcome,
    RoundRecord,
    Ruling,
    person_keys,
)
from backend.vouchers.events import VoucherClaimed
from backend.vouchers.expire import plan_expiry
from backend.vouchers.rules import ClaimReason, VoucherState
from backend.vouchers.store import claims as store

_Stored = Claimed | Refused[ClaimReason]


async def claim(tx: Transaction, command: Claim, *, now: Instant) -> ClaimOutcome:
    """Decide one claim under the round's lock and store the decision with everything that follows from it."""
    return (await claim_many(tx, [command], now=now))[0]


async def claim_many(tx: Transaction, commands: Sequence[Claim], *, now: Instant) -> list[ClaimOutcome]:
    """Decide claims in their order in one transaction; one bad command never fails its neighbours."""
    rounds = await store.lock_rounds(tx, (command.round_id for command in commands))
    lines = await store.lock_lines(tx, (line for record in rounds.values() for line in record.path))
    earlier = await earlier_answers(tx, [command.claim_id for command in commands])
    asked = [
        key
        for command in commands
        if command.round_id in rounds
        for key in person_keys(command, rounds[command.round_id].facts.terms.limits, now)
    ]
    batch = Batch(rounds, lines, await store.taken_keys(tx, asked), iter(new_id, None), now)
    rulings: list[Ruling] = []
    for command in commands:
        known = earlier.get(command.claim_id)
        if known is None:
            ruling = batch.decide(command)
            if not (isinstance(ruling.outcome, Refused) and ruling.outcome.reason in UNBOUND):
                earlier[command.claim_id] = (command.hashed(), msgspec.json.encode(ruling.outcome).decode())
        else:
            ruling = Ruling(claim=command, outcome=_again(command, *known), fresh=False)
        rulings.append(ruling)
    await _store(tx, rounds, rulings, now)
    return [ruling.outcome for ruling in rulings]


def _again(command: Claim, hashed: bytes, outcome: str) -> ClaimOutcome:
    if hashed != command.hashed():
        return IdReused()
    stored = msgspec.json.decode(outcome, type=_Stored)
    return msgspec.structs.replace(stored, again=True) if isinstance(stored, Claimed) else stored


async def _store(tx: Transaction, rounds: dict[UUID, RoundRecord], rulings: Sequence[Ruling], now: Instant) -> None:
    decided = [r for r in rulings if r.fresh and not (isinstance(r.outcome, Refused) and r.outcome.reason in UNBOUND)]
    given = [(r, r.outcome, rounds[r.claim.round_id]) for r in decided if isinstance(r.outcome, Claimed)]
    if given:
        await store.insert_vouchers(tx, given)
        await store.count_issued(tx, given, now)
        for expires_at in {claimed.expires_at for _, claimed, _ in given}:
            await plan_expiry(tx, expires_at)
        await post(tx, *(_transfer(claimed, record) for _, claimed, record in given if record.public_fen), now=now)
        for ruling, claimed, _ in given:
            await publish(
                tx,
                VoucherClaimed(
                    event_id=new_id(),
                    occurred_at=now,
                    voucher_id=claimed.voucher_id,
                    round_id=claimed.round_id,
                    resident_id=ruling.claim.resident_id,
                    face_fen=claimed.face_fen,
                ),
                now=now,
            )
        await record_entries(
            tx,
            *(
                new_entry(
                    now,
                    ruling.claim.actor,
                    "voucher.claim",
                    ("voucher", claimed.voucher_id),
                    to_state=VoucherState.ISSUED,
                )
                for ruling, claimed, _ in given
            ),
        )
    await remember_answers(tx, [(r.claim.claim_id, r.claim.hashed(), r.outcome) for r in decided], now=now)


def _transfer(claimed: Claimed, record: RoundRecord) -> Transfer:
    campaign, line = record.campaign_id, record.line_id
    return Transfer(
        act_id=claimed.voucher_id,
        leg=0,
        debit=Account(AccountKind.BUDGET_LINE, campaign, line),
        credit=Account(AccountKind.VOUCHER_OPEN, campaign, line),
        amount_fen=record.public_fen,
        step=Step.CLAIM,
        occurred_at=claimed.claimed_at,
    )
