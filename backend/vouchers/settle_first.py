"""Settle at once the claims that are the first on their vouchers and that these vouchers pay with their own money.

Most of what a device brings home is that. Nothing of such a claim depends on another one: its label is ``applied``, no
allowance moves and nobody owes anything. So they need no look at each voucher's claims by itself, and one statement a
table stores them all. Every other claim is ``settle_offline``'s, and whatever comes of it is the same (0078).
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.merchants.rules import Standing
from backend.merchants.standing import standings
from backend.vouchers.close_label import plan_closings
from backend.vouchers.label_claims import label_entry
from backend.vouchers.offline_payments import Payable, pay_many
from backend.vouchers.offline_rules import ClaimLabel, OfflineClaim, OfflineLabel, Ranked
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.rules import VoucherState
from backend.vouchers.settle_offline import SettleOffline, claim_of
from backend.vouchers.store import offline as store
from backend.vouchers.store import redemptions


class SettleFirst(Struct, frozen=True):
    """Compliant claims of one device in the order of its journal; of each allowance what is left before all of them."""

    claims: tuple[SettleOffline, ...]


class _First(Struct, frozen=True):
    """A claim that its voucher pays by itself."""

    command: SettleOffline
    claim: OfflineClaim
    voucher: LiveVoucher


async def settle_first(tx: Transaction, command: SettleFirst, *, now: Instant) -> frozenset[UUID]:
    """The claims that are settled now, all ``applied``; nothing of the others has moved, but their vouchers are locked.

    ``settle_offline`` takes the others, in their order.
    """
    named = {one.voucher_id for one in command.claims}
    vouchers = await redemptions.lock_vouchers(tx, named)
    taken = await store.claimed(tx, named)
    counters = await standings(tx, {one.merchant_id for one in command.claims}, now=now)
    plain = _plain(command.claims, {who: one for who, one in vouchers.items() if who not in taken}, counters)
    if plain:
        await _store(tx, plain, now)
    return frozenset(one.claim.claim_id for one in plain)


def _plain(
    commands: Sequence[SettleOffline], free: Mapping[UUID, LiveVoucher], counters: Mapping[UUID, Standing]
) -> list[_First]:
    """Those that may go first: what all others could charge before them would not reach their allowance's end."""
    found: list[_First] = []
    seen: set[UUID] = set()
    others_fen: dict[tuple[UUID | None, int], int] = {}
    for command in commands:
        first = None if command.voucher_id in seen else _first(command, free, counters)
        seen.add(command.voucher_id)
        if first is not None:
            found.append(first)
        else:
            key = (command.pool_line_id, command.episode)
            others_fen[key] = others_fen.get(key, 0) + command.amount_fen
    return [
        one
        for one in found
        if one.claim.government_fen
        <= one.command.allowance_left_fen - others_fen.get((one.command.pool_line_id, one.command.episode), 0)
    ]


def _first(
    command: SettleOffline, free: Mapping[UUID, LiveVoucher], counters: Mapping[UUID, Standing]
) -> _First | None:
    voucher, counter = free.get(command.voucher_id), counters.get(command.merchant_id)
    if voucher is None or counter is None or voucher.state is not VoucherState.ISSUED:
        return None
    if voucher.terms.redeem_level > command.proof_level:
        return None  # Who they are has to be asked for.
    claim = claim_of(command, voucher, counter, command.proof_level)
    if isinstance(claim, Refused) or claim.government_fen > voucher.public_fen:
        return None
    return _First(command, replace(claim, label=ClaimLabel.APPLIED), voucher)


async def _store(tx: Transaction, plain: Sequence[_First], now: Instant) -> None:
    payable = [Payable(one.claim, one.voucher, one.command.actor) for one in plain]
    paid = await pay_many(tx, payable, now)
    await store.insert_claims(tx, paid, now)
    labels = [_label(one) for one in plain]
    await store.insert_labels(tx, labels)
    await record(tx, *(label_entry(one.claim, Ranked(ClaimLabel.APPLIED, 0), one.command.actor, now) for one in plain))
    await redemptions.mark_used(
        tx, [(one.voucher.voucher_id, max(one.command.count, one.voucher.last_count)) for one in plain]
    )
    await plan_closings(tx, [(label.voucher_id, label.closes_at) for label in labels])


def _label(one: _First) -> OfflineLabel:
    return OfflineLabel(
        voucher_id=one.voucher.voucher_id,
        own_fen=one.voucher.public_fen,
        used_fen=one.claim.government_fen,
        cover_fen=0,
        found=one.voucher.state,
        online_merchant=None,
        closes_at=one.voucher.expires_at + one.command.open_for,
    )
