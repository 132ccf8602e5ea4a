"""A published call never changes in silence: a change is a version, told seven days ahead."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason
from backend.kernel.working_days import STATE_COUNCIL, Calendar, with_years
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import CallRules, decide_fit, objection_period
from backend.merchants.change_call import ChangeCall, change_call
from backend.merchants.find_calls import FindCalls, find_call, find_calls
from backend.merchants.publish_call import CallPublished, PublishCall, publish_call
from backend.merchants.rules import LicenceKind, SizeClass, Trade
from backend.outbox.rules import IdReused
from backend.places.premises import PremisesReason
from tests.databases import HandClock
from tests.merchants.call_makers import CLOSES, OPENS, Office, dossier, office, reason_of, rules
from tests.merchants.merchant_makers import licence, premises

OWN_YEAR = {
    "free_days": ["2027-01-01", "2027-05-01", "2027-10-01", "2027-10-02", "2027-10-03"],
    "working_weekends": [],
}


async def test_a_published_call_is_public_at_once_under_its_first_version(county: County, clock: HandClock) -> None:
    here = await office(county)
    command = PublishCall(actor=here.clerk, call_id=new_id(), rules=rules())
    first = await transact(county, publish_call, command)
    assert first == CallPublished(call_id=command.call_id, version=1, published_at=clock(), effective_at=clock())
    clock.forward(minutes=5)
    assert isinstance(first, CallPublished)
    assert await transact(county, publish_call, command) == msgspec.structs.replace(first, again=True)
    other = msgspec.structs.replace(command, rules=rules(objection_days=5))
    assert await transact(county, publish_call, other) == IdReused()
    found = await inquire(county, find_calls, FindCalls())
    assert [(one.id, [version.rules for version in one.versions]) for one in found] == [(command.call_id, [rules()])]
    entry = (await inquire(county, find, Find(act="merchants.publish-call")))[0]
    assert (entry.subject_id, entry.actor.id, entry.detail) == (
        str(command.call_id),
        here.clerk.id,
        "version 1, 筠演示〔2026〕9号",
    )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (rules(opens_at=CLOSES, closes_at=OPENS), CallReason.WINDOW_WRONG),
        (rules(opens_at=OPENS, closes_at=OPENS), CallReason.WINDOW_WRONG),
        (rules(opens_at=OPENS - timedelta(days=9), closes_at=OPENS), CallReason.WINDOW_WRONG),
        (rules(towns=("511527100", "511527999")), PremisesReason.TOWN_UNKNOWN),
    ],
)
async def test_a_call_that_contradicts_itself_is_not_published(
    county: County, wrong: CallRules, reason: object
) -> None:
    here = await office(county)
    command = PublishCall(actor=here.clerk, call_id=new_id(), rules=wrong)
    assert reason_of(await transact(county, publish_call, command)) is reason
    assert await inquire(county, find_calls, FindCalls()) == []
    mended = msgspec.structs.replace(command, rules=rules())
    assert isinstance(await transact(county, publish_call, mended), CallPublished)


async def change(here: Office, call_id: UUID, changed: CallRules, change_id: UUID | None = None) -> object:
    command = ChangeCall(actor=here.clerk, change_id=change_id or new_id(), call_id=call_id, rules=changed)
    return await transact(here.county, change_call, command)


async def test_a_change_counts_seven_days_after_it_was_published(county: County, clock: HandClock) -> None:
    here = await office(county)
    call_id = await here.publish()
    published = clock.forward(hours=1)
    change_id = new_id()
    outcome = await change(here, call_id, rules(objection_days=10), change_id)
    effective = published + timedelta(days=7)
    assert outcome == CallPublished(call_id=call_id, version=2, published_at=published, effective_at=effective)
    again = await change(here, call_id, rules(objection_days=10), change_id)
    assert isinstance(again, CallPublished)
    assert again.again
    call = await inquire(county, find_call, call_id)
    assert call is not None
    assert call.at(effective - timedelta(microseconds=1)).rules == rules()
    assert call.at(effective).rules == rules(objection_days=10)


async def test_a_change_that_could_not_count_in_time_is_refused(county: County, clock: HandClock) -> None:
    here = await office(county)
    call_id = await here.publish()
    soon = clock() + timedelta(days=6, hours=23)
    assert reason_of(await change(here, call_id, rules(closes_at=soon))) is CallReason.CHANGE_TOO_LATE
    assert reason_of(await change(here, call_id, rules(opens_at=CLOSES))) is CallReason.WINDOW_WRONG
    assert reason_of(await change(here, call_id, rules(towns=("511527999",)))) is PremisesReason.TOWN_UNKNOWN
    assert reason_of(await change(here, new_id(), rules())) is GeneralReason.NOT_FOUND
    clock.at = CLOSES - timedelta(days=6)
    later = rules(closes_at=CLOSES + timedelta(days=60))
    assert reason_of(await change(here, call_id, later)) is CallReason.CHANGE_TOO_LATE
    call = await inquire(county, find_call, call_id)
    assert call is not None
    assert len(call.versions) == 1


async def test_one_change_waits_at_a_time(county: County, clock: HandClock) -> None:
    here = await office(county)
    call_id = await here.publish()
    await change(here, call_id, rules(objection_days=10))
    assert reason_of(await change(here, call_id, rules(objection_days=9))) is CallReason.CHANGE_PENDING
    clock.forward(days=7)
    assert isinstance(await change(here, call_id, rules(objection_days=9)), CallPublished)


def test_a_call_is_for_its_trades_towns_sizes_and_papers() -> None:
    assert decide_fit(rules(), dossier()) is None
    assert decide_fit(rules(trades=(), sizes=(), licences=(), files=()), dossier(files=())) is None
    assert reason_of(decide_fit(rules(trades=(Trade.RETAIL,)), dossier())) is CallReason.TRADE_NOT_CALLED
    assert reason_of(decide_fit(rules(sizes=(SizeClass.ABOVE,)), dossier())) is CallReason.SIZE_NOT_CALLED
    elsewhere = dossier(premises=premises(town="511527210", village=None))
    assert reason_of(decide_fit(rules(towns=("511527100",)), elsewhere)) is CallReason.TOWN_NOT_CALLED
    bare = decide_fit(rules(), dossier(files=(), of_papers={"licences": ()}))
    assert bare is not None
    assert (bare.reason, bare.detail) == (CallReason.FILE_MISSING, "food_business, business_licence")
    other = dossier(of_papers={"licences": (licence(kind=LicenceKind.HYGIENE),)})
    assert reason_of(decide_fit(rules(), other)) is CallReason.FILE_MISSING


def period_of(at: datetime, days: int, calendar: Calendar = STATE_COUNCIL) -> tuple[datetime, bool]:
    period = objection_period(rules(objection_days=days), at=at, calendar=calendar)
    assert period.begins == at
    return period.ends, period.known


def test_the_time_for_objections_is_whole_working_days_after_the_day_of_publication() -> None:
    friday = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    assert period_of(friday, 7) == (datetime(2026, 12, 1, 16, 0, tzinfo=UTC), True)
    late = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # Saturday's first instant in the county.
    assert period_of(late, 1) == (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), True)


def test_holidays_are_no_time_for_objections_and_worked_weekends_are() -> None:
    # Before the National Day: five working days are the 8th to the 10th, a worked Saturday, then the 12th and 13th.
    eve = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
    assert period_of(eve, 5) == (datetime(2026, 10, 13, 16, 0, tzinfo=UTC), True)
    own = with_years(msgspec.json.encode({"years": [{"year": 2027, "document": "国办发明电〔2026〕1号", **OWN_YEAR}]}))
    new_year = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
    assert period_of(new_year, 1, own) == (datetime(2027, 1, 4, 16, 0, tzinfo=UTC), True)


def test_in_a_year_that_nobody_has_published_weekdays_count_and_the_period_says_so() -> None:
    new_year = datetime(2040, 12, 31, 2, 0, tzinfo=UTC)
    assert period_of(new_year, 3) == (datetime(2041, 1, 3, 16, 0, tzinfo=UTC), False)
