"""A county that sold before settlement was built is settled like any other after its upgrade."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import BigInteger, Boolean, Connection, String, column, insert, select, table, text

from backend.database.columns import IdType, InstantType
from backend.database.county import County
from backend.database.dialect import enter_county
from backend.database.registry import open_counties, register
from backend.ledger.tables import pending_transfers
from backend.migrations.run import configuration, migrate
from backend.settlement.tables import finance_events, programmes
from backend.vouchers.tables import redemptions, roll_backs
from tests.databases import ENTRY, Templates, admin, with_database

AT = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
"""Half past midnight in the county, on the 20th."""
CAMPAIGN, LINE, ROUND, SHOP, ME = (UUID(int=number) for number in range(1, 6))
STANDS, UNDONE = UUID(int=0x51), UUID(int=0x52)
PLAN = '{"title_zh":"夏季消费券","title_en":"Summer","department":"县商务局","money_path":"advanced"}'


@pytest.fixture
async def before(database_kind: str, templates: Templates, tmp_path: Path) -> AsyncIterator[County]:
    """A county as the first version left it."""
    data = tmp_path / "old"
    data.mkdir()
    register(data, ENTRY)
    url, name = None, f"old_{uuid4().hex[:16]}"
    if database_kind == "postgresql":
        assert templates.url is not None
        await admin(templates.url, f"CREATE DATABASE {name}")
        url = with_database(templates.url, name)
    counties = open_counties(data, url)
    county = counties.all[0]
    async with county.write_engine.connect() as connection, connection.begin():
        if county.schema is not None:
            await connection.execute(text(f'CREATE SCHEMA "{county.schema}"'))
        await enter_county(connection, county.schema)
        await connection.run_sync(_first_version, county.schema)
        await connection.run_sync(_sell)
    yield county
    await counties.close()
    if url is not None and templates.url is not None:
        await admin(templates.url, f"DROP DATABASE {name} WITH (FORCE)")


def _first_version(connection: Connection, schema: str | None) -> None:
    command.upgrade(configuration(connection, schema), "0001")


def _sell(connection: Connection) -> None:
    """A redemption that stands and one that was rolled back, with what they need above them."""
    names = {"title_zh": "夏季消费券", "title_en": "Summer"}
    _put(
        connection,
        "campaigns",
        {"id": CAMPAIGN, "number": 1, **names, "state": "running", "version": 1, "created_at": AT, "changed_at": AT},
    )
    _put(connection, "campaign_versions", {"campaign_id": CAMPAIGN, "version": 1, "plan": PLAN, "made_at": AT})
    line = {"id": LINE, "campaign_id": CAMPAIGN, "level": "campaign", "key": "all", "cap_fen": 9_000, "cap_pieces": 3}
    _put(connection, "budget_lines", line)
    window = {"opens_at": AT, "closes_at": AT + timedelta(days=9), "running": True, "paused": False}
    named = {"version": 1, "name_zh": "第一轮", "name_en": "First", "mode": "rush", "state": "open", "terms": "{}"}
    _put(
        connection,
        "rounds",
        {"id": ROUND, "campaign_id": CAMPAIGN, "line_id": LINE, "pieces": 3, **named, **window},
    )
    for redemption_id, state in ((STANDS, "accepted"), (UNDONE, "reversed")):
        _redeem(connection, redemption_id, state)


def _redeem(connection: Connection, redemption_id: UUID, state: str) -> None:
    voucher_id = UUID(int=redemption_id.int + 0x100)
    owners = {"campaign_id": CAMPAIGN, "line_id": LINE, "resident_id": ME}
    times = {"claimed_at": AT, "use_from": AT, "expires_at": AT + timedelta(days=7)}
    held = {"state": "redeemed" if state == "accepted" else "issued", "face_fen": 5_000, "public_fen": 3_500}
    of_voucher = {"id": voucher_id, "round_id": ROUND, "version": 1, "assisted": False, **owners, **times, **held}
    _put(connection, "vouchers", of_voucher)
    amounts = {"bill_fen": 20_000, "eligible_fen": 20_000, "discount_fen": 5_000, "face_fen": 5_000}
    place = {"merchant_id": SHOP, "town_code": "511527100", "trade": "catering", "occurred_at": AT, "recorded_at": AT}
    bought = {"id": redemption_id, "voucher_id": voucher_id, "state": state, **owners, **amounts, **place}
    _put(connection, "redemptions", bought)
    for funder, fen in (("government", 3_500), ("platform", 1_500)):
        back = fen if state == "reversed" else 0
        share = {"redemption_id": redemption_id, "funder": funder, "amount_fen": fen, "refunded_fen": back}
        _put(connection, "redemption_shares", share)
    if state == "reversed":
        undone = {"id": UUID(int=0x99), "redemption_id": redemption_id, "reason": "退单", "refund_fen": 15_000}
        _put(connection, "roll_backs", {**undone, "voucher_state": "issued", "recorded_at": AT})


def _put(connection: Connection, name: str, row: dict[str, Any]) -> None:
    """A row as the first version knew its table."""

    def kind(value: Any) -> Any:
        return {UUID: IdType(), datetime: InstantType(), bool: Boolean(), int: BigInteger()}.get(type(value), String())

    columns = [column(field, kind(value)) for field, value in row.items()]
    connection.execute(insert(table(name, *columns)).values(row))


async def test_what_was_sold_before_waits_to_be_cleared_and_what_was_undone_does_not(before: County) -> None:
    await migrate(before)
    async with before.read_engine.connect() as connection:
        await enter_county(connection, before.schema)
        events = {row.id: row for row in await connection.execute(select(finance_events))}
        [back] = (await connection.execute(select(roll_backs))).all()
        refunded = dict((await connection.execute(select(redemptions.c.id, redemptions.c.refunded_fen))).all())
        [programme] = (await connection.execute(select(programmes))).all()
        assert (await connection.execute(select(pending_transfers))).all() == []
    stands, undone = events[STANDS], events[UNDONE]
    assert (stands.state, undone.state) == ("pending", "cancelled")
    assert (stands.business_day, stands.cleared_on) == (date(2026, 11, 20), None)
    told = (stands.bill_fen, stands.paid_fen, stands.government_fen, stands.platform_fen, stands.merchant_fen)
    assert told == (20_000, 15_000, 3_500, 1_500, 0)
    assert refunded == {STANDS: 0, UNDONE: 20_000}
    parts = (back.refund_fen, back.customer_fen, back.government_fen, back.platform_fen, back.merchant_fen)
    assert parts == (20_000, 15_000, 3_500, 1_500, 0)
    assert (programme.campaign_id, programme.department, programme.money_path) == (CAMPAIGN, "县商务局", "advanced")
