"""Under which terms can vouchers be out there, for counters that read them without a network?"""

from typing import Final

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.vouchers.desk_rules import CampaignState
from backend.vouchers.rules import Terms
from backend.vouchers.store import kind_terms as store

STATES: Final = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.ENDED)
"""Of a campaign that has ended, vouchers are good until their own end; of a settled one there are none."""


class KindTerms(Struct, frozen=True, kw_only=True):
    """A kind of voucher in one version of a campaign's plan."""

    campaign: int
    """The campaign's number, as tokens name it."""
    terms_version: int
    domain: int
    """The kind's place in that plan, from 1."""
    title_zh: str
    title_en: str
    name_zh: str
    name_en: str
    paused: bool
    """Redeeming is stopped, too."""
    terms: Terms


async def kind_terms(tx: Transaction) -> list[KindTerms]:
    """Every kind of every version of the campaigns that run or have lately ended, by campaign, version and place."""
    return [
        KindTerms(
            campaign=number,
            terms_version=version,
            domain=domain,
            title_zh=plan.title_zh,
            title_en=plan.title_en,
            name_zh=kind.name_zh,
            name_en=kind.name_en,
            paused=scope == "everything",
            terms=kind.terms,
        )
        for number, version, scope, plan in await store.plans_in(tx, STATES)
        for domain, kind in enumerate(plan.kinds, 1)
    ]
