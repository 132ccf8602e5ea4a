"""The last line of defence is in the database: what no program should write, it refuses."""

import pytest
from sqlalchemy.exc import DBAPIError

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.tables import accounts, transfers
from backend.tables import EVERY_TABLE


async def test_the_migrations_write_the_checks_that_the_tables_state(county: County) -> None:
    async def unknown_kind(tx: Transaction, command: None, *, now: Instant) -> None:
        await tx.execute(accounts.insert().values(key="x", kind="somebody.pocket", campaign_id=new_id()))

    with pytest.raises(DBAPIError, match="ck_ledger_accounts_kind_known"):
        await transact(county, unknown_kind, None)


def test_every_check_belongs_to_its_table_so_that_a_migration_carries_it() -> None:
    assert {column.name for table in EVERY_TABLE for column in table.c if column.constraints} == set()
    assert "ck_ledger_transfers_step_known" in {str(constraint.name) for constraint in transfers.constraints}
