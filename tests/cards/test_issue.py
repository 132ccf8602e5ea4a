"""A card is issued to somebody with papers, in an own shift, for a tablet of the station; a newer one ends it."""

from datetime import timedelta

from msgspec.structs import replace
from sqlalchemy import select

from backend.cards.end_card import CardEnded, EndCard, RevokeCard, end_own_card, revoke_card
from backend.cards.find_cards import AskFigures, FindCards, find_cards, find_operator_figures
from backend.cards.issue_card import CardIssued
from backend.cards.retention import FORGOTTEN_AFTER, tidy_cards
from backend.cards.rules import CardState, EndWhy, PaperCardReason
from backend.cards.tables import cards
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.cards import DEMONSTRATION, ShownCard, card_hash, verify_card
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.notifications.demonstration_box import LookIntoBox, look_into_box
from backend.notifications.inbox import Inbox, inbox
from backend.outbox.rules import IdReused
from backend.stations.phone_code_rules import PhoneCodeReason
from backend.stations.rules import ProofKind, StationReason
from backend.sync.device_rules import DeviceKind
from backend.vouchers.issuer import trust_of
from backend.vouchers.papers import Papers, PapersReason
from tests.cards.card_makers import DOCUMENT, FAMILY, AtStation, at_station, issue, issued, issuing
from tests.databases import HandClock
from tests.stations.station_makers import CLERK, OPERATOR, OTHER, by_operator, opening, with_station
from tests.sync.device_makers import active_device, enrolled
from tests.vouchers.test_papers import NUMBER, OTHER_NUMBER, elder


async def states(county: County) -> list[str]:
    """Of all cards, the first issued first."""

    async def read(tx: Transaction, _asked: None) -> list[str]:
        return [str(row.state) for row in await tx.execute(select(cards.c.state).order_by(cards.c.number))]

    return await inquire(county, read, None)


async def test_what_is_printed_is_a_card_of_the_county_for_that_tablet(county: County, clock: HandClock) -> None:
    at = await at_station(county)
    card = await issued(county, at)
    shown = verify_card(card.code, trust=trust_of(county), county=county.code, at=clock())
    assert isinstance(shown, ShownCard)
    assert (shown.card.card, shown.card.home, shown.card.status_index) == (card.card_id, at.home, 1)
    assert shown.card.expires_at == card.expires_at == clock() + timedelta(days=365)
    assert shown.card.flags == DEMONSTRATION
    assert shown.hash == card_hash(card.code)
    assert NUMBER[-4:] not in card.code


async def test_the_same_id_has_the_same_card_and_another_command_none(county: County) -> None:
    at = await at_station(county)
    command = issuing(at)
    first = await issue(county, command)
    assert isinstance(first, CardIssued)
    again = await issue(county, replace(command, pin_hash="another"))
    assert again == replace(first, again=True)
    for changed in (
        replace(command, family_phone=FAMILY),
        replace(command, papers=Papers(proof=ProofKind.IDENTITY_CARD, number=OTHER_NUMBER)),
        replace(command, actor=replace(command.actor, id=OTHER)),
    ):
        assert await issue(county, changed) == IdReused()
    assert await states(county) == ["active"]


async def test_a_new_card_ends_the_old_one_in_the_same_act(county: County) -> None:
    at = await at_station(county)
    first = await issued(county, at)
    second = await issued(county, at)
    assert (first.replaced, second.replaced, second.number) == (None, first.card_id, 2)
    assert await states(county) == ["replaced", "active"]
    third = await issued(county, replace_person(at, await elder(county, 2)), papers=other_document())
    assert third.replaced is None
    assert await states(county) == ["replaced", "active", "active"]


def replace_person(at: AtStation, person: object) -> AtStation:
    return replace(at, person=person)


def other_document() -> Papers:
    return Papers(proof=ProofKind.IDENTITY_CARD, number=OTHER_NUMBER)


