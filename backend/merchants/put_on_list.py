"""A merchant comes onto the list of a call: admitted with it, or known before."""

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.merchants.admit import Admit, NotAdmitted, admit
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    Application,
)
from backend.merchants.events import MerchantListed
from backend.merchants.paper_rules import decide_renewal
from backend.merchants.rules import MerchantReason, MerchantState, decide_papers
from backend.merchants.standing import forget_standing
from backend.merchants.store import calls, listed
from backend.outbox.publish import publish
from backend.outbox.rules import IdReused

NotListed = NotAdmitted | Refused[CallReason] | IdReused


async def put_on_list(tx: Transaction, application: Application, actor: Actor, *, now: Instant) -> NotListed | None:
    """List what the decided application is about; ``None`` when done. Papers that ran out meanwhile list nobody."""
    refused = await (_known if application.known else _admitted)(tx, application, actor, now)
    if refused is not None:
        return refused
    if await calls.is_on_list(tx, application.call_id, application.merchant_id):
        return Refused(CallReason.ALREADY_APPLIED)
    await calls.insert_listing(tx, application.id, application.call_id, application.merchant_id, now)
    forget_standing(tx, application.merchant_id)
    detail = f"call {application.call_id} application {application.id}"
    await record(tx, new_entry(now, actor, "merchants.list", ("merchant", application.merchant_id), detail=detail))
    event = MerchantListed(
        event_id=new_id(), occurred_at=now, merchant_id=application.merchant_id, call_id=application.call_id
    )
    await publish(tx, event, now=now)
    return None


async def _known(
    tx: Transaction, application: Application, _actor: Actor, now: Instant
) -> Refused[MerchantReason] | None:
    if await listed.lock_state(tx, application.merchant_id) in (None, MerchantState.ENDED):
        return Refused(MerchantReason.MERCHANT_ENDED)
    merchant = await listed.merchant(tx, application.merchant_id)
    return None if merchant is None else decide_renewal(merchant.papers, today=business_day(now))


async def _admitted(tx: Transaction, application: Application, actor: Actor, now: Instant) -> NotListed | None:
    papers = application.dossier.papers
    # Asked before the verb, which would keep its refusal under the merchant's id: papers can be good again tomorrow.
    unfit = decide_papers(papers, today=business_day(now), demonstration=tx.county.demonstration)
    if unfit is None and await listed.is_listed(tx, papers.credit_code):
        unfit = Refused(MerchantReason.CREDIT_CODE_TAKEN)
    if unfit is not None:
        return unfit
    command = Admit(
        actor=actor,
        merchant_id=application.merchant_id,
        store_id=application.store_id,
        papers=papers,
        premises=application.dossier.premises,
        position=application.dossier.position,
    )
    outcome = await admit(tx, command, now=now)
    return outcome if isinstance(outcome, Refused | IdReused) else None
