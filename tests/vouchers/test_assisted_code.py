"""Somebody with a card and no phone spends a voucher: the station looks and has a code made, all of it on record."""

from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Refused
from backend.stations.find_assisted import FindAssisted, find_assisted
from backend.stations.rules import AssistedAct, ProofKind, StationReason
from backend.vouchers.assist import assisted_claim
from backend.vouchers.assisted_code import AssistedShortCode, AssistedWallet, assisted_short_code, assisted_wallet
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.papers import Papers, PapersReason
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.short_code import ShortCode, ShortCodeReason
from tests.databases import HandClock
from tests.stations.station_makers import OTHER, by_operator, with_shift
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import counter, redemption, spend
from tests.vouchers.test_papers import NUMBER, OTHER_NUMBER, elder, helping

CARD = Papers(proof=ProofKind.IDENTITY_CARD, number=NUMBER)


def code_for(person: UUID, voucher_id: UUID, shift_id: UUID, papers: Papers = CARD) -> AssistedShortCode:
    return AssistedShortCode(
        code_id=new_id(),
        resident_id=person,
        voucher_id=voucher_id,
        shift_id=shift_id,
        papers=papers,
        actor=replace(by_operator(), shift_id=shift_id, proof=papers.proof),
    )


async def holding(county: County) -> tuple[UUID, UUID, UUID]:
    """(shift, somebody without a phone, their voucher)."""
    [round_id] = await running_campaign(county)
    _, shift_id = await with_shift(county)
    person = await elder(county)
    claimed = await transact(
        county, assisted_claim, helping(round_id, person, shift_id, ProofKind.IDENTITY_CARD, NUMBER)
    )
    assert isinstance(claimed, Claimed)
    return shift_id, person, claimed.voucher_id


async def test_a_voucher_without_a_phone_is_found_and_spent_by_its_code(county: County, clock: HandClock) -> None:
    shift_id, person, voucher_id = await holding(county)
    looking = AssistedWallet(resident_id=person, shift_id=shift_id, papers=CARD, actor=by_operator())
    found = await transact(county, assisted_wallet, looking)
    assert not isinstance(found, Refused)
    assert [voucher.voucher_id for voucher in found] == [voucher_id]
    made = await transact(county, assisted_short_code, code_for(person, voucher_id, shift_id))
    assert isinstance(made, ShortCode)
    assert made.expires_at - clock() == timedelta(minutes=10)
    clock.forward(minutes=9, seconds=59)
    shop = await counter(county, places=False)
    assert isinstance(await spend(county, redemption(county, made.code, shop)), Redeemed)
    assert await transact(county, assisted_wallet, looking) == []
    acts = [service.act for service in await inquire(county, find_assisted, FindAssisted(resident_id=person))]
    assert sorted(acts) == sorted([AssistedAct.SHORT_CODE, AssistedAct.CLAIM])
    assert await faults(county) == []


async def test_a_code_asked_for_again_is_new_and_the_service_one(county: County) -> None:
    shift_id, person, voucher_id = await holding(county)
    command = code_for(person, voucher_id, shift_id)
    first, second = [await transact(county, assisted_short_code, command) for _ in range(2)]
    assert isinstance(first, ShortCode)
    assert isinstance(second, ShortCode)
    shop = await counter(county, places=False)
    assert isinstance(await spend(county, redemption(county, first.code, shop)), Refused)
    assert isinstance(await spend(county, redemption(county, second.code, shop)), Redeemed)
    services = await inquire(county, find_assisted, FindAssisted(resident_id=person))
    assert [service.act for service in services].count(AssistedAct.SHORT_CODE) == 1


async def test_without_the_persons_document_there_is_no_code_and_no_look(county: County) -> None:
    shift_id, person, voucher_id = await holding(county)
    word = Papers(proof=ProofKind.IDENTITY_CARD)
    other = Papers(proof=ProofKind.IDENTITY_CARD, number=OTHER_NUMBER)
    present = Papers(proof=ProofKind.PRESENCE, number=NUMBER)
    for papers, reason in (
        (word, PapersReason.PAPERS_NEEDED),
        (present, PapersReason.PAPERS_NEEDED),
        (other, PapersReason.NUMBER_DIFFERS),
    ):
        asked = code_for(person, voucher_id, shift_id, papers)
        assert await transact(county, assisted_short_code, asked) == Refused(reason)
        looking = AssistedWallet(resident_id=person, shift_id=shift_id, papers=papers, actor=by_operator())
        assert await transact(county, assisted_wallet, looking) == Refused(reason)
    elsewhere = replace(code_for(person, voucher_id, shift_id), actor=by_operator(OTHER))
    assert await transact(county, assisted_short_code, elsewhere) == Refused(StationReason.SHIFT_UNKNOWN)
    stranger = code_for(await elder(county, 2), voucher_id, shift_id, replace(CARD, number=OTHER_NUMBER))
    assert await transact(county, assisted_short_code, stranger) == Refused(ShortCodeReason.NO_SUCH_VOUCHER)


async def test_a_made_up_card_opens_no_wallet_of_somebody_whose_document_is_known(county: County) -> None:
    shift_id, person, voucher_id = await holding(county)
    for proof in (ProofKind.STATION_CARD, ProofKind.SOCIAL_CARD):
        made_up = Papers(proof=proof, number="MADEUP1234")
        asked = code_for(person, voucher_id, shift_id, made_up)
        assert await transact(county, assisted_short_code, asked) == Refused(PapersReason.NUMBER_DIFFERS)
        looking = AssistedWallet(resident_id=person, shift_id=shift_id, papers=made_up, actor=by_operator())
        assert await transact(county, assisted_wallet, looking) == Refused(PapersReason.NUMBER_DIFFERS)


async def test_a_code_never_hides_under_the_id_of_another_service(county: County) -> None:
    shift_id, person, voucher_id = await holding(county)
    [claimed] = await inquire(county, find_assisted, FindAssisted(resident_id=person))
    hidden = replace(code_for(person, voucher_id, shift_id), code_id=claimed.id)
    assert await transact(county, assisted_short_code, hidden) == Refused(GeneralReason.ID_REUSED)
    assert len(await inquire(county, find_assisted, FindAssisted(resident_id=person))) == 1
