"""Open and close rounds when their instants come. A round without fixed pieces opens with whatever its kind has left.

Whether a claim is taken is decided by the clock, so a late background worker delays nobody in a round with fixed
pieces; this work moves the money and marks the state. A round that takes what is left is open once it was dealt.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import SYSTEM
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.outbox.rules import DueWork
from backend.vouchers.desk_rules import RoundState, public_face
from backend.vouchers.desk_views import BudgetLine, RoundView
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.store import claims, draws
from backend.vouchers.store import desk as store

OPEN_ROUND = "round.open"
CLOSE_ROUND = "round.close"


async def open_due(tx: Transaction, work: DueWork, at: Instant) -> None:
    """Timed work: the round's opening."""
    await open_round(tx, OpenRound(UUID(work.key)), now=at)


class OpenRound(Struct, frozen=True):
    """The round's opening has come."""

    round_id: UUID


class CloseRound(Struct, frozen=True):
    """The round's end has come."""

    round_id: UUID


async def open_round(tx: Transaction, command: OpenRound, *, now: Instant) -> int:
    """planned → open; returns the pieces. What lies unused on closed rounds of the kind is dealt to this one."""
    view = await _locked_view(tx, command.round_id)
    if view is None or view.state is not RoundState.PLANNED:
        return view.facts.pieces if view else 0
    pieces = view.facts.pieces
    if pieces == 0:
        pieces = await _deal_what_is_left(tx, view, now)
    await store.change_round(tx, command.round_id, RoundState.OPEN, pieces)
    await record(
        tx,
        new_entry(
            now,
            SYSTEM,
            "round.open",
            ("round", command.round_id),
            from_state=view.state,
            to_state=RoundState.OPEN,
            detail=f"{pieces} pieces",
        ),
    )
    return pieces


async def close_round(tx: Transaction, command: CloseRound, *, now: Instant) -> int:
    """open → closed; what nobody claimed goes back up to the kind's line. Returns that amount in fen.

    A draw closes when its last place has been decided, and not before: until then its money is its winners'.
    """
    view = await _locked_view(tx, command.round_id)
    if view is None or view.state is RoundState.CLOSED:
        return 0
    if view.facts.mode is RoundMode.DRAW and not await draws.is_finished(tx, command.round_id):
        return 0
    tree = await store.lock_tree(tx, view.campaign_id)
    swept = await sweep(tx, view.campaign_id, [line for line in tree if line.line_id == view.line_id], now)
    await store.change_round(tx, command.round_id, RoundState.CLOSED)
    await record(
        tx,
        new_entry(
            now,
            SYSTEM,
            "round.close",
            ("round", command.round_id),
            from_state=view.state,
            to_state=RoundState.CLOSED,
            detail=f"{swept} fen returned",
        ),
    )
    return swept


async def _locked_view(tx: Transaction, round_id: UUID) -> RoundView | None:
    # The round before its lines, as claims lock them: the other way round the two would wait for each other.
    await claims.lock_rounds(tx, [round_id])
    views = await store.rounds_where(tx, round_id=round_id)
    return views[0] if views else None


async def _deal_what_is_left(tx: Transaction, view: RoundView, now: Instant) -> int:
    tree = {line.line_id: line for line in await store.lock_tree(tx, view.campaign_id)}
    kind_id = tree[view.line_id].parent_id
    if kind_id is None:
        return 0
    closed = {
        other.line_id
        for other in await store.rounds_where(tx, campaign_id=view.campaign_id)
        if other.state is RoundState.CLOSED
    }
    siblings = [line for line in tree.values() if line.parent_id == kind_id and line.line_id in closed]
    await sweep(tx, view.campaign_id, siblings, now)
    tree = {line.line_id: line for line in await store.tree_of(tx, view.campaign_id)}
    children = [line for line in tree.values() if line.parent_id == kind_id]
    left_fen = tree[kind_id].cap_fen - sum(line.cap_fen for line in children)
    left_pieces = tree[kind_id].cap_pieces - sum(line.cap_pieces for line in children)
    face = public_face(view.facts.terms.funding, view.facts.terms.face_fen)
    pieces = min(left_pieces, left_fen // face) if face else left_pieces
    if pieces > 0:
        await store.change_cap(tx, view.line_id, pieces * face, pieces)
        await post(tx, *_between(view.campaign_id, kind_id, view.line_id, pieces * face, Step.DEAL, now), now=now)
    return max(pieces, 0)


async def sweep(tx: Transaction, campaign_id: UUID, lines: list[BudgetLine], now: Instant) -> int:
    """Hand what the lines have free up to their parents; their caps shrink to what they really gave."""
    total = 0
    for line in lines:
        if line.parent_id is not None and (line.free_fen or line.free_pieces):
            await store.change_cap(tx, line.line_id, line.cap_fen - line.free_fen, line.cap_pieces - line.free_pieces)
            await post(
                tx, *_between(campaign_id, line.line_id, line.parent_id, line.free_fen, Step.RETURN_UP, now), now=now
            )
            total += line.free_fen
    return total


def _between(campaign_id: UUID, giver: UUID, taker: UUID, amount_fen: int, step: Step, now: Instant) -> list[Transfer]:
    return (
        [
            Transfer(
                act_id=new_id(),
                leg=0,
                debit=Account(AccountKind.BUDGET_LINE, campaign_id, giver),
                credit=Account(AccountKind.BUDGET_LINE, campaign_id, taker),
                amount_fen=amount_fen,
                step=step,
                occurred_at=now,
            )
        ]
        if amount_fen
        else []
    )
