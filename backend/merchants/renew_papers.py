"""New papers are handed in for a merchant: by itself, or by a clerk who was shown them."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor, Role
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.account_rules import AccountReason
from backend.merchants.call_rules import AttachedFile
from backend.merchants.paper_rules import Renewal, RenewalReason, RenewalState, decide_renewal
from backend.merchants.rules import Exemption, Licence, MerchantReason, MerchantState
from backend.merchants.store import listed, people
from backend.merchants.store import papers as store
from backend.outbox.answered import earlier_answer, remember_answer
from backend.outbox.rules import IdReused, command_hash


class RenewPapers(Struct, frozen=True, kw_only=True):
    """Hand papers in: all licences from now on; ``renewal_id`` names the act too."""

    actor: Actor
    renewal_id: UUID
    merchant_id: UUID
    licences: tuple[Licence, ...]
    exemption: Exemption | None
    files: tuple[AttachedFile, ...]


class PapersMoved(Struct, frozen=True, kw_only=True, tag="papers-moved"):
    """Where the papers stand; ``again`` marks the answer to a repeated request."""

    renewal_id: UUID
    merchant_id: UUID
    state: RenewalState
    at: datetime
    again: bool = False


NotRenewed = Refused[RenewalReason] | Refused[MerchantReason] | Refused[AccountReason] | Refused[GeneralReason]


async def renew_papers(tx: Transaction, command: RenewPapers, *, now: Instant) -> PapersMoved | NotRenewed | IdReused:
    """Keep the papers for somebody else to verify; until then the old ones count."""
    if command.actor.id is None:
        return Refused(GeneralReason.NOT_FOUND)
    told = (command.merchant_id, command.licences, command.exemption, command.files)
    hashed = command_hash(("merchants.renew-papers", *told))
    if await listed.lock_state(tx, command.merchant_id) is None:
        return Refused(GeneralReason.NOT_FOUND)
    earlier = await earlier_answer(tx, command.renewal_id, hashed)
    if isinstance(earlier, IdReused):
        return earlier
    if earlier is not None:
        return msgspec.structs.replace(earlier.decoded(PapersMoved), again=True)
    if command.actor.role == Role.MERCHANT and await people.is_cashier(tx, command.actor.id):
        return Refused(AccountReason.NOT_OWNER)
    refused = await _refuse(tx, command, now)
    if refused is not None:
        return refused
    renewal = Renewal(
        id=command.renewal_id,
        merchant_id=command.merchant_id,
        licences=command.licences,
        exemption=command.exemption,
        files=command.files,
        state=RenewalState.SUBMITTED,
        submitted_by=command.actor.id,
        submitted_role=command.actor.role or "",
        submitted_at=now,
    )
    await store.insert_renewal(tx, renewal)
    entry = new_entry(
        now,
        command.actor,
        "merchants.renew-papers",
        ("merchant", command.merchant_id),
        to_state=renewal.state,
        detail=f"renewal {renewal.id}",
    )
    await record(tx, entry)
    moved = PapersMoved(renewal_id=renewal.id, merchant_id=renewal.merchant_id, state=renewal.state, at=now)
    await remember_answer(tx, command.renewal_id, hashed, moved, now=now)
    return moved


async def _refuse(tx: Transaction, command: RenewPapers, now: Instant) -> NotRenewed | None:
    merchant = await listed.merchant(tx, command.merchant_id)
    if merchant is None:
        return Refused(GeneralReason.NOT_FOUND)
    if merchant.state is MerchantState.ENDED:
        return Refused(MerchantReason.MERCHANT_ENDED)
    if await store.has_waiting(tx, command.merchant_id):
        return Refused(RenewalReason.RENEWAL_PENDING)
    papers = msgspec.structs.replace(merchant.papers, licences=command.licences, exemption=command.exemption)
    return decide_renewal(papers, today=business_day(now))
