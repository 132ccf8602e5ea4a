"""The county that ``yizhan seed`` makes, as it lies in its database: what was ordered, line by line.

Whether the files promise it is asked in ``test_county_files.py``; here it is asked whether all of it arrived.
"""

import contextlib
import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image, ImageStat

from backend.database.county import County
from backend.database.registry import open_counties, read_registry
from backend.database.transaction import Transaction, inquire, transact
from backend.demonstration.county import read_county
from backend.demonstration.logo import LOGO, SIDE, draw_logo
from backend.demonstration.pictures import WIDTHS, pictures
from backend.demonstration.seed import settle_down
from backend.identity.person import claimants
from backend.identity.rules import is_identity_number
from backend.kernel.actors import PEOPLE, Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import COUNTY_TIME, from_epoch_microseconds
from backend.kernel.refusals import Refused
from backend.merchants.credit_code import is_for_demonstration
from backend.places.premises import is_unassignable_phone
from backend.vouchers.claim import claim
from backend.vouchers.claim_rules import Claim, Claimed
from backend.vouchers.rules import ClaimantFacts, ClaimReason
from tests.journeys.served import run, seed_once
from tests.vouchers.campaigns import faults

CAMPAIGN = "筠连县惠民消费券"
PLACE = "c511527"


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A copy of the seeded county that all workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    copy = tmp_path_factory.mktemp("demonstration") / "data"
    shutil.copytree(seed_once(own if worker_id == "master" else own.parent), copy)
    return copy


@pytest.fixture
def rows(seeded: Path) -> Iterator[sqlite3.Connection]:
    """Its database, to be looked at only."""
    with contextlib.closing(sqlite3.connect(seeded / "counties" / PLACE / "county.sqlite3")) as opened:
        opened.execute("PRAGMA query_only = ON")
        opened.row_factory = sqlite3.Row
        yield opened


@pytest.fixture
async def county(seeded: Path, tmp_path: Path) -> AsyncIterator[County]:
    """A copy of it that a test may live in."""
    shutil.copytree(seeded, tmp_path / "data")
    counties = open_counties(tmp_path / "data", None)
    yield counties.of_code("511527")
    await counties.close()


def of(rows: sqlite3.Connection, question: str, *asked: object) -> list[Any]:
    """The first column of what was found."""
    return [row[0] for row in rows.execute(question, asked)]


def campaign_rounds(rows: sqlite3.Connection) -> list[tuple[dict[str, Any], sqlite3.Row]]:
    """(terms, row) of each round of the campaign, first rounds first."""
    found = rows.execute(
        "SELECT r.* FROM rounds r JOIN campaigns c ON c.id = r.campaign_id WHERE c.title_zh = ? ORDER BY r.opens_at",
        (CAMPAIGN,),
    )
    return [(json.loads(row["terms"]), row) for row in found]


def test_twelve_towns_and_172_villages_with_names_that_people_say(rows: sqlite3.Connection) -> None:
    assert of(rows, "SELECT count(*) FROM towns WHERE active") == [12]
    names = of(rows, "SELECT name_zh FROM villages WHERE active")
    assert len(names) == 172
    assert all(re.fullmatch(r"\w{2,5}(村|社区)", name) for name in names)
    assert "银江村" in names
    assert not any("委员会" in name for name in names)
    assert of(rows, "SELECT count(DISTINCT town_code) FROM villages") == [12]


def test_at_least_forty_merchants_in_several_trades_and_towns_each_marked_as_invented(rows: sqlite3.Connection) -> None:
    merchants = list(rows.execute("SELECT * FROM merchants WHERE state = 'admitted'"))
    assert len(merchants) == 54
    assert {merchant["trade"] for merchant in merchants} == {"catering", "retail", "appliance", "tourism", "farm"}
    assert all(merchant["demonstration"] for merchant in merchants)
    assert all(merchant["registered_name"].startswith("演示·") for merchant in merchants)
    assert all(is_for_demonstration(merchant["credit_code"]) for merchant in merchants)
    assert of(rows, "SELECT count(DISTINCT town_code) FROM merchant_stores") == [12]


def test_a_call_for_restaurants_has_applications_in_every_state_and_a_list(rows: sqlite3.Connection) -> None:
    assert of(rows, "SELECT count(*) FROM merchant_calls") == [1]
    states = Counter(of(rows, "SELECT state FROM merchant_applications"))
    assert states == {"listed": 7, "publicised": 2, "submitted": 2, "returned": 1, "refused": 1}
    assert of(rows, "SELECT count(*) FROM merchant_listings WHERE ended_at IS NULL") == [7]
    assert of(rows, "SELECT state FROM merchant_objections") == ["open"]


