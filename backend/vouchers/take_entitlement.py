"""Somebody on a confirmed list takes what it sets aside for them: each row once in a round, as a claim otherwise."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.kernel.claimants import KeyKind
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.answered import earlier_answer
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claim, Claimed, ClaimOutcome
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.roster_rules import RosterReason, is_theirs
from backend.vouchers.roster_views import Entitlement
from backend.vouchers.rules import ClaimReason, decide_window
from backend.vouchers.store import claims
from backend.vouchers.store import rosters as store

TakingOutcome = ClaimOutcome | Refused[RosterReason]


class TakeEntitlement(Struct, frozen=True, kw_only=True):
    """The claim, and every key by which a row of a list may be the person's."""

    claim: Claim
    keys: tuple[tuple[KeyKind, bytes], ...]


async def take_entitlement(tx: Transaction, command: TakeEntitlement, *, now: Instant) -> TakingOutcome:
    """Give the voucher of the person's row; not on the list, not eligible."""
    asked = replace(command.claim, way=RoundMode.ROSTER)
    if await earlier_answer(tx, asked.claim_id, asked.hashed()) is not None:
        return await claim(tx, asked, now=now)
    round_ = await claims.read_round(tx, asked.round_id)
    if round_ is None:
        return Refused(ClaimReason.NOT_OPEN)
    if round_.facts.mode is not RoundMode.ROSTER:
        return Refused(RosterReason.NOT_A_ROSTER)
    if refused := decide_window(round_.facts, at=now):
        return refused
    rows = await theirs(tx, command.keys, round_id=asked.round_id)
    if not rows:
        return Refused(ClaimReason.NOT_ELIGIBLE)
    row = next((row for row in rows if row.voucher_id is None), rows[0])
    await store.lock_entry(tx, row.entry_id)
    if await store.is_taken(tx, row.entry_id, asked.round_id):
        return Refused(RosterReason.TAKEN_ALREADY)
    outcome = await claim(tx, asked, now=now)
    if isinstance(outcome, Claimed) and not outcome.again:
        await store.insert_taking(tx, row.entry_id, asked.round_id, outcome.voucher_id, asked.resident_id, now)
    return outcome


async def theirs(
    tx: Transaction, keys: tuple[tuple[KeyKind, bytes], ...], *, round_id: UUID | None = None
) -> list[Entitlement]:
    """What confirmed lists set aside for this person, soonest first."""
    return [row for row in await store.entitlements_of(tx, keys, round_id=round_id) if is_theirs(row.keys, keys)]