async def test_without_papers_shift_or_a_tablet_of_the_station_there_is_no_card(county: County) -> None:
    at = await at_station(county)
    waiting = await enrolled(county, None, kind=DeviceKind.STATION, station_id=at.station)
    elsewhere = await with_station(county, opening(name="蒿坝驿站"))
    theirs = await active_device(county, None, number=2, kind=DeviceKind.STATION, station_id=elsewhere)
    noes = (
        ({"papers": Papers(proof=ProofKind.PRESENCE)}, PapersReason.PAPERS_NEEDED),
        ({"papers": Papers(proof=ProofKind.IDENTITY_CARD)}, PapersReason.PAPERS_NEEDED),
        ({"papers": Papers(proof=ProofKind.IDENTITY_CARD, number=NUMBER[:-1] + "0")}, PapersReason.NUMBER_WRONG),
        ({"papers": Papers(proof=ProofKind.PHONE_CODE)}, PhoneCodeReason.PROOF_NEEDED),
        ({"shift_id": new_id()}, StationReason.SHIFT_UNKNOWN),
        ({"actor": by_operator(OTHER)}, StationReason.SHIFT_UNKNOWN),
        ({"home": new_id()}, PaperCardReason.HOME_UNKNOWN),
        ({"home": waiting}, PaperCardReason.HOME_UNKNOWN),
        ({"home": theirs}, PaperCardReason.HOME_UNKNOWN),
    )
    for changed, reason in noes:
        outcome = await issue(county, issuing(at, **changed))
        assert isinstance(outcome, Refused), changed
        assert outcome.reason is reason, changed
    assert await states(county) == []


async def test_lost_and_given_back_cards_count_no_more(county: County) -> None:
    at = await at_station(county)
    ending = EndCard(
        end_id=new_id(), resident_id=at.person, shift_id=at.shift, papers=DOCUMENT, why=EndWhy.LOST, actor=by_operator()
    )
    none = await transact(county, end_own_card, ending)
    assert none == Refused(PaperCardReason.NO_CARD)
    card = await issued(county, at)
    ended = await transact(county, end_own_card, ending)
    assert isinstance(ended, CardEnded)
    assert (ended.card_id, ended.state) == (card.card_id, CardState.LOST)
    assert await transact(county, end_own_card, ending) == replace(ended, again=True)
    assert await transact(county, end_own_card, replace(ending, why=EndWhy.RETURNED)) == IdReused()
    second = await issued(county, at)
    calling = RevokeCard(revocation_id=new_id(), card_id=second.card_id, lost=False, words="家属来电", actor=CLERK)
    called = await transact(county, revoke_card, calling)
    assert isinstance(called, CardEnded)
    assert called.state is CardState.REVOKED
    assert await transact(county, revoke_card, calling) == replace(called, again=True)
    other = replace(calling, revocation_id=new_id())
    assert await transact(county, revoke_card, other) == Refused(PaperCardReason.ENDED)
    assert await states(county) == ["lost", "revoked"]


async def test_owner_and_family_are_told_and_nothing_else_of_the_person_is_kept(
    county: County, clock: HandClock
) -> None:
    at = await at_station(county)
    card = await issued(county, at, family_phone=FAMILY)
    codes = [message.code for message in await inquire(county, inbox, Inbox(recipient_id=at.person))]
    assert codes == ["paper-card-issued", "document-recorded"]
    boxed = await inquire(county, look_into_box, LookIntoBox(FAMILY))
    assert [sms.code for sms in boxed or []] == ["paper-card-issued"]

    async def row(tx: Transaction, _asked: None) -> tuple[object, ...]:
        found = (await tx.execute(select(cards).where(cards.c.id == card.card_id))).one()
        return tuple(found)

    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode() for value in await inquire(county, row, None)
    )
    for secret in (NUMBER, NUMBER[-4:] + "'", FAMILY, card.code):
        assert secret.encode() not in kept
    calling = RevokeCard(revocation_id=new_id(), card_id=card.card_id, lost=True, words="挂失", actor=CLERK)
    assert isinstance(await transact(county, revoke_card, calling), CardEnded)
    clock.forward(days=FORGOTTEN_AFTER.days, seconds=1)
    await transact(county, tidy_cards, None)
    after = await inquire(county, row, None)
    columns = [column.name for column in cards.columns]
    told = dict(zip(columns, after, strict=True))
    assert (told["code"], told["digits"], told["family_phone"]) == (None, None, None)


async def test_the_office_sees_cards_and_each_operators_figures(county: County, clock: HandClock) -> None:
    at = await at_station(county)
    first, second = await issued(county, at), await issued(county, at, family_phone=FAMILY)
    found = await inquire(county, find_cards, FindCards(resident_id=at.person))
    assert {one.card.id for one in found} == {first.card_id, second.card_id}
    assert {(one.card.state, one.card.notices) for one in found} == {("replaced", False), ("active", True)}
    assert {one.station_zh for one in found} == {"景阳驿站"}
    [figures] = await inquire(county, find_operator_figures, AskFigures(clock()))
    assert (figures.operator_id, figures.issued, figures.ended, figures.uses) == (OPERATOR, 2, 1, 0)
    assert await inquire(county, find_operator_figures, AskFigures(clock() + timedelta(days=31))) == []
