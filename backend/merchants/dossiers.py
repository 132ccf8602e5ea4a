"""Is what an application tells right, and does the call take it?"""

from uuid import UUID

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant, business_day
from backend.kernel.refusals import Refused
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import (
    CallRules,
    Dossier,
    decide_fit,
)
from backend.merchants.paper_rules import decide_renewal
from backend.merchants.rules import MerchantReason, decide_papers
from backend.merchants.store import listed
from backend.places.check_position import check_position
from backend.places.check_premises import check_premises
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason

Unfit = Refused[MerchantReason] | Refused[PremisesReason] | Refused[PlaceReason] | Refused[CallReason]


async def check_dossier(tx: Transaction, rules: CallRules, dossier: Dossier, *, now: Instant) -> Unfit | None:
    """``None`` when somebody who is no merchant yet may be admitted with this, as far as papers tell; reads only."""
    papers, today = dossier.papers, business_day(now)
    unfit = decide_papers(papers, today=today, demonstration=tx.county.demonstration)
    if unfit is not None:
        return unfit
    misplaced = await check_premises(tx, dossier.premises) or await check_position(tx, dossier.position)
    if misplaced is not None:
        return misplaced
    if await listed.is_listed(tx, papers.credit_code):
        return Refused(MerchantReason.CREDIT_CODE_TAKEN)
    return decide_fit(rules, dossier)


async def dossier_of_merchant(tx: Transaction, merchant_id: UUID) -> Dossier | None:
    """What the county knows of a merchant already, without files."""
    merchant = await listed.merchant(tx, merchant_id)
    return None if merchant is None else Dossier(papers=merchant.papers, premises=merchant.main.premises)


def check_known(rules: CallRules, dossier: Dossier, *, now: Instant) -> Unfit | None:
    """``None`` when a merchant that is admitted may be on the list of this call."""
    return decide_renewal(dossier.papers, today=business_day(now)) or decide_fit(rules, dossier)
