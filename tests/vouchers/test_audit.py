"""The audit sees every counter, share and edge that somebody has changed by hand."""

import re
from uuid import UUID

import pytest
from msgspec import Struct
from sqlalchemy import Executable, Update, delete, insert, literal, select, update

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.rules import Funder
from backend.vouchers.expire import Expire, expire
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.rules import VoucherState
from backend.vouchers.tables import budget_lines, redemption_shares, redemptions, roll_backs, rounds, vouchers
from tests.databases import HandClock
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import counter, phone, redemption, shown, spend, undo, voucher

SHARED = (
    FundingShare(funder=Funder.GOVERNMENT, share_bp=5_000),
    FundingShare(funder=Funder.PLATFORM, share_bp=3_000),
    FundingShare(funder=Funder.MERCHANT, share_bp=2_000),
)


class Story(Struct, frozen=True, kw_only=True):
    """Four vouchers of 10 yuan: one expired, one spent in part, one spent and undone, one undone after its end."""

    expired: UUID
    spent: UUID
    undone: UUID
    redemption: UUID
    reversed: UUID


async def story(county: County, clock: HandClock) -> Story:
    """Live through it."""
    [round_id] = await running_campaign(
        county, pieces=6, face_fen=1_000, minimum_spend_fen=1, valid_days=3, funding=SHARED
    )
    shop, people = await counter(county), [await phone(county, number) for number in range(4)]
    held = [await voucher(county, round_id, one) for one in people]
    bills = []
    for one, mine, bill_fen in zip(people[1:], held[1:], (600, 700, 800), strict=True):
        done = await spend(county, redemption(county, await shown(county, one, mine), shop, bill_fen=bill_fen))
        assert isinstance(done, Redeemed)
        bills.append(done.redemption_id)
    assert isinstance(await undo(county, bills[1], shop), RolledBack)
    late = clock.forward(days=3)
    assert await transact(county, expire, Expire(late, most=1)) == 1
    back = await undo(county, bills[2], shop)
    assert isinstance(back, RolledBack)
    assert back.voucher_state is VoucherState.EXPIRED
    assert await faults(county) == []
    return Story(expired=held[0], spent=held[1], undone=held[2], redemption=bills[0], reversed=bills[1])


def line(level: str, **more: int) -> Update:
    """A line's counters, so much higher."""
    columns = budget_lines.c
    return update(budget_lines).where(columns.level == level).values({n: columns[n] + by for n, by in more.items()})


def share(of: UUID, funder: Funder, by: int) -> Update:
    """A funder's share, so much higher."""
    shares = redemption_shares.c
    of_funder = (shares.redemption_id == of) & (shares.funder == str(funder))
    return update(redemption_shares).where(of_funder).values(amount_fen=shares.amount_fen + by)


async def changed(tx: Transaction, statements: list[Executable], *, now: Instant) -> None:
    """Somebody with the database's password."""
    del now
    for statement in statements:
        await tx.execute(statement)


async def told(county: County, *statements: Executable) -> list[str]:
    """The faults after the change, without the ids in them."""
    await transact(county, changed, list(statements))
    return [re.sub(r"[0-9a-f-]{32,36}", "…", fault) for fault in await faults(county)]


LEVELS = [("campaign", 1), ("kind", 2), ("round", 2)]


@pytest.mark.parametrize(("level", "lines"), LEVELS)
@pytest.mark.parametrize("counters", [("returned_pieces",), ("issued_fen", "returned_fen"), ("issued_pieces",)])
async def test_a_counter_of_any_line_that_was_changed_is_found(
    county: County, clock: HandClock, level: str, lines: int, counters: tuple[str, ...]
) -> None:
    await story(county, clock)
    found = await told(county, line(level, **dict.fromkeys(counters, 1)))
    # The line itself, and the one above, whose counters are no longer the sum.
    assert [fault.partition(":")[0] for fault in found] == ["invariant 3"] * lines


async def test_the_figures_of_a_line_are_told_beside_those_of_its_vouchers(county: County, clock: HandClock) -> None:
    await story(county, clock)
    [found] = await told(county, line("campaign", returned_pieces=1))
    assert found == (
        "invariant 3: line … counts 4 issued with 2000 fen, 3 returned, 1352 fen back; "
        "its vouchers or lines below 4 issued with 2000 fen, 2 returned, 1352 fen back"
    )


async def test_a_share_that_the_ledger_does_not_know_is_found(county: County, clock: HandClock) -> None:
    of = (await story(county, clock)).redemption
    found = await told(county, share(of, Funder.GOVERNMENT, -1), share(of, Funder.PLATFORM, 1))
    assert found == [
        "invariant 2: merchant.payable/…/…/…/government came to 299 fen, the shares of its redemptions are 298",
        "invariant 2: merchant.payable/…/…/…/platform came to 180 fen, the shares of its redemptions are 181",
        "invariant 2: platform.due/… came to 180 fen, the shares of its redemptions are 181",
        found[3],
    ]
    assert found[3].startswith("invariant 3: line … counts 4 issued with 2000 fen, 2 returned, 1352 fen back; its")


async def test_a_share_between_platform_and_merchant_is_found_though_no_public_money_moved(
    county: County, clock: HandClock
) -> None:
    of = (await story(county, clock)).redemption
    found = await told(county, share(of, Funder.MERCHANT, -1), share(of, Funder.PLATFORM, 1))
    assert [fault.partition("/")[0] for fault in found] == [
        "invariant 2: merchant.payable",
        "invariant 2: platform.due",
    ]


async def test_an_undone_share_that_did_not_come_back_is_found(county: County, clock: HandClock) -> None:
    of = (await story(county, clock)).reversed
    shares = redemption_shares.c
    kept = (shares.redemption_id == of) & (shares.funder == "merchant")
    found = await told(county, update(redemption_shares).where(kept).values(refunded_fen=1))
    assert found == ["invariant 7: redemption …: merchant paid 140 fen and got 1 back"]


async def test_an_edge_without_its_entry_and_an_entry_without_its_edge_are_found(
    county: County, clock: HandClock
) -> None:
    of = await story(county, clock)
    found = await told(county, delete(roll_backs).where(roll_backs.c.redemption_id == of.reversed))
    assert found == ["invariant 12: voucher …: the trail tells of 1 voucher.roll-back more than its rows"]
    columns = [column for column in redemptions.columns if column.name != "id"]
    twin = select(literal(new_id(), redemptions.c.id.type), *columns).where(redemptions.c.id == of.reversed)
    found = await told(county, insert(redemptions).from_select(["id", *(c.name for c in columns)], twin))
    assert found[-1] == (
        "invariant 12: voucher …: the trail tells of 1 voucher.redeem fewer, 1 voucher.roll-back more than its rows"
    )


async def test_a_voucher_that_the_trail_never_heard_of_is_found(county: County, clock: HandClock) -> None:
    of = await story(county, clock)
    columns = [column for column in vouchers.columns if column.name != "id"]
    twin = select(literal(new_id(), vouchers.c.id.type), *columns).where(vouchers.c.id == of.expired)
    found = await told(county, insert(vouchers).from_select(["id", *(c.name for c in columns)], twin))
    assert found[-1] == (
        "invariant 12: voucher …: the trail tells of 1 voucher.claim fewer, 1 voucher.expire fewer than its rows"
    )


async def test_a_round_that_counts_otherwise_is_found(county: County, clock: HandClock) -> None:
    await story(county, clock)
    found = await told(county, update(rounds).values(issued_station=1))
    assert found == ["invariant 3: round … counts 5 issued, 4 rows are there"]
