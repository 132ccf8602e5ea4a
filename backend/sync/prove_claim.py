"""Is anything wrong with a stored claim beside the limit that it broke? Asked before somebody may accept it."""

from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.refusals import Refused
from backend.sync.body_rules import Redeem
from backend.sync.device_rules import Device
from backend.sync.event_rules import SignedEvent, body_of, read_event
from backend.sync.gather_facts import Journal, gather_facts
from backend.sync.limits_rules import OfflineLimits
from backend.sync.loss_rules import unproven
from backend.sync.review_rules import ReviewReason
from backend.sync.store import events, journals, policies
from backend.vouchers.find_offline_claims import unspent_among


class AskProof(Struct, frozen=True):
    """A claim of a device whose stored word is one of ``PAYABLE_WORDS``."""

    device: Device
    signed: SignedEvent


async def prove_claim(tx: Transaction, asked: AskProof) -> Refused[ReviewReason] | None:
    """Against the county's records of now; ``None`` where only the limit stands against it. Nothing is locked."""
    device, signed = asked.device, asked.signed
    if await journals.forked(tx, device.id, signed.event.seq):
        return Refused(ReviewReason.UNPROVEN, "chain-forked")
    earlier = [_signed(one.data) for one in await events.log_up_to(tx, device.id, signed.event.seq - 1)]
    # Of a journal of years only the claims on this voucher are asked about.
    facts = await gather_facts(tx, Journal(device, [*(one for one in earlier if _same_voucher(one, signed)), signed]))
    fault = unproven(signed, earlier, facts, await limits_then(tx, signed.event.policy))
    return None if fault is None else Refused(ReviewReason.UNPROVEN, fault.value)


async def still_unspent(tx: Transaction, signed: SignedEvent) -> UUID | None:
    """The claim's voucher, if nobody used it until now."""
    body = body_of(signed.event)
    if not isinstance(body, Redeem):
        return None
    return body.voucher if await unspent_among(tx, {body.voucher}, tx.county.clock()) else None


async def limits_then(tx: Transaction, number: int) -> OfflineLimits:
    """Of the policy that an event names; where there is none of this number, of the one that holds."""
    policy = await policies.policy(tx, number) or await policies.in_force(tx)
    return OfflineLimits() if policy is None else policy.limits


def _same_voucher(one: SignedEvent, other: SignedEvent) -> bool:
    first, second = body_of(one.event), body_of(other.event)
    return isinstance(first, Redeem) and isinstance(second, Redeem) and first.voucher == second.voucher


def _signed(data: bytes) -> SignedEvent:
    read = read_event(data)
    if isinstance(read, Refused):
        raise RuntimeError("a stored event was read when it was stored")
    return read
