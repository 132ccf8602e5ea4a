"""Which vouchers does somebody without a phone hold, and with which eight digits are they spent?

A station looks into a person's wallet, and has a code made for them, with their document in hand and its number given,
or once a code sent to their phone came back. Both are on record; a code lives ten minutes, so that it can be written
down and carried to the counter next door.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.person import claimant
from backend.kernel.actors import Actor
from backend.kernel.claimants import Claimant
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash
from backend.stations.assist import record_assisted_once
from backend.stations.check_phone_code import check_proof
from backend.stations.phone_code_rules import PhoneCodeReason
from backend.stations.rules import Assisted, AssistedAct, Shift, StationReason, resident_key_of
from backend.stations.shift_for import shift_for
from backend.vouchers.assist import AssistReason
from backend.vouchers.papers import DOCUMENTS, Papers, PapersReason, check_papers
from backend.vouchers.rules import VoucherState
from backend.vouchers.short_code import MakeShortCode, ShortCode, ShortCodeReason, make_short_code
from backend.vouchers.wallet import Wallet, wallet
from backend.vouchers.wallet_views import WalletVoucher

MOST_SHOWN = 100

ServedNo = Refused[StationReason] | Refused[AssistReason] | Refused[PapersReason] | Refused[PhoneCodeReason]


class AssistedWallet(Struct, frozen=True, kw_only=True):
    """An operator looks which vouchers the person at the counter can use."""

    resident_id: UUID
    shift_id: UUID
    papers: Papers
    actor: Actor


class AssistedShortCode(Struct, frozen=True, kw_only=True):
    """An operator has a code made for the person at the counter; the same ``code_id`` again makes a new code."""

    code_id: UUID
    resident_id: UUID
    voucher_id: UUID
    shift_id: UUID
    papers: Papers
    actor: Actor


async def assisted_wallet(tx: Transaction, command: AssistedWallet, *, now: Instant) -> list[WalletVoucher] | ServedNo:
    """The vouchers that can be used, the newest first."""
    found = await served_person(tx, command, now)
    if isinstance(found, Refused):
        return found
    shift, person, _ = found
    seen = new_entry(now, command.actor, "stations.look", ("resident", person.resident_id), detail=f"shift {shift.id}")
    await record(tx, seen)
    asked = Wallet(resident_id=person.resident_id, states=(VoucherState.ISSUED,), most=MOST_SHOWN)
    return [voucher for voucher in await wallet(tx, asked) if voucher.expires_at > now]


async def assisted_short_code(
    tx: Transaction, command: AssistedShortCode, *, now: Instant
) -> ShortCode | Refused[ShortCodeReason] | Refused[GeneralReason] | ServedNo:
    """A code for ten minutes, counted as a service to this person."""
    found = await served_person(tx, command, now)
    if isinstance(found, Refused):
        return found
    shift, person, checked = found
    # Bound to its person and voucher: under the id of another service, this one would leave no record.
    hashed = command_hash(("assisted-code", person.resident_id, command.voucher_id, shift.id))
    earlier = await earlier_answer(tx, command.code_id, hashed)
    if isinstance(earlier, IdReused):
        return Refused(GeneralReason.ID_REUSED)
    asked = MakeShortCode(resident_id=person.resident_id, voucher_id=command.voucher_id, slow=True)
    made = await make_short_code(tx, asked, now=now)
    if isinstance(made, ShortCode):
        assisted = Assisted(
            service_id=command.code_id,
            act=AssistedAct.SHORT_CODE,
            shift=shift,
            resident_id=person.resident_id,
            resident_key=resident_key_of(person),
            proof=command.papers.proof,
            proof_checked=checked,
            subject_id=command.voucher_id,
        )
        await record_assisted_once(tx, assisted, command.actor, now=now)
        if earlier is None:
            await remember_answer(tx, command.code_id, hashed, True, now=now)
    return made


async def served_person(
    tx: Transaction, command: AssistedWallet | AssistedShortCode, now: Instant
) -> tuple[Shift, Claimant, bool] | ServedNo:
    """The shift, the person at the counter, and whether the county itself checked that it is them."""
    assert command.actor.id is not None, "an operator is somebody"
    person = await claimant(tx, command.resident_id)
    if person is None:
        return Refused(AssistReason.NO_SUCH_RESIDENT)
    shift = await shift_for(tx, command.shift_id, command.actor.id, now=now)
    if isinstance(shift, Refused):
        return shift
    checked = await check_proof(tx, command.papers.proof, shift, person.resident_id, now=now)
    if isinstance(checked, Refused):
        return checked
    if checked:
        return shift, person, True
    if command.papers.proof not in DOCUMENTS or command.papers.number is None:
        return Refused(PapersReason.PAPERS_NEEDED)
    known = await check_papers(tx, person, command.papers, shift, command.actor, now=now, own=True)
    return known if isinstance(known, Refused) else (shift, known, False)
