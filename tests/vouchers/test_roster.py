"""A list from its import to the vouchers: two people, hashes only, each row once, nothing above the round's money."""

from datetime import date
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import insert, select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.demonstration.unassignable import identity_number
from backend.identity.person import claimant
from backend.identity.prove_identity import NoteKey, note_key
from backend.kernel.claimants import KeyKind
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.stations.rules import ProofKind
from backend.vouchers.assist import AssistedClaim
from backend.vouchers.assisted_ways import assisted_entry, assisted_taking
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.desk_rules import DeskReason
from backend.vouchers.enter_draw import Entered
from backend.vouchers.find_rosters import MyEntitlements, my_entitlements
from backend.vouchers.import_roster import Imported, Looked
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.roster_rules import RosterReason, RosterState, Verdict
from backend.vouchers.roster_tables import roster_entries, roster_takings
from backend.vouchers.rules import ClaimReason
from tests.databases import HandClock
from tests.stations.station_makers import by_operator, with_shift
from tests.vouchers.campaigns import claim_of, faults
from tests.vouchers.desks import balances
from tests.vouchers.lots import drawn_campaign, people, person, plan_with, round_plan, run_plan, work_off
from tests.vouchers.rosters import (
    CONFIRMER,
    DOCUMENT,
    IMPORTER,
    bring_in,
    confirmed,
    decide,
    listed,
    roster_campaign,
    roster_plan,
    roster_round,
    take,
)
from tests.web.world import row_counts

NUMBER = identity_number(date(1949, 3, 2), 1)


async def test_a_dry_run_tells_everything_and_keeps_nothing(county: County) -> None:
    campaign_id, _ = await roster_campaign(county)
    before = await row_counts(county)
    good = await bring_in(county, campaign_id, listed(1), listed(2, "destitute"), dry_run=True)
    assert good == Looked(entries=2, by_class={"destitute": 1, "low-income": 1}, faults=(), over_cap="")
    bad = await bring_in(county, campaign_id, listed(1), listed(2, phone="12"), listed(3, "rich"), dry_run=True)
    assert [(fault.row, fault.column) for fault in bad.faults] == [(2, "phone"), (3, "class_code")]
    over = await bring_in(county, campaign_id, *(listed(number) for number in range(1, 6)), dry_run=True)
    assert over.over_cap == "名单 5 份共 500.00 元，轮次额度 3 份共 300.00 元"
    assert await row_counts(county) == before


async def test_a_list_with_faults_or_above_its_round_is_not_brought_in(county: County) -> None:
    campaign_id, _ = await roster_campaign(county)
    before = await row_counts(county)
    bad = await bring_in(county, campaign_id, listed(1), listed(2, "rich"))
    assert isinstance(bad, Looked)
    over = await bring_in(county, campaign_id, *(listed(number) for number in range(1, 5)))
    assert over == Refused(RosterReason.OVER_CAP, "名单 4 份共 400.00 元，轮次额度 3 份共 300.00 元")
    assert await bring_in(county, new_id(), listed(1)) == Refused(DeskReason.NO_SUCH_CAMPAIGN)
    assert await row_counts(county) == before


async def test_a_list_is_brought_in_by_one_and_confirmed_by_another(county: County) -> None:
    campaign_id, rounds = await roster_campaign(county)
    one = await person(county, 1)
    roster_id = new_id()
    first = await bring_in(county, campaign_id, listed(1), roster_id=roster_id)
    assert isinstance(first, Imported)
    assert await bring_in(county, campaign_id, listed(1), roster_id=roster_id) == replace(first, again=True)
    assert await bring_in(county, campaign_id, listed(2), roster_id=roster_id) == IdReused()
    assert await take(county, rounds["low-income"], one) == Refused(ClaimReason.NOT_ELIGIBLE), "not confirmed yet"
    assert await decide(county, roster_id, by=IMPORTER) == Refused(RosterReason.SAME_IMPORTER)
    assert await decide(county, new_id()) == Refused(RosterReason.NO_SUCH_ROSTER)
    decision_id = new_id()
    done = await decide(county, roster_id, decision_id=decision_id)
    assert done.state is RosterState.CONFIRMED
    assert await decide(county, roster_id, decision_id=decision_id) == replace(done, again=True)
    assert await decide(county, roster_id) == Refused(RosterReason.ROSTER_DECIDED)
    assert isinstance(await take(county, rounds["low-income"], one), Claimed)
    assert await faults(county) == []


