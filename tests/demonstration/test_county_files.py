"""The files of the demonstration county keep their promises: counts, sums, natural names, nothing invented as real."""

import re
from collections import Counter
from datetime import date, time, timedelta
from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from types import ModuleType

import msgspec
import pytest

from backend.demonstration.campaign_records import Campaign
from backend.demonstration.county import FOLDER, read_county
from backend.demonstration.records import Merchant, Places, Position, Station
from backend.demonstration.residents import Group
from backend.demonstration.seed_calls import LISTED, PUBLICISED
from backend.kernel.actors import Role
from backend.kernel.claimants import ProofLevel
from backend.kernel.working_days import after_working_days
from backend.ledger.rules import Funder
from backend.merchants import rules as merchants
from backend.places.premises import Hours, Premises, decide_premises
from backend.vouchers.desk_rules import CampaignState, RefundPolicy
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import LimitPeriod

COUNTY = read_county()
PLACES = COUNTY.places
MERCHANTS = COUNTY.merchants.merchants
NEWCOMERS = tuple(one.merchant for call in COUNTY.calls.calls for one in call.newcomers)
STATIONS = COUNTY.stations
TOWN_CODES = {town.code for town in PLACES.towns}
VILLAGE_CODES = {village.code for town in PLACES.towns for village in town.villages}


