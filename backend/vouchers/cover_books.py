"""Whose money pays what a voucher's claims come to: its own first, then the allowances of devices (decision 0068).

One function brings the books of a voucher's label to what its paid claims and their refunds say; whatever moves those,
a claim, a claim taken back, a refund or a correction, calls it in its own transaction under the voucher's lock.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.vouchers.offline_rules import CoverChange, OfflineClaim, OfflineLabel, move_cover, split_cover
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.store import claims as lines
from backend.vouchers.store import offline as store

FIRST_LEG = 10
"""An act's own transfers come before those of its cover."""


class Balanced(Struct, frozen=True, kw_only=True):
    """The label and the claims as they are now, and what allowances pay more or less than before."""

    label: OfflineLabel
    claims: tuple[OfflineClaim, ...]
    covers: tuple[CoverChange, ...]


async def balance_voucher(tx: Transaction, voucher: LiveVoucher, act_id: UUID, now: Instant) -> None:
    """A refund or a correction has moved what a claim on this locked voucher costs."""
    label = await store.label_of(tx, voucher.voucher_id)
    if label is not None:
        claims = await store.claims_of(tx, voucher.voucher_id)
        # A device's episode is not charged less for a refund: what it covered goes to the pool, where it came from.
        balanced = await balance_label(
            tx, voucher, label, claims, act_id=act_id, now=now, home=AccountKind.OFFLINE_POOL
        )
        await store.put_label(tx, balanced.label)
        await store.change_claims(tx, balanced.claims)


async def paid_now(tx: Transaction, claims: Sequence[OfflineClaim]) -> dict[UUID, int]:
    """What each paid claim costs now in public money, less what was refunded of it."""
    net = await store.public_paid(tx, [one.redemption_id for one in claims if one.redemption_id is not None])
    return {one.claim_id: net.get(one.redemption_id, 0) for one in claims if one.redemption_id is not None}


async def balance_label(
    tx: Transaction,
    voucher: LiveVoucher,
    label: OfflineLabel,
    claims: Sequence[OfflineClaim],
    *,
    act_id: UUID,
    now: Instant,
    ends: bool = False,
    new: Collection[UUID] = (),
    home: AccountKind = AccountKind.OFFLINE_ALLOWANCE,
) -> Balanced:
    """Post what cover moves, and give back to its line what a closed label keeps; stores neither label nor claims.

    ``ends``: the voucher ran out and nobody claims it any more, so a piece comes back with its money. ``new`` are the
    claims that this act pays, ``home`` where cover goes back to.
    """
    paid = await paid_now(tx, claims)
    used_fen, cover_fen = split_cover(label.own_fen, sum(paid.values()))
    changes = move_cover(claims, paid, cover_fen, new=new)
    after = replace(label, used_fen=used_fen, cover_fen=cover_fen)
    gone_fen = after.kept_fen if label.closed_at is not None or ends else 0
    moves = _cover_moves(voucher, changes, home) + _kept_move(voucher, gone_fen, ends=ends)
    transfers = [
        Transfer(act_id=act_id, leg=leg, debit=debit, credit=credit, amount_fen=fen, step=step, occurred_at=now)
        for leg, (debit, credit, fen, step) in enumerate(moves, FIRST_LEG)
    ]
    await post(tx, *transfers, now=now)
    await _count(tx, voucher, changes, gone_fen, pieces=int(ends))
    moved = {change.claim_id: change.fen for change in changes}
    return Balanced(
        label=replace(after, own_fen=after.own_fen - gone_fen),
        claims=tuple(replace(one, cover_fen=one.cover_fen + moved.get(one.claim_id, 0)) for one in claims),
        covers=tuple(changes),
    )


_Move = tuple[Account, Account, int, Step]


def _cover_moves(voucher: LiveVoucher, changes: Sequence[CoverChange], home: AccountKind) -> list[_Move]:
    opened = Account(AccountKind.VOUCHER_OPEN, voucher.campaign_id, voucher.line_id)
    moves: list[_Move] = []
    for change in changes:
        campaign, line = voucher.campaign_id, change.pool_line_id
        if change.fen > 0:
            allowance = Account(AccountKind.OFFLINE_ALLOWANCE, campaign, line)
            moves.append((allowance, opened, change.fen, Step.OFFLINE_COVER))
        else:
            moves.append((opened, Account(home, campaign, line), -change.fen, Step.OFFLINE_UNCOVER))
    return moves


def _kept_move(voucher: LiveVoucher, fen: int, *, ends: bool) -> list[_Move]:
    if not fen:
        return []
    opened = Account(AccountKind.VOUCHER_OPEN, voucher.campaign_id, voucher.line_id)
    line = Account(AccountKind.BUDGET_LINE, voucher.campaign_id, voucher.line_id)
    return [(opened, line, fen, Step.EXPIRE if ends else Step.UNUSED_FACE)]


async def _count(
    tx: Transaction, voucher: LiveVoucher, changes: Sequence[CoverChange], gone_fen: int, *, pieces: int
) -> None:
    """A pool's line counts as issued what it covers; the voucher's own line gets back what nobody used."""
    moves: dict[UUID, tuple[int, int, int]] = {}
    given: dict[UUID, tuple[int, int, int]] = {}
    for change in changes:
        issued, _, _ = given.get(change.pool_line_id, (0, 0, 0))
        given[change.pool_line_id] = (issued + change.fen, 0, 0)
    if gone_fen or pieces:
        issued, _, _ = given.get(voucher.line_id, (0, 0, 0))
        given[voucher.line_id] = (issued, gone_fen, pieces)
    for line_id, (issued, back, count) in given.items():
        for line in await lines.path_of(tx, line_id):
            before = moves.get(line, (0, 0, 0))
            moves[line] = (before[0] + issued, before[1] + back, before[2] + count)
    await store.count_moves(tx, moves)
