"""What merchants file, mend and lose again: one live dossier a sale, one life a serial number, one shop an invoice."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.trade_in.file_sale import MendSale, SaleFaults, SaleFiled, file_sale, mend_sale
from backend.trade_in.find_dossiers import FindAwaited, FindDossiers, count_dossiers, find_awaited, find_dossiers
from backend.trade_in.review_sale import ReviewSale, SaleReviewed, review_sale
from backend.trade_in.rules import Dossier, DossierState, TradeInReason
from backend.trade_in.store import dossiers as store
from backend.trade_in.tables import trade_in_dossiers, trade_in_invoices
from backend.vouchers.refund_rules import RollBack, RolledBack
from backend.vouchers.roll_back import roll_back
from backend.vouchers.trade_in_rules import Appliance, OldAppliance
from tests.databases import HandClock
from tests.identity.sessions import staff_cookie
from tests.settlement.cycles import settle, spent
from tests.trade_in.subsidies import (
    DESK,
    OWNER,
    Shops,
    dossier,
    filed,
    filing,
    mended,
    papers,
    reviewed,
    selling,
    sold,
)
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import TILL, undo
from tests.vouchers.overlap import twice_at_once

RETURNED, REJECTED = DossierState.RETURNED, DossierState.REJECTED


async def rows(county: County) -> tuple[int, int]:
    """(dossiers, invoices)"""

    async def ask(tx: Transaction, _asked: None) -> tuple[int, int]:
        counted = [
            int((await tx.execute(select(func.count()).select_from(table))).scalar_one())
            for table in (trade_in_dossiers, trade_in_invoices)
        ]
        return counted[0], counted[1]

    return await inquire(county, ask, None)


async def test_papers_are_kept_in_one_spelling_and_asked_for_again_give_the_same_answer(county: County) -> None:
    of = await selling(county)
    bought = await sold(county, of)
    command = filing(of, bought, papers(serial_no="ysbx-2026 1120 000001"))
    done = await transact(county, file_sale, command)
    assert isinstance(done, SaleFiled)
    assert await transact(county, file_sale, command) == replace(done, again=True)
    other = replace(command, papers=papers(2))
    assert isinstance(await transact(county, file_sale, other), IdReused)
    found = (await dossier(county, done.dossier_id)).dossier
    assert found.papers.serial_no == "YSBX-20261120000001"
    assert (found.appliance, found.state, found.version) == (Appliance.REFRIGERATOR, DossierState.FILED, 1)
    assert found.due_on.isoformat() == "2026-12-20"
    assert await rows(county) == (1, 1)
    assert await faults(county) == []


async def test_faults_name_every_field_and_keep_nothing(county: County) -> None:
    of = await selling(county, old_appliance=OldAppliance.REQUIRED)
    bought = await sold(county, of)
    told = await transact(county, file_sale, filing(of, bought, papers(invoice_no="12", energy_level=3)))
    assert isinstance(told, SaleFaults)
    assert [fault.pointer for fault in told.faults] == ["/invoice_no", "/energy_level", "/old_appliance"]
    assert await rows(county) == (0, 0)


async def test_only_the_shop_files_its_own_trade_in_sales(county: County) -> None:
    of = await selling(county, people=2)
    bought = await sold(county, of)
    [plain] = await running_campaign(county, trades=("appliance",))
    dining = await spent(county, plain, of.people[1], of.shops[0])
    for command in (filing(of, bought, shop=1), filing(of, new_id()), filing(of, dining)):
        assert await transact(county, file_sale, command) == Refused(TradeInReason.NO_SUCH_SALE)
    dossier_id = await filed(county, of, bought)
    again = await transact(county, file_sale, filing(of, bought, papers(2)))
    assert again == Refused(TradeInReason.ALREADY_FILED)
    await reviewed(county, dossier_id, RETURNED)
    assert await mended(county, of, dossier_id, papers(2), shop=1) == Refused(TradeInReason.NO_SUCH_DOSSIER)
    assert await mended(county, of, new_id(), papers(2)) == Refused(TradeInReason.NO_SUCH_DOSSIER)
    assert await reviewed(county, new_id()) == Refused(TradeInReason.NO_SUCH_DOSSIER)
    assert await rows(county) == (1, 1)


async def test_a_serial_number_that_was_filed_is_told_with_its_day_and_not_whose_it_is(
    county: County, clock: HandClock
) -> None:
    of = await selling(county, people=2)
    await filed(county, of, await sold(county, of))
    clock.forward(days=2)
    bought = await sold(county, of, person=1, shop=1)
    told = papers(2, serial_no="ＹＳＢＸ－20261120 000001")
    refused = await transact(county, file_sale, filing(of, bought, told, shop=1))
    assert isinstance(refused, Refused)
    assert refused == Refused(TradeInReason.SERIAL_USED, detail="已于 2026-11-20 申报 / filed on that day")
    assert await rows(county) == (1, 1)


async def two_sales(county: County) -> tuple[Shops, list[UUID]]:
    """One sale of either shop."""
    of = await selling(county, people=2)
    return of, [await sold(county, of), await sold(county, of, person=1, shop=1)]


async def test_the_same_serial_number_at_two_shops_at_once_lives_once(county: County) -> None:
    of, bought = await two_sales(county)
    both = [filing(of, bought[shop], papers(shop + 1, serial_no="YSBX20261120000077"), shop=shop) for shop in (0, 1)]
    first, second = await twice_at_once(county, file_sale, *both)
    assert isinstance(first, SaleFiled)
    assert isinstance(second, Refused)
    assert second.reason is TradeInReason.SERIAL_USED
    assert await rows(county) == (1, 1)
    assert await faults(county) == []


async def test_one_sale_filed_twice_at_once_has_one_dossier(county: County) -> None:
    of, [bought, _] = await two_sales(county)
    command = filing(of, bought)
    first, second = await twice_at_once(county, file_sale, command, replace(command, dossier_id=new_id()))
    assert isinstance(first, SaleFiled)
    assert second == Refused(TradeInReason.ALREADY_FILED)
    assert await rows(county) == (1, 1)


async def test_a_review_and_a_roll_back_at_once_leave_no_approved_dossier_of_what_is_gone(
    county: County, clock: HandClock
) -> None:
    of, [bought, _] = await two_sales(county)
    dossier_id = await filed(county, of, bought)
    review = ReviewSale(
        review_id=new_id(), dossier_id=dossier_id, version=1, to=DossierState.APPROVED, note=None, actor=DESK
    )
    undoing = RollBack(
        roll_back_id=new_id(),
        redemption_id=bought,
        merchant_id=of.shops[0],
        reason="顾客退单",
        refund_fen=None,
        actor=TILL,
    )
    undone, reviewed_late = await _roll_back_then(county, undoing, review)
    assert isinstance(undone, RolledBack)
    assert reviewed_late == Refused(TradeInReason.SALE_UNDONE)
    await settle(county, clock.at)
    assert (await dossier(county, dossier_id)).dossier.state is DossierState.WITHDRAWN
    assert await faults(county) == []


async def _roll_back_then(county: County, undoing: RollBack, review: ReviewSale) -> tuple[object, object]:
    async def either(tx: Transaction, command: RollBack | ReviewSale, *, now: Instant) -> object:
        if isinstance(command, RollBack):
            return await roll_back(tx, command, now=now)
        return await review_sale(tx, command, now=now)

    return await twice_at_once(county, either, undoing, review)


async def test_one_invoice_stands_on_several_appliances_of_one_shop_only(county: County) -> None:
    of = await selling(county, people=2)
    fridge = await sold(county, of)
    television = await sold(county, of, appliance=Appliance.TELEVISION, bill_fen=250_000)
    elsewhere = await sold(county, of, person=1, shop=1)
    invoice = papers().invoice_no
    dossier_id = await filed(county, of, fridge)
    await filed(county, of, television, papers(2, invoice_no=invoice))
    other = filing(of, elsewhere, papers(3, invoice_no=f" {invoice[:10]} {invoice[10:]}"), shop=1)
    assert await transact(county, file_sale, other) == Refused(TradeInReason.INVOICE_ELSEWHERE)
    await reviewed(county, dossier_id, REJECTED)
    assert await transact(county, file_sale, other) == Refused(TradeInReason.INVOICE_ELSEWHERE)
    assert await rows(county) == (2, 1)
    assert await faults(county) == []


async def test_the_same_invoice_of_two_shops_at_once_is_one_shops(county: County) -> None:
    of, bought = await two_sales(county)
    both = [filing(of, bought[shop], papers(shop + 1, invoice_no=papers().invoice_no), shop=shop) for shop in (0, 1)]
    first, second = await twice_at_once(county, file_sale, *both)
    assert isinstance(first, SaleFiled)
    assert second == Refused(TradeInReason.INVOICE_ELSEWHERE)
    assert await rows(county) == (1, 1)


async def test_the_database_itself_refuses_a_second_life_a_second_dossier_and_a_second_shop(county: County) -> None:
    of, bought = await two_sales(county)
    first = (await dossier(county, await filed(county, of, bought[0]))).dossier

    async def put(tx: Transaction, command: Dossier, *, now: Instant) -> None:
        await store.insert_dossier(tx, command)

    other = replace(
        first, dossier_id=new_id(), redemption_id=bought[1], papers=papers(2, invoice_no=papers().invoice_no)
    )
    for wrong in (
        replace(other, papers=papers()),
        replace(other, redemption_id=bought[0]),
        replace(other, merchant_id=of.shops[1]),
        replace(other, papers=papers(3)),
    ):
        with pytest.raises(IntegrityError):
            await transact(county, put, wrong)
    await transact(county, put, other)
    assert await rows(county) == (2, 1)


async def test_a_mistyped_invoice_is_free_again_once_it_is_mended(county: County) -> None:
    of = await selling(county, people=2)
    theirs = papers(9).invoice_no
    dossier_id = await filed(county, of, await sold(county, of), papers(invoice_no=theirs))
    other = filing(of, await sold(county, of, person=1, shop=1), papers(2, invoice_no=theirs), shop=1)
    assert await transact(county, file_sale, other) == Refused(TradeInReason.INVOICE_ELSEWHERE)
    await reviewed(county, dossier_id, RETURNED)
    done = await mended(county, of, dossier_id, papers())
    assert isinstance(done, SaleFiled)
    assert (done.state, done.version) == (DossierState.FILED, 2)
    assert isinstance(await transact(county, file_sale, other), SaleFiled)
    assert await faults(county) == []


async def test_what_was_returned_is_mended_once_and_reviewed_as_it_stands_then(county: County) -> None:
    of = await selling(county)
    dossier_id = await filed(county, of, await sold(county, of))
    assert await mended(county, of, dossier_id, papers(2)) == Refused(TradeInReason.WRONG_STATE)
    done = await reviewed(county, dossier_id, RETURNED)
    assert done == SaleReviewed(dossier_id=dossier_id, state=RETURNED, payable=False)
    assert await reviewed(county, dossier_id) == Refused(TradeInReason.WRONG_STATE)
    mend = MendSale(mend_id=new_id(), dossier_id=dossier_id, merchant_id=of.shops[0], papers=papers(2), actor=OWNER)
    first = await transact(county, mend_sale, mend)
    assert isinstance(first, SaleFiled)
    assert await transact(county, mend_sale, mend) == replace(first, again=True)
    assert isinstance(await transact(county, mend_sale, replace(mend, papers=papers(3))), IdReused)
    assert await reviewed(county, dossier_id, version=1) == Refused(TradeInReason.STALE_VERSION)
    found = (await dossier(county, dossier_id)).dossier
    assert (found.state, found.version, found.decided_by) == (DossierState.FILED, 2, None)
    assert found.note == "铭牌照片看不清，请补正"
    assert isinstance(await reviewed(county, dossier_id, version=2), SaleReviewed)
    assert await faults(county) == []


async def test_a_review_asked_for_again_is_the_same_and_another_under_its_id_is_refused(county: County) -> None:
    of = await selling(county)
    dossier_id = await filed(county, of, await sold(county, of))
    command = ReviewSale(
        review_id=new_id(), dossier_id=dossier_id, version=1, to=DossierState.APPROVED, note=None, actor=DESK
    )
    done = await transact(county, review_sale, command)
    assert isinstance(done, SaleReviewed)
    assert await transact(county, review_sale, command) == replace(done, again=True)
    assert isinstance(await transact(county, review_sale, replace(command, to=REJECTED)), IdReused)


async def test_nobody_reviews_what_they_filed_or_what_their_own_shop_filed(county: County) -> None:
    of = await selling(county)
    bought = await sold(county, of)
    dossier_id = await filed(county, of, bought)
    assert await reviewed(county, dossier_id, actor=OWNER) == Refused(TradeInReason.OWN_FILING)
    colleague = new_id()
    await staff_cookie(county, Role.MERCHANT, staff_id=colleague, merchant_id=of.shops[0])
    works_there = Actor(kind=ActorKind.STAFF, id=colleague, role="reviewer")
    assert await reviewed(county, dossier_id, actor=works_there) == Refused(TradeInReason.OWN_SHOP)
    assert (await dossier(county, dossier_id)).dossier.state is DossierState.FILED
    assert isinstance(await reviewed(county, dossier_id), SaleReviewed)


async def test_a_no_needs_its_reason(county: County) -> None:
    of = await selling(county)
    dossier_id = await filed(county, of, await sold(county, of))
    for to in (RETURNED, REJECTED):
        assert await reviewed(county, dossier_id, to, note=None) == Refused(TradeInReason.REASON_MISSING)
    assert (await dossier(county, dossier_id)).dossier.state is DossierState.FILED


async def twice_sold(county: County) -> tuple[Shops, UUID, UUID]:
    """(shops, first redemption, its dossier): approved or not, what is tested gives it back."""
    of = await selling(county, people=2)
    bought = await sold(county, of)
    return of, bought, await filed(county, of, bought)


@pytest.mark.parametrize("state", [DossierState.FILED, RETURNED, DossierState.APPROVED])
async def test_what_is_given_back_as_a_whole_frees_its_serial_number(
    county: County, clock: HandClock, state: DossierState
) -> None:
    of, bought, dossier_id = await twice_sold(county)
    if state is not DossierState.FILED:
        await reviewed(county, dossier_id, state)
    assert isinstance(await undo(county, bought, of.shops[0]), RolledBack)
    if state is DossierState.FILED:
        assert await reviewed(county, dossier_id) == Refused(TradeInReason.SALE_UNDONE)
    if state is RETURNED:
        assert await mended(county, of, dossier_id, papers(2)) == Refused(TradeInReason.SALE_UNDONE)
    await settle(county, clock.at)
    assert (await dossier(county, dossier_id)).dossier.state is DossierState.WITHDRAWN
    assert await transact(county, file_sale, filing(of, bought)) == Refused(TradeInReason.SALE_UNDONE)
    again = await sold(county, of, person=1, shop=1)
    await filed(county, of, again, shop=1)
    assert await faults(county) == []


async def test_what_is_given_back_in_steps_is_withdrawn_with_the_last(county: County, clock: HandClock) -> None:
    of, bought, dossier_id = await twice_sold(county)
    await undo(county, bought, of.shops[0], refund_fen=99_900)
    await settle(county, clock.at)
    assert (await dossier(county, dossier_id)).dossier.state is DossierState.FILED
    await undo(county, bought, of.shops[0])
    await settle(county, clock.at)
    assert (await dossier(county, dossier_id)).dossier.state is DossierState.WITHDRAWN
    assert await rows(county) == (1, 0)
    assert await faults(county) == []


async def test_a_rejected_dossier_frees_its_serial_number_and_stays_the_last_word_on_its_sale(
    county: County, clock: HandClock
) -> None:
    of, bought, dossier_id = await twice_sold(county)
    await reviewed(county, dossier_id, REJECTED)
    assert await transact(county, file_sale, filing(of, bought, papers(2))) == Refused(TradeInReason.ALREADY_FILED)
    await filed(county, of, await sold(county, of, person=1, shop=1), shop=1)
    await undo(county, bought, of.shops[0])
    await settle(county, clock.at)
    assert (await dossier(county, dossier_id)).dossier.state is REJECTED
    assert await faults(county) == []


async def test_a_shop_sees_what_it_must_file_oldest_first_until_it_has(county: County, clock: HandClock) -> None:
    of = await selling(county, people=3, file_days=10)
    bought = []
    for person in range(3):
        bought.append(await sold(county, of, person=person))
        clock.forward(days=1)

    async def awaited(shop: int = 0, most: int = 51) -> list[UUID]:
        asked = FindAwaited(merchant_id=of.shops[shop], most=most)
        return [one.sale.redemption_id for one in await inquire(county, find_awaited, asked)]

    assert await awaited() == bought
    assert await awaited(most=2) == bought[:2]
    assert await awaited(shop=1) == []
    await filed(county, of, bought[1])
    await undo(county, bought[2], of.shops[0])
    assert await awaited() == [bought[0]]
    [left] = await inquire(county, find_awaited, FindAwaited(merchant_id=of.shops[0]))
    assert left.campaign_zh == "家电以旧换新补贴"
    assert left.sale.due_on - (clock.at - timedelta(days=3)).date() == timedelta(days=10)


async def test_the_desk_finds_dossiers_by_state_category_and_shop(county: County) -> None:
    of = await selling(county, people=3)
    first = await filed(county, of, await sold(county, of))
    second = await filed(county, of, await sold(county, of, person=1, shop=1), papers(2), shop=1)
    third = await filed(
        county, of, await sold(county, of, person=2, appliance=Appliance.TELEVISION), papers(3, energy_level=2)
    )
    await reviewed(county, second, RETURNED)

    async def found(asked: FindDossiers) -> list[UUID]:
        return [one.dossier.dossier_id for one in await inquire(county, find_dossiers, asked)]

    assert await found(FindDossiers()) == [first, second, third]
    assert await found(FindDossiers(newest=True)) == [third, second, first]
    assert await found(FindDossiers(state=DossierState.FILED)) == [first, third]
    assert await found(FindDossiers(merchant_id=of.shops[1])) == [second]
    assert await found(FindDossiers(appliance=Appliance.TELEVISION)) == [third]
    assert await found(FindDossiers(campaign_id=new_id())) == []
    assert await found(FindDossiers(beyond=first, most=1)) == [second]
    counted = await inquire(county, count_dossiers, None)
    assert counted == {DossierState.FILED: 2, RETURNED: 1}
