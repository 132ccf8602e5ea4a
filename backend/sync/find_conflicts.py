"""What of all that devices sent is to be looked at, and what stands behind one of it?"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.kernel.refusals import Refused
from backend.merchants.find_merchants import merchant_names
from backend.sync.body_rules import Body, Redeem
from backend.sync.device_rules import Device
from backend.sync.event_rules import DeviceEvent, SignedEvent, body_of, read_event
from backend.sync.find_devices import FoundDevice, named_devices
from backend.sync.find_unspent import FindUnspent, find_unspent
from backend.sync.log_rules import Stored
from backend.sync.loss_rules import may_be_paid
from backend.sync.prove_claim import AskProof, prove_claim, still_unspent
from backend.sync.receipt_rules import HeldReceipt, decide_receipt_review
from backend.sync.review_rules import ConflictKind, Decision, Place, ReviewReason, decide_review, is_taken_back
from backend.sync.store import devices as devices_store
from backend.sync.store import put_asides, receipts
from backend.sync.store import reviews as store
from backend.sync.store.reviews import Listed, Second, Unreadable
from backend.vouchers.find_offline_claims import ClaimsOn, VoucherClaims, find_offline_claims
from backend.vouchers.offline_rules import OfflineClaim

NEAR = 3
"""So many events of the journal are shown before one and after it."""
NOBODY = ("", "")
_NOT_READ = (ConflictKind.UNREADABLE, ConflictKind.RECEIPT)


class FindConflicts(Struct, frozen=True, kw_only=True):
    """Of one kind, perhaps of one device; ``before`` continues a page.

    Without a kind all but what was decided, and claims against the rules on vouchers that nobody used.
    """

    kind: ConflictKind | None = None
    device_id: UUID | None = None
    before: Place | None = None
    most: int = 50


class Told(Struct, frozen=True):
    """An event as far as it can be read; without a body it is of a kind that nobody here knows."""

    event: DeviceEvent
    body: Body | None


class FoundConflict(Struct, frozen=True, kw_only=True):
    """One line of the desk with its device; ``told`` is nothing where nobody could read it."""

    listed: Listed
    device: FoundDevice
    told: Told | None
    amount_fen: int | None = None
    """What a receipt tells, where the event is missing."""


class SeenClaim(Struct, frozen=True, kw_only=True):
    """A claim on the voucher of the event: the event's own one (``here``), or another device's."""

    device: FoundDevice
    stored: Stored
    told: Told
    operator: str
    claim: OfflineClaim | None
    debt_fen: int
    here: bool


class SeenReceipt(Struct, frozen=True, kw_only=True):
    """A receipt that a customer brought for the number."""

    held: HeldReceipt
    decidable: bool
    decided_by: str


class FoundEvent(Struct, frozen=True, kw_only=True):
    """All that stands behind one number of a device."""

    device: FoundDevice
    seq: int
    stored: Stored | None
    told: Told | None
    decidable: bool
    payable: bool
    """It broke a limit, nobody else used its voucher, and somebody may still accept it."""
    accept_no: ReviewReason | None
    """Why it can only be rejected, or why a claim that broke a limit stays unpaid."""
    claims: list[SeenClaim]
    voucher: VoucherClaims | None
    online_zh: str
    online_en: str
    """The merchant where the county itself took the voucher before."""
    near: list[tuple[Stored, Told]]
    seconds: list[tuple[Second, Told | None]]
    unreadable: list[Unreadable]
    receipts: list[SeenReceipt]
    decision: Decision | None
    decided_by: str


class AskEvent(Struct, frozen=True):
    """One number of one device."""

    device_id: UUID
    seq: int


def read(data: bytes) -> Told | None:
    """What an event says."""
    signed = read_event(data)
    if isinstance(signed, Refused):
        return None
    body = body_of(signed.event)
    return Told(signed.event, None if isinstance(body, Refused) else body)


async def find_conflicts(tx: Transaction, asked: FindConflicts) -> list[FoundConflict]:
    """The newest first."""
    if asked.kind is ConflictKind.UNSPENT:
        wanted = FindUnspent(device_id=asked.device_id, before=asked.before, most=asked.most)
        found = await find_unspent(tx, wanted)
    else:
        found = await store.listed_before(tx, asked.kind, asked.device_id, asked.before, asked.most)
    named = await _named(tx, {one.place.device_id for one in found})
    brought = await receipts.amounts(tx, {one.place.hash for one in found if one.kind is ConflictKind.RECEIPT})
    return [
        FoundConflict(
            listed=one,
            device=named[one.place.device_id],
            told=None if one.kind in _NOT_READ else read(one.data),
            amount_fen=brought.get(one.place.hash),
        )
        for one in found
        if one.place.device_id in named
    ]


async def find_event(tx: Transaction, asked: AskEvent) -> FoundEvent | None:
    """``None`` where nothing came under this number."""
    device = await devices_store.device(tx, asked.device_id)
    if device is None:
        return None
    around = await store.near(tx, device.id, asked.seq - NEAR, asked.seq + NEAR)
    stored = next((one for one in around if one.seq == asked.seq), None)
    seconds = await store.seconds_of(tx, device.id, asked.seq)
    unreadable = await store.unreadable_of(tx, device.id, asked.seq)
    brought = await _receipts(tx, device, asked.seq)
    if stored is None and not seconds and not unreadable and not brought:
        return None
    told = None if stored is None else read(stored.data)
    body = None if told is None else told.body
    voucher_id = body.voucher if isinstance(body, Redeem) else brought[0].held.voucher_id if brought else None
    voucher = None if voucher_id is None else await find_offline_claims(tx, ClaimsOn(voucher_id))
    decision = await store.decision_of(tx, device.id, asked.seq)
    decision = decision or await put_asides.decision_at(tx, device.id, asked.seq)
    online = await _online(tx, voucher)
    open_to = await _open_to(tx, device, stored, told)
    if not open_to.rejection and await put_asides.waiting_at(tx, device.id, asked.seq):
        open_to = _OpenTo(rejection=True, accept_no=ReviewReason.NO_CLAIM)
    return FoundEvent(
        device=(await _named(tx, {device.id}))[device.id],
        seq=asked.seq,
        stored=stored,
        told=told,
        decidable=open_to.rejection,
        payable=open_to.acceptance and not open_to.rejection,
        accept_no=open_to.accept_no,
        claims=await _claims(tx, device, stored, told, voucher),
        voucher=voucher,
        online_zh=online[0],
        online_en=online[1],
        near=[(one, read_one) for one in around if (read_one := read(one.data)) is not None],
        seconds=[(one, read(one.data)) for one in seconds],
        unreadable=unreadable,
        receipts=brought,
        decision=decision,
        decided_by=await _name(tx, None if decision is None else decision.decided_by),
    )


class _OpenTo(NamedTuple):
    """What may be decided about an event."""

    rejection: bool = False
    acceptance: bool = False
    accept_no: ReviewReason | None = None


async def _open_to(tx: Transaction, device: Device, stored: Stored | None, read_as: Told | None) -> _OpenTo:
    signed = None if stored is None or read_as is None else read_event(stored.data)
    if stored is None or signed is None or isinstance(signed, Refused):
        return _OpenTo()
    told = (read(one.data) for one in await store.after(tx, device.id, stored.seq, "VOID"))
    taken_back = is_taken_back(stored.seq, (one.body for one in told if one is not None and one.body is not None))
    stands = {"taken_back": taken_back, "has_merchant": device.merchant_id is not None}
    rejects = decide_review(stored.judged, body_of(signed.event), accept=False, **stands) is None
    no = decide_review(stored.judged, body_of(signed.event), accept=True, **stands)
    if no is None and may_be_paid(stored.judged):
        no = await _unpaid(tx, device, signed)
    if no is not None and no.reason is ReviewReason.NOT_WAITING:
        return _OpenTo()
    return _OpenTo(rejects, no is None, None if no is None else no.reason)


async def _unpaid(tx: Transaction, device: Device, signed: SignedEvent) -> Refused[ReviewReason] | None:
    if await still_unspent(tx, signed) is None:
        return Refused(ReviewReason.SPENT)
    return await prove_claim(tx, AskProof(device, signed))


async def _receipts(tx: Transaction, device: Device, seq: int) -> list[SeenReceipt]:
    held = await receipts.receipts_at(tx, device.id, seq)
    people = await staff_names(tx, frozenset(one.decision.decided_by for one in held if one.decision is not None))
    return [
        SeenReceipt(
            held=one,
            decidable=decide_receipt_review(one, device.state, accept=False, bill_fen=None) is None,
            decided_by="" if one.decision is None else people.get(one.decision.decided_by, ""),
        )
        for one in held
    ]


async def _claims(
    tx: Transaction, device: Device, stored: Stored | None, told: Told | None, voucher: VoucherClaims | None
) -> list[SeenClaim]:
    """The event's own claim first, then the others on its voucher by the time that their devices told."""
    if voucher is None and not isinstance(told.body if told else None, Redeem):
        return []
    booked = {} if voucher is None else {one.claim_id: one for one in voucher.claims}
    debts = {} if voucher is None else {one.claim_id: one.debt_fen - one.set_off_fen for one in voucher.debts}
    events = await store.of_claims(tx, booked.keys())
    named = await _named(tx, {device.id, *(of for of, _ in events.values())})
    seen = [] if stored is None or told is None else [(device.id, stored, told)]
    for of, one in events.values():
        other = read(one.data)
        if other is not None and (stored is None or (of, one.seq) != (device.id, stored.seq)):
            seen.append((of, one, other))
    people = await staff_names(tx, frozenset(_operators(one for _, _, one in seen)))
    found = [_claim(of, one, said, named, booked, debts, people, stored) for of, one, said in seen]
    return sorted(found, key=lambda one: (not one.here, one.stored.occurred_at))


