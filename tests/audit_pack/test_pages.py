"""A table is told page by page: every row once and in order, wherever pages end."""

from typing import Any
from uuid import UUID

import pytest

from backend.audit_trail.proof import told_blocks
from backend.database.county import County
from backend.database.pages import pages
from backend.database.transaction import Transaction, inquire
from backend.ledger.dossier import ledger_of_campaign
from backend.settlement.dossier import settlement_of_campaign
from backend.vouchers.dossier import vouchers_of_campaign
from tests.audit_pack.packed import lived
from tests.databases import HandClock


@pytest.mark.parametrize("most", [1, 2, 9])
async def test_pages_of_any_length_tell_the_same_rows(county: County, clock: HandClock, most: int) -> None:
    life = await lived(county, clock)

    async def compare(tx: Transaction, campaign_id: UUID) -> dict[str, int]:
        told = (*vouchers_of_campaign(campaign_id), *settlement_of_campaign(campaign_id))
        counted = {}
        for table in (*told, *ledger_of_campaign(campaign_id), told_blocks()):
            whole: list[Any] = [tuple(row) async for page in pages(tx, table) for row in page]
            paged = [page async for page in pages(tx, table, most)]
            assert [tuple(row) for page in paged for row in page] == whole, table.name
            assert all(1 <= len(page) <= most for page in paged)
            counted[table.name] = len(whole)
        return counted

    counted = await inquire(county, compare, life.campaign_id, frozen=True)
    assert (counted["redemptions.csv"], counted["shares.csv"]) == (9, 18)
    assert min(counted[f"settlement/{name}.csv"] for name in ("events", "lines", "batches", "holds")) > 1