async def test_a_list_that_is_sent_back_gives_nobody_anything(county: County) -> None:
    campaign_id, rounds = await roster_campaign(county)
    one = await person(county, 1)
    imported = await bring_in(county, campaign_id, listed(1))
    assert await decide(county, imported.roster_id, Verdict.REJECT) == Refused(DeskReason.REASON_MISSING)
    done = await decide(county, imported.roster_id, Verdict.REJECT, note="少了一页")
    assert done.state is RosterState.REJECTED
    assert await take(county, rounds["low-income"], one) == Refused(ClaimReason.NOT_ELIGIBLE)
    assert isinstance(await bring_in(county, campaign_id, listed(1)), Imported), "and can be brought in again"


async def test_people_stand_in_a_list_as_keyed_hashes_only(county: County) -> None:
    campaign_id, _ = await roster_campaign(county)
    await confirmed(county, campaign_id, listed(1, identity_number=NUMBER, name="牟学文"))

    async def look(tx: Transaction, _asked: None) -> tuple[bytes, bytes]:
        rows = await tx.execute(select(roster_entries.c.phone_hash, roster_entries.c.identity_hash))
        row = rows.one()
        return bytes(row[0]), bytes(row[1])

    keys = county.keys
    expected = keys.keyed_hash(KeyKind.PHONE, "15405000001"), keys.keyed_hash(KeyKind.IDENTITY, NUMBER)
    assert await inquire(county, look, None) == expected
    if not county.on_postgresql:
        held = county.file.read_bytes() + county.file.with_name(county.file.name + "-wal").read_bytes()
        assert not [value for value in ("15405000001", NUMBER, "牟学文") if value.encode() in held]


async def test_each_person_takes_their_classes_amount_once(county: County) -> None:
    campaign_id, rounds = await roster_campaign(county)
    one, two, three = await people(county, 3)
    await confirmed(county, campaign_id, listed(1), listed(2, "destitute"))
    claim_id = new_id()
    first = await take(county, rounds["low-income"], one, claim_id=claim_id)
    assert isinstance(first, Claimed)
    assert first.face_fen == 10_000
    assert await take(county, rounds["low-income"], one, claim_id=claim_id) == replace(first, again=True)
    assert await take(county, rounds["low-income"], one) == Refused(RosterReason.TAKEN_ALREADY)
    assert await take(county, rounds["destitute"], one) == Refused(ClaimReason.NOT_ELIGIBLE)
    second = await take(county, rounds["destitute"], two)
    assert isinstance(second, Claimed)
    assert second.face_fen == 20_000
    assert await take(county, rounds["low-income"], three) == Refused(ClaimReason.NOT_ELIGIBLE)
    assert await transact(county, claim, claim_of(rounds["low-income"], 9)) == Refused(ClaimReason.BY_ROSTER)
    assert await faults(county) == []


async def test_a_second_account_of_the_same_person_takes_nothing(county: County) -> None:
    campaign_id, rounds = await roster_campaign(county)
    one, two = await people(county, 2)
    await confirmed(county, campaign_id, listed(1, phone="", identity_number=NUMBER), listed(2))
    for resident_id in (one, two):
        known = NoteKey(resident_id=resident_id, kind=KeyKind.IDENTITY, value=NUMBER)
        await transact(county, note_key, known)
    assert isinstance(await take(county, rounds["low-income"], one), Claimed)
    # By number the row is taken, by phone they have one of their own: the keys of sameness say it is one person.
    assert await take(county, rounds["low-income"], two) == Refused(ClaimReason.LIMIT_REACHED)
    assert await faults(county) == []