def _claim(
    of: UUID,
    one: Stored,
    said: Told,
    named: Mapping[UUID, FoundDevice],
    booked: Mapping[UUID, OfflineClaim],
    debts: Mapping[UUID, int],
    people: Mapping[UUID, str],
    asked: Stored | None,
) -> SeenClaim:
    claim = None if one.subject_id is None else booked.get(one.subject_id)
    operator = said.body.operator if isinstance(said.body, Redeem) else None
    return SeenClaim(
        device=named[of],
        stored=one,
        told=said,
        operator="" if operator is None else people.get(operator, ""),
        claim=claim,
        debt_fen=0 if claim is None else debts.get(claim.claim_id, 0),
        here=asked is not None and one.hash == asked.hash,
    )


def _operators(told: Iterable[Told]) -> Iterable[UUID]:
    return (one.body.operator for one in told if isinstance(one.body, Redeem))


async def _named(tx: Transaction, device_ids: set[UUID]) -> dict[UUID, FoundDevice]:
    found = [await devices_store.device(tx, one) for one in sorted(device_ids)]
    told = await named_devices(tx, [one for one in found if one is not None])
    return {one.device.id: one for one in told}


async def _online(tx: Transaction, voucher: VoucherClaims | None) -> tuple[str, str]:
    merchant = None if voucher is None or voucher.label is None else voucher.label.online_merchant
    return NOBODY if merchant is None else (await merchant_names(tx, {merchant})).get(merchant, NOBODY)


async def _name(tx: Transaction, staff_id: UUID | None) -> str:
    return "" if staff_id is None else (await staff_names(tx, frozenset({staff_id}))).get(staff_id, "")