def the_maker() -> ModuleType:
    spec = spec_from_file_location("make_county", FOLDER / "make.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_made_files_are_what_the_maker_makes() -> None:
    for name, data in the_maker().build(FOLDER / "source").items():
        assert (FOLDER / name).read_bytes() == data, f"{name} is stale: run python fixtures/county/make.py"


def test_an_unknown_field_stops_the_reading() -> None:
    text = (FOLDER / "places.json").read_bytes().replace(b'"schematic"', b'"schemattic"', 1)
    with pytest.raises(msgspec.ValidationError, match="schemattic"):
        msgspec.json.decode(text, type=Places)


def test_twelve_towns_and_172_villages_have_the_codes_of_junlian() -> None:
    assert len(PLACES.towns) == len(TOWN_CODES) == 12
    assert len(VILLAGE_CODES) == 172
    for town in PLACES.towns:
        assert town.code.startswith("511527")
        assert all(village.code.startswith(town.code) for village in town.villages)


def test_names_read_naturally_and_the_official_name_is_kept_beside() -> None:
    villages = {village.official_name: village for town in PLACES.towns for village in town.villages}
    assert villages["银江村民委员会"].name == ("银江村", "Yinjiang Village")
    assert villages["玉壶社区居民委员会"].name == ("玉壶社区", "Yuhu Community")
    assert villages["莲花社区村民委员会"].name == ("莲花社区", "Lianhua Community")
    assert villages["卜好村民委员会"].name.en == "Buhao Village"
    for town in PLACES.towns:
        names = [village.name.zh for village in town.villages]
        assert len(names) == len(set(names))
        for village in town.villages:
            assert re.fullmatch(r"\w{2,5}(村|社区)", village.name.zh)
            assert village.name.zh.endswith("社区") == village.community
            assert re.fullmatch(r"[A-Z][a-z]+('[a-z]+)? (Village|Community)", village.name.en)


def test_towns_read_naturally_in_english() -> None:
    assert [town.name.en for town in PLACES.towns] == [
        "Junlian Town",
        "Tengda Town",
        "Xunsi Town",
        "Mu'ai Town",
        "Zhenzhou Town",
        "Haoba Town",
        "Daxueshan Town",
        "Leyi Township",
        "Tuanlin Miao Township",
        "Lianhe Miao Township",
        "Gaoping Miao Township",
        "Fengle Township",
    ]


def test_no_real_place_has_a_position_without_a_source() -> None:
    with_position = [town.name.zh for town in PLACES.towns if town.position]
    assert with_position == ["筠连镇"]
    for town in PLACES.towns:
        assert (town.position is None) == (town.position_reason is not None)
    for spot in (*PLACES.spots, *PLACES.specialties):
        assert spot.position is None
        assert spot.position_reason == ("没有可靠来源给出位置", "No reliable source gives a position")
    assert (len(PLACES.spots), len(PLACES.specialties)) == (9, 13)


def test_every_town_has_its_own_field_in_the_schematic_drawing() -> None:
    fields = [town.schematic for town in PLACES.towns]
    assert len(set(fields)) == 12
    assert all(0 <= column < 5 and 0 <= row < 6 for column, row in fields)


def within_the_county(position: Position) -> bool:
    extent = PLACES.county.extent
    lat, lon = Decimal(position.lat), Decimal(position.lon)
    return Decimal(extent.south) < lat < Decimal(extent.north) and Decimal(extent.west) < lon < Decimal(extent.east)


def test_invented_points_say_so_and_lie_within_the_county() -> None:
    positions = [*(merchant.position for merchant in MERCHANTS), *(station.position for station in STATIONS.stations)]
    assert len({(position.lat, position.lon) for position in positions}) == len(positions) == 66
    for position in positions:
        assert position.invented
        assert position.source.zh == "示意位置，不是真实地点"
        assert within_the_county(position)


def test_merchants_of_every_trade_are_spread_over_every_town() -> None:
    assert Counter(merchant.trade for merchant in MERCHANTS) == {
        "catering": 15,
        "retail": 14,
        "appliance": 8,
        "tourism": 9,
        "farm": 8,
    }
    assert {merchant.town_code for merchant in MERCHANTS} == TOWN_CODES
    assert sum(merchant.above_threshold for merchant in MERCHANTS) == 11
    assert {merchant.trade for merchant in MERCHANTS} == {trade.code for trade in COUNTY.campaigns.trades}


def test_every_merchant_is_marked_and_can_be_visited() -> None:
    for merchant in MERCHANTS:
        assert merchant.mark == "演示数据"
        assert merchant.registered_name.startswith("演示·")
        assert merchant.village_code in VILLAGE_CODES
        assert merchant.village_code.startswith(merchant.town_code)
        assert time.fromisoformat(merchant.hours.opens) < closing(merchant.hours.closes)
        # Food needs a licence or the exemption for what one grew; appliances need neither.
        assert bool(merchant.licences) + bool(merchant.licence_exemption) == (merchant.trade != "appliance")
    assert len({merchant.key for merchant in MERCHANTS}) == 54
    assert len({merchant.name.zh for merchant in MERCHANTS}) == 54
    assert len({merchant.owner.name.zh for merchant in MERCHANTS}) == 54


def closing(value: str) -> time:
    return time.max if value == "24:00" else time.fromisoformat(value)


def test_every_town_has_a_station_and_every_station_and_van_an_operator() -> None:
    assert {station.town_code for station in STATIONS.stations} == TOWN_CODES
    desks = [*(station.key for station in STATIONS.stations), *(van.key for van in STATIONS.vans)]
    assert len(set(desks)) == 13
    assert [operator.station for operator in STATIONS.operators] == desks


def test_the_van_stops_at_real_villages_and_is_never_at_two_at_once() -> None:
    (van,) = STATIONS.vans
    assert {stop.village_code for stop in van.timetable} <= VILLAGE_CODES
    assert {stop.village_code[:9] for stop in van.timetable} == TOWN_CODES
    by_day = sorted((stop.weekday, stop.from_, stop.until) for stop in van.timetable)
    assert all(begins < ends for _, begins, ends in by_day)
    for earlier, later in pairwise(by_day):
        assert earlier[0] < later[0] or earlier[2] < later[1]


def test_every_role_is_held_and_the_three_administrators_are_three_people() -> None:
    staff = COUNTY.staff.staff
    assert Counter(member.role for member in staff) == {
        "office": 3,
        "reviewer": 2,
        "approver": 2,
        "system_admin": 1,
        "security_admin": 1,
        "auditor": 1,
    }
    assert {member.role for member in staff} <= set(Role)
    by_key = {member.key: member for member in staff}
    deputies = [member for member in staff if member.deputy_of]
    assert {member.role for member in deputies} == {"office", "reviewer", "approver"}
    for member in deputies:
        assert member.deputy_of
        assert by_key[member.deputy_of].role == member.role
        assert member.deputy_days == (7, 20)
    people = [*(member.name.zh for member in staff), *(operator.name.zh for operator in STATIONS.operators)]
    assert len(people) == len(set(people)) == 23


def campaign(key: str) -> Campaign:
    return next(campaign for campaign in COUNTY.campaigns.campaigns if campaign.key == key)


def test_the_campaign_is_exactly_3000_vouchers_for_exactly_200000_yuan_in_four_trades() -> None:
    kinds = campaign("county-vouchers").kinds
    assert sum(kind.pieces for kind in kinds) == 3000
    assert sum(kind.pieces * kind.face_fen for kind in kinds) == 20_000_000
    assert {trade for kind in kinds for trade in kind.trades} == {"catering", "retail", "tourism", "appliance"}
    assert len({kind.face_fen for kind in kinds}) == 5
    assert len({kind.minimum_spend_fen for kind in kinds}) == 6


def test_the_campaign_opens_at_ten_issues_what_came_back_once_more_and_stops() -> None:
    vouchers = campaign("county-vouchers")
    first, second = vouchers.rounds
    assert (first.opens.time, second.opens.time) == ("10:00", "10:00")
    assert (first.issue, second.issue) == ("all", "returned")
    assert vouchers.validity_days == 7
    # The last voucher of the first round has run out before the second begins, and of the second before the end.
    assert second.opens.day > first.closes.day + vouchers.validity_days
    assert vouchers.ends.day > second.closes.day + vouchers.validity_days
    assert (vouchers.limit.per, vouchers.limit.most) == ("kind", 1)


def test_the_everyday_rush_is_open_at_seeding_and_never_runs_out() -> None:
    everyday = campaign("everyday")
    (only,) = everyday.rounds
    assert (only.mode, only.opens.day, only.opens.time) == ("rush", 0, "00:00")
    (kind,) = everyday.kinds
    assert kind.pieces - 2000 * everyday.limit.most >= 1000


@pytest.mark.parametrize("key", [one.key for one in COUNTY.campaigns.campaigns])
def test_every_campaign_adds_up_and_is_explained_in_both_languages(key: str) -> None:
    one = campaign(key)
    assert sum(kind.pieces for kind in one.kinds) == one.pieces
    assert sum(kind.pieces * kind.face_fen for kind in one.kinds) == one.budget_fen
    assert sum(funder.share_bp for funder in one.funders) == 10_000
    assert all(kind.percent_bp or kind.face_fen < kind.minimum_spend_fen for kind in one.kinds)
    for kind in one.kinds:
        # A funder's part of a face is whole fen, so no rounding hides in the example.
        assert all(kind.face_fen * funder.share_bp % 10_000 == 0 for funder in one.funders)
        threshold, face = kind.minimum_spend_fen // 100, kind.face_fen // 100
        if kind.percent_bp:
            assert f"减{kind.percent_bp // 100}%，最多减{face}元" in kind.name.zh
            assert f"{kind.percent_bp // 100}% off, at most {face:,} yuan" in kind.name.en
            continue
        assert f"满{threshold}减{face}" in kind.name.zh
        assert f"{face} off {threshold:,}" in kind.name.en
    assert len(one.rules.zh) == len(one.rules.en)
    assert f"{one.pieces} 张" in one.rules.zh[0]
    assert f"{one.pieces:,} vouchers" in one.rules.en[0]
    assert one.complaint_phone in one.rules.zh[-1]
    assert one.complaint_phone in one.rules.en[-1]


def test_campaigns_speak_the_words_of_the_campaign_desk() -> None:
    groups = {str(group) for group in Group}
    for one in COUNTY.campaigns.campaigns:
        assert CampaignState(one.state) in (CampaignState.RUNNING, CampaignState.IN_REVIEW)
        assert {funder.funder for funder in one.funders} <= set(Funder)
        assert one.money_path.kind in ("prepaid", "advanced", "claimed")
        assert RefundPolicy(one.refund_policy)
        assert LimitPeriod(one.limit.period)
        assert {round_.mode for round_ in one.rounds} <= set(RoundMode)
        assert set(one.groups) <= groups
        for level in (one.identity_level.claim, one.identity_level.redeem):
            assert ProofLevel[level.upper()] is ProofLevel.PHONE
        for kind in one.kinds:
            assert set(kind.trades) <= set(merchants.Trade)


def premises_of(place: Merchant | Station) -> Premises:
    return Premises(
        town_code=place.town_code,
        village_code=place.village_code,
        address_zh=place.address.zh,
        address_en=place.address.en,
        hours=Hours(opens=place.hours.opens, closes=place.hours.closes),
        phone=place.phone,
    )


def test_a_demonstration_county_accepts_every_shop_and_station_by_its_own_rules() -> None:
    places: list[Merchant | Station] = [*MERCHANTS, *NEWCOMERS, *STATIONS.stations]
    for place in places:
        assert decide_premises(premises_of(place), towns=TOWN_CODES, demonstration=True) is None


@pytest.mark.parametrize("merchant", [*MERCHANTS, *NEWCOMERS], ids=lambda merchant: merchant.key)
def test_the_papers_of_every_merchant_admit_it_to_a_demonstration_county_and_to_no_real_one(merchant: Merchant) -> None:
    exemption = merchant.licence_exemption
    papers = merchants.Papers(
        name_zh=merchant.name.zh,
        name_en=merchant.name.en,
        registered_name=merchant.registered_name,
        trade=merchants.Trade(merchant.trade),
        organisation=merchants.Organisation(merchant.kind),
        size=merchants.SizeClass.ABOVE if merchant.above_threshold else merchants.SizeClass.BELOW,
        credit_code=merchant.credit_code,
        licences=tuple(
            merchants.Licence(
                kind=merchants.LicenceKind(licence.kind),
                number=licence.number,
                valid_until=date.fromisoformat(licence.valid_until),
            )
            for licence in merchant.licences
        ),
        exemption=merchants.Exemption(zh=exemption.zh, en=exemption.en) if exemption else None,
    )
    day = date(2026, 11, 23)
    assert merchants.decide_papers(papers, today=day, demonstration=True) is None
    refused = merchants.decide_papers(papers, today=day, demonstration=False)
    assert refused is not None
    assert refused.reason is merchants.MerchantReason.CREDIT_CODE_WRONG


def test_a_call_can_be_seeded_on_any_day_whatever_holidays_lie_before_it() -> None:
    calls = COUNTY.calls.calls
    for day in (date(2025, 6, 1) + timedelta(days=number) for number in range(900)):
        for call in calls:
            last, _ = after_working_days(day + timedelta(days=PUBLICISED[0]), call.objection_days)
            assert last < day + timedelta(days=LISTED[0])