def test_every_merchant_has_a_bank_account_in_force_and_one_change_waits(rows: sqlite3.Connection) -> None:
    assert Counter(of(rows, "SELECT state FROM merchant_bank_accounts")) == {"approved": 54, "proposed": 1}
    assert of(rows, "SELECT count(DISTINCT merchant_id) FROM merchant_bank_accounts WHERE state = 'approved'") == [54]
    assert of(rows, "SELECT state FROM merchant_paper_renewals") == ["submitted"]


def test_two_thousand_residents_and_staff_in_every_role(rows: sqlite3.Connection) -> None:
    assert of(rows, "SELECT count(*) FROM residents WHERE state = 'open'") == [2000]
    roles = Counter(of(rows, "SELECT role FROM staff_roles"))
    assert set(roles) == {str(role) for role in PEOPLE - {Role.RESIDENT}}
    administrators = {
        role: set(of(rows, "SELECT staff_id FROM staff_roles WHERE role = ?", role))
        for role in ("system_admin", "security_admin", "auditor")
    }
    assert len(set.union(*administrators.values())) == sum(map(len, administrators.values())) == 3


def test_3000_vouchers_for_200000_yuan_in_four_trades_at_several_faces_and_thresholds(rows: sqlite3.Connection) -> None:
    line = rows.execute(
        "SELECT l.* FROM budget_lines l JOIN campaigns c ON c.id = l.campaign_id "
        "WHERE c.title_zh = ? AND c.state = 'running' AND l.level = 'campaign'",
        (CAMPAIGN,),
    ).fetchone()
    assert (line["cap_pieces"], line["cap_fen"]) == (3000, 20_000_000)
    first = [(terms, row) for terms, row in campaign_rounds(rows) if row["pieces"]]
    assert sum(row["pieces"] for _, row in first) == 3000
    assert sum(row["pieces"] * terms["face_fen"] for terms, row in first) == 20_000_000
    assert {trade for terms, _ in first for trade in terms["trades"]} == {"catering", "retail", "tourism", "appliance"}
    assert {terms["face_fen"] for terms, _ in first} == {2_000, 3_000, 5_000, 10_000, 20_000}
    assert len({terms["minimum_spend_fen"] for terms, _ in first}) == 6
    assert all(terms["face_fen"] < terms["minimum_spend_fen"] for terms, _ in first)


def test_it_is_a_rush_at_ten_one_each_for_seven_days_with_a_second_round_and_no_third(rows: sqlite3.Connection) -> None:
    rounds = campaign_rounds(rows)
    for terms, row in rounds:
        opens = from_epoch_microseconds(row["opens_at"]).astimezone(COUNTY_TIME)
        assert (row["mode"], opens.hour, opens.minute, opens.second) == ("rush", 10, 0, 0)
        assert terms["valid_days"] == 7
        assert [(limit["most"], limit["period"]) for limit in terms["limits"]] == [(1, "ever")]
    kinds = Counter(terms["kind_code"] for terms, _ in rounds)
    assert set(kinds.values()) == {2}
    first, second = ([row for _, row in rounds if bool(row["pieces"]) is fixed] for fixed in (True, False))
    after = timedelta(days=7)
    closed = from_epoch_microseconds(max(row["closes_at"] for row in first))
    assert from_epoch_microseconds(min(row["opens_at"] for row in second)) > closed + after
    assert all(row["station_pieces"] * 10 == row["pieces"] for row in first), "a tenth waits at the stations"


def test_no_number_in_the_database_belongs_to_anybody(rows: sqlite3.Connection, county: County) -> None:
    keys = county.keys
    phones = [keys.open(value, place="residents.phone") for value in of(rows, "SELECT phone FROM residents") if value]
    assert len(phones) == 2000 - 76
    phones += [keys.open(value, place="staff.phone") for value in of(rows, "SELECT phone FROM staff") if value]
    phones += of(rows, "SELECT phone FROM merchant_stores UNION ALL SELECT phone FROM stations")
    phones += [entry.help_phone for entry in read_registry(county.folder.parent.parent)]
    assert [phone for phone in phones if not is_unassignable_phone(phone)] == []
    sealed = of(rows, "SELECT identity_number FROM residents WHERE identity_number IS NOT NULL")
    numbers = [keys.open(value, place="residents.identity_number") for value in sealed]
    assert len(set(numbers)) == len(numbers) > 0
    assert all(is_identity_number(number) and number.startswith("591527") for number in numbers)
    licences = of(rows, "SELECT number FROM merchant_licences")
    assert all("591527" in number for number in licences)


