"""A device takes a claim of its own back (VOID): the claim counts for nothing, and its voucher is labelled anew.

Before the clearing the merchant is owed less, afterwards it owes back; what a claim was covered with goes back to the
allowance. A voucher that nobody claims any more is again what it was, unless its time ran out since.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signed_texts import storable
from backend.vouchers.label_claims import Act, Relabelled, label_claims
from backend.vouchers.offline_rules import CoverChange, OfflineReason, standing
from backend.vouchers.store import offline as store
from backend.vouchers.store import redemptions

LONGEST_REASON: Final = 400
"""Characters that are kept beside the roll-back; the event has all of them."""


class VoidOffline(Struct, frozen=True, kw_only=True):
    """The device's VOID event of one of its own claims; ``void_id`` names that event.

    ``left_fen`` is what may be charged for each claim that becomes payable in its stead (``unpaid_beside``); for one
    that is not named, nothing.
    """

    void_id: UUID
    claim_id: UUID
    device_id: UUID
    reason: str
    actor: Actor
    left_fen: Mapping[UUID, int] = {}


class Unpaid(Struct, frozen=True, kw_only=True):
    """A claim that may become payable, and whose allowance would have to cover it."""

    claim_id: UUID
    device_id: UUID
    campaign_id: UUID
    episode: int


class Beside(Struct, frozen=True, kw_only=True):
    """The unpaid claims on the voucher of a claim, and what of its cover comes back when it is taken back, in fen.

    ``episode`` is the one whose allowance covered it.
    """

    cover_fen: int = 0
    episode: int = 0
    unpaid: tuple[Unpaid, ...] = ()


async def unpaid_beside(tx: Transaction, claim_id: UUID) -> Beside:
    """What taking this claim back may make payable; its voucher is locked until the end of the transaction."""
    named = await store.find_claim(tx, claim_id)
    voucher = None if named is None else await redemptions.lock_voucher(tx, named.voucher_id)
    if voucher is None:
        return Beside()
    claims = standing(await store.claims_of(tx, voucher.voucher_id))
    unpaid = tuple(
        Unpaid(claim_id=one.claim_id, device_id=one.device_id, campaign_id=voucher.campaign_id, episode=one.episode)
        for one in claims
        if one.redemption_id is None
    )
    mine = [one for one in claims if one.claim_id == claim_id]
    return Beside(
        cover_fen=sum(one.cover_fen for one in mine),
        episode=mine[0].episode if mine else 0,
        unpaid=unpaid,
    )


class Voided(Struct, frozen=True, kw_only=True):
    """What became of the other claims, and whose allowances pay more or less; ``again``: it was taken back before."""

    claim_id: UUID
    relabelled: tuple[Relabelled, ...] = ()
    covers: tuple[CoverChange, ...] = ()
    again: bool = False


async def void_offline(tx: Transaction, command: VoidOffline, *, now: Instant) -> Voided | Refused[OfflineReason]:
    """Only the device that made a claim takes it back; a claim that was never settled is not known here."""
    named = await store.find_claim(tx, command.claim_id)
    if named is None or named.device_id != command.device_id:
        return Refused(OfflineReason.UNKNOWN_CLAIM)
    voucher = await redemptions.lock_voucher(tx, named.voucher_id)
    claims = await store.claims_of(tx, named.voucher_id)  # Read under the lock.
    label = await store.label_of(tx, named.voucher_id)
    claim = next(one for one in claims if one.claim_id == command.claim_id)
    if claim.voided_at is not None:
        return Voided(claim_id=claim.claim_id, again=True)
    if voucher is None or (label is None and not claim.uncovered):
        raise RuntimeError(f"claim {claim.claim_id} stands without a label")
    left = [replace(one, voided_at=now) if one is claim else one for one in claims]
    voided, reason = Voided(claim_id=claim.claim_id), storable(command.reason, LONGEST_REASON)
    if label is None:
        await store.change_claims(tx, left)
    else:
        act = Act(
            act_id=command.void_id,
            claim_id=claim.claim_id,
            reason=reason,
            actor=command.actor,
            left_fen=command.left_fen,
        )
        labelled = await label_claims(tx, voucher, label, left, act, now)
        voided = replace(voided, relabelled=labelled.relabelled, covers=labelled.covers)
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            "offline.void",
            ("voucher", voucher.voucher_id),
            from_state=claim.label,
            detail=f"claim {claim.claim_id} of device {claim.device_id}",
            words=reason,
        ),
    )
    return voided
