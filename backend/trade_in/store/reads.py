"""SQL of the lists of dossiers, of what the audit compares, and of what somebody outside is told: reads only."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from backend.database.pages import Told
from backend.database.transaction import Transaction
from backend.trade_in.rules import Dossier, DossierState
from backend.trade_in.store.dossiers import dossier_of
from backend.trade_in.tables import trade_in_dossiers
from backend.vouchers.trade_in_rules import Appliance

MOST_TOLD = 20


async def find_dossiers(
    tx: Transaction,
    *,
    state: DossierState | None,
    campaign_id: UUID | None,
    appliance: Appliance | None,
    merchant_id: UUID | None,
    newest: bool,
    beyond: UUID | None,
    most: int,
) -> list[Dossier]:
    """Dossiers by what is asked, oldest first or newest first; ``beyond`` continues an earlier page."""
    d = trade_in_dossiers.c
    asked = select(trade_in_dossiers)
    wanted = ((d.state, state), (d.campaign_id, campaign_id), (d.appliance, appliance), (d.merchant_id, merchant_id))
    for column, value in wanted:
        if value is not None:
            asked = asked.where(column == value)
    if beyond is not None:
        asked = asked.where(d.id < beyond if newest else d.id > beyond)
    rows = await tx.execute(asked.order_by(d.id.desc() if newest else d.id).limit(most))
    return [dossier_of(row) for row in rows]


async def filed_among(tx: Transaction, redemption_ids: Collection[UUID]) -> set[UUID]:
    """Those of these redemptions that have a dossier that was not withdrawn."""
    d = trade_in_dossiers.c
    asked = select(d.redemption_id).where(d.redemption_id.in_(redemption_ids), d.state != str(DossierState.WITHDRAWN))
    return {row.redemption_id for row in await tx.execute(asked)} if redemption_ids else set()


async def counts(tx: Transaction, merchant_id: UUID | None) -> dict[DossierState, int]:
    """How many dossiers of a merchant, or of all, stand in each state."""
    d = trade_in_dossiers.c
    asked = select(d.state, func.count()).group_by(d.state)
    rows = await tx.execute(asked if merchant_id is None else asked.where(d.merchant_id == merchant_id))
    return {DossierState(row[0]): int(row[1]) for row in rows}


async def page_of_all(tx: Transaction, after: UUID | None, most: int) -> list[Dossier]:
    """Every dossier, by id."""
    d = trade_in_dossiers.c
    asked = select(trade_in_dossiers).order_by(d.id).limit(most)
    return [dossier_of(row) for row in await tx.execute(asked if after is None else asked.where(d.id > after))]


async def serials_living_twice(tx: Transaction) -> list[str]:
    """Serial numbers that more than one living dossier names."""
    d = trade_in_dossiers.c
    living = select(d.serial_key).where(d.held_invoice_no.is_not(None))
    rows = await tx.execute(living.group_by(d.serial_key).having(func.count() > 1).limit(MOST_TOLD))
    return [row.serial_key for row in rows]


def told_of_campaign(campaign_id: UUID) -> Told:
    """Every dossier of a campaign, without a word that somebody wrote."""
    d = trade_in_dossiers.c
    statement = select(
        *(d.id, d.redemption_id, d.merchant_id, d.appliance, d.state, d.version, d.invoice_no, d.model, d.serial_no),
        *(d.energy_level, d.energy_record_no, d.old_proof, d.redeemed_at, d.due_on, d.first_filed_by, d.first_filed_at),
        *(d.filed_by, d.filed_at, d.decided_by, d.decided_at),
    ).where(d.campaign_id == campaign_id)
    return Told(name="trade-in/dossiers.csv", statement=statement, keys=(d.id,), concerns=d.redemption_id)