def test_every_picture_that_is_named_is_there_in_every_width_and_none_is_blank(
    rows: sqlite3.Connection, seeded: Path
) -> None:
    media = seeded / "counties" / PLACE / "media"
    named = set(of(rows, "SELECT picture FROM merchants UNION SELECT picture FROM spots"))
    named |= {json.loads(plan)["picture"] for plan in of(rows, "SELECT plan FROM campaign_versions")}
    drawn = {picture.key for picture in pictures(read_county())}
    assert named - {None} <= drawn
    sign = f"{LOGO}-{SIDE}.webp"
    files = {f"{key}-{width}.webp" for key in drawn for width in WIDTHS}
    assert {path.name for path in media.iterdir()} == files | {sign}
    [logo] = [entry.logo for entry in read_registry(seeded) if entry.place == PLACE]
    assert logo == LOGO
    assert (media / sign).read_bytes() == draw_logo()
    with Image.open(media / sign) as opened:
        assert opened.size == (SIDE, SIDE)
    for key in drawn:
        for width in WIDTHS:
            with Image.open(media / f"{key}-{width}.webp") as opened:
                assert opened.size == (width, width * 2 // 3)
        with Image.open(media / f"{key}-{WIDTHS[0]}.webp") as opened:
            assert sum(ImageStat.Stat(opened.convert("RGB")).stddev) / 3 > 20, key


def test_last_week_happened_and_is_the_same_on_every_machine(rows: sqlite3.Connection) -> None:
    assert of(rows, "SELECT title_zh || ' ' || state FROM campaigns ORDER BY number") == [
        "红叶季出行券（摇号） running",
        "家电以旧换新补贴 running",
        "金秋消费券 running",
        "天天惠民券 running",
        "冬日温泉券（摇号） running",
        "暖冬关爱券（定向发放） running",
        "筠连县惠民消费券 running",
        "新市民欢迎券 in_review",
    ]
    # A bill that came back after its payout, if last week had the working days for that.
    [late] = of(rows, "SELECT count(*) FROM finance_events WHERE clawback")
    assert Counter(of(rows, "SELECT state FROM vouchers")) == {"issued": 302 + late, "redeemed": 143 - late}
    assert of(rows, "SELECT count(*) FROM roll_backs") == [5 + late]
    # Other figures are another county: whoever changes them on purpose changes screenshots and guided tours too.
    (spent,) = rows.execute("SELECT count(*), sum(bill_fen), sum(discount_fen) FROM redemptions")
    assert tuple(spent) == (149, 7_611_690, 1_165_805)
    # What is cleared, paid and given back depends on how many of last week's days were worked.
    moved = rows.execute(
        "SELECT count(*), sum(amount_fen) FROM ledger_transfers "
        "WHERE step NOT IN ('roll-back', 'claw-back', 'pay-in', 'pay-out', 'set-off')"
    )
    assert tuple(next(moved)) == (816, 393_157_200)


def test_last_weeks_money_was_cleared_flagged_and_paid_by_two_people(rows: sqlite3.Connection) -> None:
    days = of(rows, "SELECT day FROM clearing_days ORDER BY day")
    assert days == of(rows, "SELECT day FROM clearing_files ORDER BY day")
    assert of(rows, "SELECT count(*) FROM payout_runs WHERE decided_by = prepared_by") == [0]
    # The clerk sends on the first working day, hears from the bank on the second, and sends again on the third.
    worked = min(len(days), 3)
    states = Counter(of(rows, "SELECT state FROM payout_batches"))
    assert states["rejected"] == int(worked >= 2)
    assert (states["accepted"] > 3) == (worked >= 2)
    assert (states["sent"] > 3) == (worked in (1, 3))
    assert of(rows, "SELECT count(*) FROM payout_batches WHERE repeats_id IS NOT NULL") == [states["rejected"]]
    assert of(rows, "SELECT kind FROM finance_events WHERE clawback") == ["refund"] * states["rejected"]
    # Whoever's flag was upheld has a correction that waits for another person.
    upheld = of(rows, "SELECT hex(event_id) FROM payout_holds WHERE state = 'upheld' AND rule <> 'not-reviewed'")
    assert upheld == of(rows, "SELECT hex(redemption_id) FROM incidents WHERE decided_by IS NULL")


def test_trade_in_sales_have_papers_in_every_state_and_none_is_paid_without(rows: sqlite3.Connection) -> None:
    states = Counter(of(rows, "SELECT state FROM trade_in_dossiers"))
    assert states == {"approved": 4, "filed": 4, "returned": 1, "rejected": 1, "withdrawn": 1}
    assert all(model.startswith("演示 ") for model in of(rows, "SELECT model FROM trade_in_dossiers"))
    sold = (
        "SELECT count(*) FROM finance_events e JOIN settlement_programmes p USING (campaign_id) WHERE p.review <> '[]'"
    )
    # Fourteen appliances were sold; one was brought back, before its clearing or after it.
    assert of(rows, f"{sold} AND e.kind = 'redemption'") == [14]
    batched = of(rows, f"{sold} AND e.state IN ('batched', 'paid')")
    assert batched <= [4]


def test_one_draw_is_over_with_its_proof_another_is_open_and_a_list_has_its_people(rows: sqlite3.Connection) -> None:
    told = [tuple(row) for row in rows.execute("SELECT state, entrants, length(leaves) FROM draws ORDER BY state")]
    assert told == [("collecting", None, None), ("finished", 163, 163 * 32)]
    assert of(rows, "SELECT count(*) FROM draw_entries") == [2 * 163]
    assert Counter(of(rows, "SELECT outcome FROM draw_places")) == {"issued": 60, "not-needed": 15}
    assert of(rows, "SELECT count(DISTINCT staff_id) FROM draw_seeds") == [2]
    assert of(rows, "SELECT state || ' ' || entries FROM rosters") == ["confirmed 92"]


def test_one_licence_ends_soon_its_new_papers_wait_and_merchants_are_told_of_their_money(
    rows: sqlite3.Connection,
) -> None:
    asked = "SELECT valid_until FROM merchant_licences GROUP BY merchant_id, valid_until ORDER BY 1"
    soonest, *others = [date.fromisoformat(day) for day in of(rows, asked)]
    assert of(rows, "SELECT state FROM merchant_paper_renewals") == ["submitted"]
    assert (min(others) - soonest).days > 365
    told = Counter(of(rows, "SELECT code FROM inbox_messages WHERE code LIKE 'merchant-payout-%'"))
    answered = Counter(of(rows, "SELECT state FROM payout_batches"))
    assert told["merchant-payout-rejected"] == answered["rejected"]
    assert told["merchant-payout-made"] <= answered["accepted"]
    assert bool(told["merchant-payout-held"]) == bool(of(rows, "SELECT id FROM payout_holds"))


def test_counters_took_vouchers_without_a_network_and_each_of_their_troubles_is_there(rows: sqlite3.Connection) -> None:
    assert of(rows, "SELECT count(*) FROM offline_policies WHERE in_force_at IS NOT NULL") == [1]
    states = Counter(of(rows, "SELECT kind || ' ' || state FROM devices"))
    assert states == {
        "merchant active": 3,
        "merchant suspended": 1,
        "merchant waiting": 1,
        "till active": 1,
        "station active": 3,
    }
    assert all(version.startswith("演示") for version in of(rows, "SELECT app_version FROM devices"))
    assert of(rows, "SELECT head_seq - ack_seq FROM devices WHERE head_seq > ack_seq ORDER BY 1") == [2, 5]
    # Every shop with a device that was let in agreed to answer for it; the tour's own shop is left to the visitor.
    agreed = "SELECT merchant_id FROM offline_liabilities"
    asked = "SELECT merchant_id FROM devices WHERE station_id IS NULL AND state <> 'waiting'"
    assert sorted(of(rows, agreed)) == sorted(of(rows, asked))
    labels = Counter(of(rows, "SELECT label FROM offline_claims WHERE redemption_id IS NOT NULL"))
    assert labels == {"applied": 7, "conflict_paid": 1}
    waiting = "SELECT reason FROM sync_events WHERE code = 'needs_review'"
    assert of(rows, waiting) == ["operator-unknown"]
    assert of(rows, "SELECT count(*) FROM holder_debts WHERE state = 'open'") == [1]
    assert of(rows, "SELECT state FROM paper_cards") == ["active"]
    assert of(rows, "SELECT state FROM shifts WHERE device_label = '车载平板'") == ["open"]


async def test_unused_vouchers_go_back_are_issued_once_more_and_then_it_stops(county: County) -> None:
    rounds = await inquire(county, _rounds, "catering-30")
    (first_id, opens, closes, pieces), (second_id, opens_again, closes_again, none_yet) = rounds
    assert (pieces, none_yet) == (600, 0)
    people = (await inquire(county, _residents, None))[:5]
    await settle_down(county, opens)
    taken = [await _claims(county, person, first_id, opens + timedelta(seconds=1)) for person in people]
    assert all(isinstance(outcome, Claimed) for outcome in taken)
    again = await _claims(county, people[0], first_id, opens + timedelta(seconds=2))
    assert again == Refused(ClaimReason.LIMIT_REACHED)
    await settle_down(county, closes)
    await settle_down(county, opens_again)
    ((_, _, _, pieces), (_, _, _, dealt)) = await inquire(county, _rounds, "catering-30")
    assert (pieces, dealt) == (600, 600), "five expired, 595 were never taken: all of them are issued once more"
    outcome = await _claims(county, people[0], second_id, opens_again + timedelta(seconds=1))
    assert outcome == Refused(ClaimReason.LIMIT_REACHED), "one per kind and person, whichever round"
    await settle_down(county, closes_again)
    end = closes_again + timedelta(days=8)
    await settle_down(county, end)
    assert await inquire(county, _still_open, CAMPAIGN) == (0, 0)
    assert await faults(county) == []


@pytest.mark.long
def test_seeding_takes_at_most_twenty_seconds(tmp_path: Path) -> None:
    """On a machine that does nothing else."""
    told = run("seed", "--data", str(tmp_path / "data"))
    seconds = [float(found) for found in re.findall(r"用时 (\d+\.\d) 秒", told)]
    assert len(seconds) == 2
    assert sum(seconds) <= 20


async def _rounds(tx: Transaction, kind: str) -> list[tuple[UUID, datetime, datetime, int]]:
    rows = await tx.connection.exec_driver_sql(
        "SELECT r.id, r.opens_at, r.closes_at, r.pieces, r.terms FROM rounds r JOIN campaigns c "
        f"ON c.id = r.campaign_id WHERE c.title_zh = '{CAMPAIGN}' ORDER BY r.opens_at"
    )
    return [
        (
            UUID(bytes=row["id"]),
            from_epoch_microseconds(row["opens_at"]),
            from_epoch_microseconds(row["closes_at"]),
            row["pieces"],
        )
        for row in rows.mappings()
        if json.loads(row["terms"])["kind_code"] == kind
    ]


async def _residents(tx: Transaction, _asked: None) -> list[UUID]:
    rows = await tx.connection.exec_driver_sql("SELECT id FROM residents WHERE phone IS NOT NULL ORDER BY id")
    return [UUID(bytes=row["id"]) for row in rows.mappings()]


async def _still_open(tx: Transaction, title: str) -> tuple[int, int]:
    """(vouchers that can still be used, rounds that are open or will be)."""
    of_it = f"campaign_id = (SELECT id FROM campaigns WHERE title_zh = '{title}')"
    found = await tx.connection.exec_driver_sql(
        f"SELECT (SELECT count(*) FROM vouchers WHERE state = 'issued' AND {of_it}) AS vouchers, "
        f"(SELECT count(*) FROM rounds WHERE state <> 'closed' AND {of_it}) AS rounds"
    )
    row = found.mappings().one()
    return row["vouchers"], row["rounds"]


async def _claims(county: County, resident_id: UUID, round_id: UUID, at: datetime) -> object:
    person = (await inquire(county, claimants, [resident_id]))[resident_id]
    claim_id = new_id()
    command = Claim(
        claim_id=claim_id,
        round_id=round_id,
        resident_id=resident_id,
        facts=ClaimantFacts(groups=person.groups, proof_level=int(person.proof_level), frozen=person.frozen),
        people=tuple(key for _, key in person.keys),
        actor=Actor(kind=ActorKind.RESIDENT, id=resident_id, role=Role.RESIDENT.value, request_id=claim_id),
    )
    return await transact(county, claim, command, now=at)