async def test_a_phone_that_had_another_owner_gives_nothing_to_whoever_has_proven_another_number(
    county: County,
) -> None:
    campaign_id, rounds = await roster_campaign(county)
    one = await person(county, 1)
    other = identity_number(date(1951, 7, 9), 2)
    await transact(county, note_key, NoteKey(resident_id=one, kind=KeyKind.IDENTITY, value=other))
    await confirmed(county, campaign_id, listed(1, identity_number=NUMBER))
    assert await take(county, rounds["low-income"], one) == Refused(ClaimReason.NOT_ELIGIBLE)


async def test_it_is_taken_in_the_window_only_and_the_rest_goes_back(county: County, clock: HandClock) -> None:
    later = roster_round(county, "low-income", 3, opens_at=county.clock().replace(hour=4))
    campaign_id = await run_plan(county, roster_plan(later, pieces=3))
    one, two = await people(county, 2)
    await confirmed(county, campaign_id, listed(1), listed(2))
    assert await take(county, later.round_id, one) == Refused(ClaimReason.NOT_OPEN)
    clock.forward(hours=2)
    assert isinstance(await take(county, later.round_id, one), Claimed)
    clock.at = later.closes_at
    assert await take(county, later.round_id, two) == Refused(ClaimReason.NOT_OPEN)
    await work_off(county)
    lines = sorted(fen for key, fen in (await balances(county)).items() if key.startswith("budget.line"))
    assert lines == [0, 0, 30_000, 60_000], "the week's voucher has run out too: all is back with the kinds"
    assert await faults(county) == []


async def test_lists_together_never_exceed_the_round_and_name_nobody_twice(county: County) -> None:
    campaign_id, _ = await roster_campaign(county)
    await confirmed(county, campaign_id, listed(1), listed(2))
    twice = await bring_in(county, campaign_id, listed(7), listed(2, row=5))
    assert twice == Refused(RosterReason.OVER_CAP, "名单 4 份共 400.00 元，轮次额度 3 份共 300.00 元")
    twice = await bring_in(county, campaign_id, listed(2, row=5))
    assert await decide(county, twice.roster_id) == Refused(
        RosterReason.LISTED_TWICE, f"第 5 行与 {DOCUMENT} 第 2 行 是同一个人"
    )
    one, other = [await bring_in(county, campaign_id, listed(number)) for number in (3, 4)]
    assert (await decide(county, one.roster_id)).state is RosterState.CONFIRMED
    refused = await decide(county, other.roster_id)
    assert refused == Refused(RosterReason.OVER_CAP, "名单 4 份共 400.00 元，轮次额度 3 份共 300.00 元")


async def test_a_campaign_without_an_open_round_by_list_takes_none(county: County, clock: HandClock) -> None:
    rush = round_plan(county, mode=RoundMode.RUSH, draw=None)
    plain = await run_plan(county, plan_with(rush))
    assert await bring_in(county, plain, listed(1)) == Refused(RosterReason.NO_ROSTER_ROUND)
    assert await take(county, rush.round_id, await person(county, 1)) == Refused(RosterReason.NOT_A_ROSTER)
    campaign_id, rounds = await roster_campaign(county)
    imported = await bring_in(county, campaign_id, listed(1))
    clock.forward(days=10)
    assert await bring_in(county, campaign_id, listed(2)) == Refused(RosterReason.NO_ROSTER_ROUND)
    assert await decide(county, imported.roster_id) == Refused(RosterReason.NO_ROSTER_ROUND)
    assert await take(county, new_id(), await person(county, 2)) == Refused(ClaimReason.NOT_OPEN)
    assert len(rounds) == 2


