"""A card's owner reads of it in their own export, and whoever closes their account has no card any more."""

import json
from datetime import timedelta

from sqlalchemy import select

from backend.cards.find_cards import FindCards, find_cards
from backend.cards.find_home_cards import HomeCardsOf, home_cards, known_cards
from backend.cards.note_use import NoteUse, note_use
from backend.cards.owner_data import CARD_CONSUMERS, CARD_SECTIONS
from backend.cards.rules import CardState
from backend.cards.tables import cards
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.close_account import CloseAccount, close_account
from backend.identity.personal_data import Export, Row, export
from backend.identity.rules import PersonKind
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.cards import card_hash
from backend.kernel.ids import new_id
from backend.notifications.demonstration_box import LookIntoBox, look_into_box
from backend.outbox.relay import by_event_name, deliver_events
from tests.cards.card_makers import FAMILY, AtStation, at_station, issued
from tests.databases import HandClock
from tests.identity.sessions import session_of
from tests.sync.device_makers import with_merchant
from tests.vouchers.test_papers import NUMBER
from tests.web.client import calling, serving


async def told(county: County, at: AtStation) -> dict[str, list[Row]]:
    """What the owner's export says of cards."""
    sections = await inquire(county, export, Export(at.person, CARD_SECTIONS))
    return {one.name: list(one.rows) for one in sections if one.name.startswith("paper_card")}


async def closed(county: County, at: AtStation) -> None:
    """The owner closes their account, and whoever listens is told."""
    actor = Actor(kind=ActorKind.RESIDENT, id=at.person)
    assert await transact(county, close_account, CloseAccount(resident_id=at.person, actor=actor)) is None
    await deliver_events(county, by_event_name(CARD_CONSUMERS), county.clock())


async def test_an_export_has_the_cards_and_their_uses_and_nothing_that_prints_one(
    county: County, clock: HandClock
) -> None:
    at = await at_station(county)
    assert await told(county, at) == {"paper_cards": [], "paper_card_uses": []}
    await issued(county, at)
    clock.forward(minutes=1)
    card = await issued(county, at, family_phone=FAMILY)
    clock.forward(minutes=1)
    use = NoteUse(
        use_id=new_id(),
        card_id=card.card_id,
        voucher_id=new_id(),
        operator_id=None,
        merchant_id=await with_merchant(county),
        amount_fen=5_000,
        at=clock.at,
    )
    assert await transact(county, note_use, use)
    rows = await told(county, at)
    assert [(one["number"], one["state"], one["family_phone"]) for one in rows["paper_cards"]] == [
        (1, "replaced", None),
        (2, "active", FAMILY),
    ]
    assert {one["document_ends_in"] for one in rows["paper_cards"]} == {NUMBER[-4:]}
    [used] = rows["paper_card_uses"]
    assert (used["card_number"], used["amount_fen"], used["voucher_id"]) == (2, 5_000, str(use.voucher_id))
    assert used["merchant"] != ""
    assert "XP1:" not in json.dumps(rows)
    assert "pin" not in json.dumps(rows)


async def test_the_export_that_a_resident_asks_for_has_them(county: County) -> None:
    at = await at_station(county)
    await issued(county, at)
    cookie = await session_of(county, PersonKind.RESIDENT, at.person)
    async with serving(county) as application, calling(application, cookie=cookie) as client:
        sections = {one["name"]: one["rows"] for one in (await client.get("/api/v1/me/export")).json()["sections"]}
    assert len(sections["paper_cards"]) == 1
    assert sections["paper_card_uses"] == []


async def test_closing_an_account_ends_its_card_and_erases_what_tells_of_its_owner(
    county: County, clock: HandClock
) -> None:
    at = await at_station(county)
    old = await issued(county, at, family_phone=FAMILY)
    clock.forward(minutes=1)
    card = await issued(county, at, family_phone=FAMILY)
    clock.forward(hours=1)
    closing = clock.at
    await closed(county, at)
    clock.forward(minutes=1)
    found = {one.card.id: one.card for one in await inquire(county, find_cards, FindCards())}
    assert (found[card.card_id].state, found[card.card_id].ended_at) == (CardState.REVOKED, closing)
    assert found[old.card_id].state is CardState.REPLACED

    async def left(tx: Transaction, _asked: None) -> list[tuple[object, ...]]:
        asked = select(cards.c.code, cards.c.digits, cards.c.family_phone, cards.c.pin_hash)
        return [tuple(row) for row in await tx.execute(asked)]

    assert await inquire(county, left, None) == [(None, None, None, "none")] * 2
    # What its home device took before it could know is still recognised.
    known = await inquire(county, known_cards, [card_hash(card.code)])
    assert known[card_hash(card.code)].ended_at == closing
    assert await inquire(county, home_cards, HomeCardsOf(device_id=at.home, at=clock.at + timedelta(seconds=1))) == []
    boxed = await inquire(county, look_into_box, LookIntoBox(FAMILY))
    assert [sms.code for sms in boxed or []].count("paper-card-ended") == 0
    await deliver_events(county, by_event_name(CARD_CONSUMERS), county.clock())
    assert (await inquire(county, find_cards, FindCards()))[0].card.ended_at == closing
