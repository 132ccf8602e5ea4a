"""Admitting a merchant: once per credit code, with its shop, or not at all."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.merchants.add_store import AddStore, StoreOpened, add_store
from backend.merchants.admit import Admit, Admitted, admit
from backend.merchants.end import End, end
from backend.merchants.events import MerchantAdmitted
from backend.merchants.find_merchants import FindMerchants, find_merchant, find_merchants, find_stores
from backend.merchants.rules import MerchantReason, MerchantState, Trade
from backend.outbox.relay import Consumer, by_event_name, deliver_events
from backend.outbox.rules import Event, IdReused
from backend.places.premises import PremisesReason
from backend.places.rules import PlaceReason
from tests.databases import HandClock
from tests.merchants.merchant_makers import CLERK, SHOWN, admission, admitted, papers, premises, with_places
from tests.places.places_makers import position


async def listed(county: County) -> int:
    return len(await inquire(county, find_merchants, FindMerchants(states=tuple(MerchantState))))


async def test_an_admitted_merchant_is_found_as_it_was_told_with_its_shop_and_position(
    county: County, clock: HandClock
) -> None:
    await with_places(county)
    command = admission()
    assert await transact(county, admit, command) == Admitted(
        merchant_id=command.merchant_id, store_id=command.store_id, admitted_at=clock()
    )
    found = await inquire(county, find_merchant, command.merchant_id)
    assert found is not None
    assert (found.papers, found.state, found.demonstration) == (command.papers, MerchantState.ADMITTED, True)
    assert (found.main.number, found.main.premises, found.main.position) == (1, command.premises, SHOWN)
    entry = (await inquire(county, find, Find(act="merchants.admit")))[0]
    assert (entry.subject_id, entry.actor.id, entry.to_state) == (str(command.merchant_id), CLERK.id, "admitted")


async def test_the_event_tells_who_was_admitted_where(county: County, clock: HandClock) -> None:
    await with_places(county)
    told: list[Event] = []

    async def listen(_tx: Transaction, events: Sequence[Event], _now: Instant) -> None:
        told.extend(events)

    command = admission()
    await admitted(county, command)
    consumers = by_event_name([Consumer("listener", MerchantAdmitted, listen)])
    assert await deliver_events(county, consumers, clock()) == 1
    event = told[0]
    assert isinstance(event, MerchantAdmitted)
    assert (event.merchant_id, event.trade, event.town_code) == (command.merchant_id, Trade.CATERING, "511527100")


async def test_the_same_admission_again_gets_the_same_answer_and_another_under_its_id_none(
    county: County, clock: HandClock
) -> None:
    await with_places(county)
    command = admission()
    first = await admitted(county, command)
    clock.forward(minutes=5)
    again = await transact(county, admit, command)
    assert again == msgspec.structs.replace(first, again=True)
    other = msgspec.structs.replace(command, papers=papers(name="另一家"))
    assert await transact(county, admit, other) == IdReused()
    assert await listed(county) == 1


async def test_a_credit_code_is_on_the_list_once_and_the_refusal_is_kept(county: County) -> None:
    await with_places(county)
    first = await admitted(county, admission(order=1))
    twin = admission(order=1, name="同一张执照")
    assert await transact(county, admit, twin) == Refused(MerchantReason.CREDIT_CODE_TAKEN)
    leave = End(actor=CLERK, change_id=new_id(), merchant_id=first.merchant_id, reason="歇业")
    await transact(county, end, leave)
    assert await transact(county, admit, twin) == Refused(MerchantReason.CREDIT_CODE_TAKEN)
    assert isinstance(await transact(county, admit, admission(order=1)), Admitted)
    assert await listed(county) == 2


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (admission(told=papers(code="92591527000000019F")), MerchantReason.CREDIT_CODE_WRONG),
        (admission(told=papers(licences=())), MerchantReason.LICENCE_MISSING),
        (admission(at=premises(town="511527999", village=None)), PremisesReason.TOWN_UNKNOWN),
        (admission(at=premises(village="511527100999")), PlaceReason.UNKNOWN_VILLAGE),
        (admission(position=position(30_000_000, 104_000_000)), PlaceReason.OUTSIDE_COUNTY),
    ],
)
async def test_wrong_papers_move_nothing_and_may_be_mended_under_the_same_id(
    county: County, command: Admit, reason: Reason
) -> None:
    await with_places(county)
    outcome = await transact(county, admit, command)
    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    assert await listed(county) == 0
    assert await inquire(county, find, Find(act="merchants.")) == []
    mended = msgspec.structs.replace(command, papers=papers(), premises=premises(), position=None)
    assert isinstance(await transact(county, admit, mended), Admitted)


async def test_twenty_offices_admit_one_licence_at_once_and_it_is_listed_once(county: County) -> None:
    await with_places(county)
    outcomes = await asyncio.gather(*(transact(county, admit, admission(order=5)) for _ in range(20)))
    assert sum(isinstance(outcome, Admitted) for outcome in outcomes) == 1
    assert outcomes.count(Refused(MerchantReason.CREDIT_CODE_TAKEN)) == 19
    assert await listed(county) == 1


async def test_one_request_sent_ten_times_at_once_has_one_effect_and_one_answer(county: County) -> None:
    await with_places(county)
    command = admission()
    outcomes = await asyncio.gather(*(transact(county, admit, command) for _ in range(10)))
    assert sorted(outcome.again for outcome in outcomes if isinstance(outcome, Admitted)) == [False] + [True] * 9
    assert await listed(county) == 1


async def test_a_second_shop_gets_the_next_number_and_its_own_place(county: County) -> None:
    await with_places(county)
    merchant = await admitted(county)
    command = AddStore(
        actor=CLERK,
        store_id=new_id(),
        merchant_id=merchant.merchant_id,
        name_zh="高坪分店",
        name_en="Gaoping branch",
        premises=premises(town="511527210", village=None),
    )
    opened = StoreOpened(store_id=command.store_id, merchant_id=merchant.merchant_id, number=2)
    assert await transact(county, add_store, command) == opened
    assert await transact(county, add_store, command) == msgspec.structs.replace(opened, again=True)
    shops = await inquire(county, find_stores, merchant.merchant_id)
    assert [(shop.number, shop.premises.town_code, shop.position) for shop in shops] == [
        (1, "511527100", SHOWN),
        (2, "511527210", None),
    ]


async def test_a_merchant_that_left_opens_no_shop(county: County) -> None:
    await with_places(county)
    merchant = await admitted(county)
    await transact(county, end, End(actor=CLERK, change_id=new_id(), merchant_id=merchant.merchant_id, reason="歇业"))
    command = AddStore(
        actor=CLERK,
        store_id=new_id(),
        merchant_id=merchant.merchant_id,
        name_zh="分店",
        name_en="Branch",
        premises=premises(),
    )
    assert await transact(county, add_store, command) == Refused(MerchantReason.MERCHANT_ENDED)
    assert len(await inquire(county, find_stores, merchant.merchant_id)) == 1


async def test_merchants_are_found_by_trade_town_and_words_page_by_page(county: County) -> None:
    await with_places(county)
    noodles = await admitted(county, admission(order=1, name="景阳水粉店"))
    shop = await admitted(county, admission(order=2, name="便民超市", trade=Trade.RETAIL))
    far = await admitted(
        county, admission(order=3, name="苗乡水粉", at=premises(town="511527210", village=None), position=None)
    )

    async def ids(asked: FindMerchants) -> list[object]:
        return [merchant.id for merchant in await inquire(county, find_merchants, asked)]

    assert await ids(FindMerchants()) == [noodles.merchant_id, shop.merchant_id, far.merchant_id]
    assert await ids(FindMerchants(trade=Trade.RETAIL)) == [shop.merchant_id]
    assert await ids(FindMerchants(town_code="511527210")) == [far.merchant_id]
    assert await ids(FindMerchants(text="水粉")) == [noodles.merchant_id, far.merchant_id]
    assert await ids(FindMerchants(text="OLD gate LANE")) == [noodles.merchant_id, shop.merchant_id, far.merchant_id]
    assert await ids(FindMerchants(text="%")) == []
    assert await ids(FindMerchants(after=(noodles.admitted_at, noodles.merchant_id), most=1)) == [shop.merchant_id]


async def test_a_name_that_grows_by_case_folding_is_stored_and_found(county: County) -> None:
    await with_places(county)
    long = msgspec.structs.replace(papers(), about_zh="ﬃ" * 200, about_en="ﬃ" * 400)
    merchant = await admitted(county, admission(told=long))
    found = await inquire(county, find_merchants, FindMerchants(text="FFI"))
    assert [one.id for one in found] == [merchant.merchant_id]