async def test_somebody_sees_what_lists_set_aside_for_them(county: County) -> None:
    campaign_id, rounds = await roster_campaign(county)
    one, two = await people(county, 2)
    await confirmed(county, campaign_id, listed(1), listed(3, phone="", identity_number=NUMBER))

    async def seen(resident_id: UUID) -> list[UUID]:
        known = await inquire(county, claimant, resident_id)
        assert known is not None
        return [one.round_id for one in await inquire(county, my_entitlements, MyEntitlements(keys=known.keys))]

    assert (await seen(one), await seen(two)) == ([rounds["low-income"]], [])
    await transact(county, note_key, NoteKey(resident_id=two, kind=KeyKind.IDENTITY, value=NUMBER))
    assert await seen(two) == [rounds["low-income"]]


def helping(round_id: UUID, resident_id: UUID, shift_id: UUID, number: str | None) -> AssistedClaim:
    claim_id = new_id()
    return AssistedClaim(
        claim_id=claim_id,
        round_id=round_id,
        resident_id=resident_id,
        shift_id=shift_id,
        proof=ProofKind.IDENTITY_CARD,
        proof_number=number,
        actor=replace(by_operator(), request_id=claim_id, proof=ProofKind.IDENTITY_CARD),
    )


async def test_a_station_takes_for_whoever_shows_the_card_that_is_listed(county: County) -> None:
    campaign_id, rounds = await roster_campaign(county)
    await confirmed(county, campaign_id, listed(1, phone="", identity_number=NUMBER))
    _, shift_id = await with_shift(county)
    elder = await person(county, 8, phone=None)
    command = helping(rounds["low-income"], elder, shift_id, NUMBER)
    first = await transact(county, assisted_taking, command)
    assert isinstance(first, Claimed)
    assert await transact(county, assisted_taking, command) == replace(first, again=True)
    counts = await row_counts(county)
    assert (counts["roster_takings"], counts["assisted_services"]) == (1, 1)
    other = helping(rounds["destitute"], elder, shift_id, None)
    assert await transact(county, assisted_taking, other) == Refused(ClaimReason.NOT_ELIGIBLE)
    assert (await row_counts(county))["assisted_services"] == 1
    assert await faults(county) == []


async def test_a_station_enters_somebody_by_their_card_and_once(county: County) -> None:
    round_id = await drawn_campaign(county)
    _, shift_id = await with_shift(county)
    elder, twin = await person(county, 8, phone=None), await person(county, 9, phone=None)
    entered = await transact(county, assisted_entry, helping(round_id, elder, shift_id, NUMBER))
    assert isinstance(entered, Entered)
    refused = await transact(county, assisted_entry, helping(round_id, twin, shift_id, NUMBER))
    assert isinstance(refused, Refused)
    assert refused.reason == "already-entered"
    assert (await row_counts(county))["assisted_services"] == 1


async def test_a_taking_that_no_list_gave_is_found(county: County) -> None:
    campaign_id, rounds = await roster_campaign(county)
    one = await person(county, 1)
    await confirmed(county, campaign_id, listed(1, "destitute"))
    given = await take(county, rounds["destitute"], one)

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        (entry_id,) = (await tx.execute(select(roster_entries.c.id))).scalars()
        row = {"entry_id": entry_id, "round_id": rounds["low-income"], "resident_id": one, "taken_at": now}
        other = await claim(tx, replace(claim_of(rounds["low-income"], 5), way=RoundMode.ROSTER), now=now)
        assert isinstance(other, Claimed)
        await tx.execute(insert(roster_takings).values(row | {"voucher_id": other.voucher_id}))

    await transact(county, forge, None)
    found = await faults(county)
    assert len(found) == 3
    assert "was taken by a row that no second person confirmed for its round" in found[2]
    assert str(given.voucher_id) not in " ".join(found)


async def test_the_one_who_confirms_is_on_record_beside_the_one_who_brought_it_in(county: County) -> None:
    campaign_id, _ = await roster_campaign(county)
    roster_id = await confirmed(county, campaign_id, listed(1))
    assert CONFIRMER.id != IMPORTER.id
    assert (await decide(county, roster_id, by=IMPORTER)) == Refused(RosterReason.ROSTER_DECIDED)
