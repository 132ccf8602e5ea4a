"""Bring everything about one voucher to what its claims say: labels, payments, cover and debts.

Whatever arrived first, the same is left behind: the set of claims decides (I3), not what was stored before.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import Entry, new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.vouchers.cover_books import balance_label, paid_now
from backend.vouchers.cover_rules import rank_covered
from backend.vouchers.offline_payments import TakingBack, pay, take_back
from backend.vouchers.offline_rules import (
    ClaimLabel,
    CoverChange,
    OfflineClaim,
    OfflineLabel,
    Ranked,
    standing,
    state_without_claims,
)
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.rules import VoucherState
from backend.vouchers.store import offline as store


class Act(Struct, frozen=True, kw_only=True):
    """What changed the set of claims: a claim that arrived, or one that its device took back, and why.

    ``count`` is the highest counter seen from the holder's phone, ``left_fen`` what may be charged for each claim that
    is not paid yet.
    """

    act_id: UUID
    claim_id: UUID
    reason: str
    actor: Actor
    count: int = 0
    left_fen: Mapping[UUID, int] = {}


class Relabelled(Struct, frozen=True, kw_only=True):
    """A claim whose label is another than before; without one it waits for a person, since nobody can cover it."""

    claim_id: UUID
    device_id: UUID
    label: ClaimLabel | None


class Labelled(Struct, frozen=True, kw_only=True):
    """What was left behind, and what is another than before."""

    claims: tuple[OfflineClaim, ...]
    ranked: dict[UUID, Ranked]
    relabelled: tuple[Relabelled, ...]
    covers: tuple[CoverChange, ...]


async def label_claims(
    tx: Transaction,
    voucher: LiveVoucher,
    label: OfflineLabel,
    claims: Sequence[OfflineClaim],
    act: Act,
    now: Instant,
) -> Labelled:
    """Under the voucher's lock; ``claims`` are all that are stored, the new one and those taken back too."""
    paid = await paid_now(tx, claims)
    ranked, short = rank_covered(claims, label, paid=paid, left_fen=act.left_fen)
    claims = [replace(claim, uncovered=True) if claim.claim_id in short else claim for claim in claims]
    state = VoucherState.REDEEMED if ranked else state_without_claims(label.found, voucher.expires_at, now)
    changed = [
        claim
        for claim in standing(claims)
        if claim.label is not ranked[claim.claim_id].label or claim.claim_id == act.act_id
    ]
    settled = await _take_back(tx, claims, ranked, state, act, now)
    settled = [
        replace(claim, label=ranked[claim.claim_id].label) if claim.claim_id in ranked else claim for claim in settled
    ]
    settled = await _pay(tx, voucher, settled, ranked, act, now)
    ends = state is VoucherState.EXPIRED and label.found is VoucherState.ISSUED
    new = {claim.claim_id for claim in settled if claim.redemption_id is not None} - paid.keys()
    balanced = await balance_label(tx, voucher, label, settled, act_id=act.act_id, now=now, ends=ends, new=new)
    await store.change_claims(tx, balanced.claims)
    if ranked:
        await store.put_label(tx, balanced.label)
    else:
        await store.drop_label(tx, voucher.voucher_id)
    owed = {claim_id: one.debt_fen for claim_id, one in ranked.items() if one.debt_fen}
    await store.replace_debts(tx, voucher, owed, now)
    if state is not voucher.state or act.count > voucher.last_count:
        await store.move_voucher(tx, voucher.voucher_id, state, max(act.count, voucher.last_count))
    uncovered = [claim for claim in claims if claim.claim_id in short]
    await record(
        tx, *(label_entry(claim, ranked.get(claim.claim_id), act.actor, now) for claim in [*changed, *uncovered])
    )
    return Labelled(
        claims=balanced.claims,
        ranked=ranked,
        relabelled=tuple(
            Relabelled(claim_id=one.claim_id, device_id=one.device_id, label=_label_in(ranked, one))
            for one in [*changed, *uncovered]
            if one.claim_id != act.act_id
        ),
        covers=balanced.covers,
    )


def _label_in(ranked: Mapping[UUID, Ranked], claim: OfflineClaim) -> ClaimLabel | None:
    mine = ranked.get(claim.claim_id)
    return None if mine is None else mine.label


async def _take_back(
    tx: Transaction,
    claims: Sequence[OfflineClaim],
    ranked: dict[UUID, Ranked],
    state: VoucherState,
    act: Act,
    now: Instant,
) -> list[OfflineClaim]:
    """First what is paid no more, then whose redemption counts as the voucher's one use: the index allows one."""
    settled: list[OfflineClaim] = []
    for claim in claims:
        mine = ranked.get(claim.claim_id)
        if claim.redemption_id is None or (mine is not None and mine.is_paid):
            settled.append(claim)
            continue
        undone = claim.claim_id == act.claim_id
        taking = TakingBack(
            # A payment that another claim pushed out is an act of its own.
            act_id=act.act_id if undone else new_id(),
            reason=act.reason,
            actor=act.actor,
            voucher_state=state,
            told=undone,
        )
        settled.append(await take_back(tx, claim, taking, now))
    kept = [claim for claim in settled if claim.redemption_id is not None and claim.claim_id in ranked]
    for claim in sorted(kept, key=lambda one: ranked[one.claim_id].label is ClaimLabel.APPLIED):
        if claim.redemption_id is not None and claim.label is not ranked[claim.claim_id].label:
            conflict = ranked[claim.claim_id].label is not ClaimLabel.APPLIED
            await store.set_conflict(tx, claim.redemption_id, conflict)
    return settled


async def _pay(
    tx: Transaction,
    voucher: LiveVoucher,
    claims: Sequence[OfflineClaim],
    ranked: dict[UUID, Ranked],
    act: Act,
    now: Instant,
) -> list[OfflineClaim]:
    return [
        await pay(tx, claim, voucher, act.actor, now)
        if claim.redemption_id is None and claim.claim_id in ranked and ranked[claim.claim_id].is_paid
        else claim
        for claim in claims
    ]


def label_entry(claim: OfflineClaim, ranked: Ranked | None, actor: Actor, now: Instant) -> Entry:
    """What the trail tells of a claim's label."""
    return new_entry(
        now,
        actor,
        "offline.label",
        ("voucher", claim.voucher_id),
        to_state="uncovered" if ranked is None else ranked.label,
        detail=f"claim {claim.claim_id} of device {claim.device_id}, debt {ranked.debt_fen if ranked else 0} fen",
    )
