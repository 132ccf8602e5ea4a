"""Papers are renewed before they run out; whose licence has run out takes no vouchers until a new one is verified."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import SYSTEM, Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import COUNTY_TIME
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.change import Changed
from backend.merchants.check_papers import CHECK_PAPERS, check_papers, plan_papers
from backend.merchants.end import End, end
from backend.merchants.find_merchants import find_merchant
from backend.merchants.find_papers import FindEnding, FindRenewals, find_ending, find_renewals
from backend.merchants.paper_rules import RenewalReason, RenewalState
from backend.merchants.reinstate import Reinstate, reinstate
from backend.merchants.renew_papers import PapersMoved, RenewPapers, renew_papers
from backend.merchants.rules import Licence, LicenceKind, MerchantReason, MerchantState, Trade
from backend.merchants.suspend import Suspend, suspend
from backend.merchants.verify_papers import VerifyPapers, verify_papers
from backend.notifications.inbox import Inbox, inbox
from backend.outbox.due import run_due
from tests.databases import HandClock
from tests.merchants.call_makers import LICENCE, Office, office, reason_of, staff_member
from tests.merchants.merchant_makers import admission, admitted, licence, papers

ENDS = date(2026, 12, 31)
NEW = licence(until=date(2031, 12, 31))


async def merchant(county: County, order: int = 1, **of_papers: Any) -> tuple[UUID, Actor]:
    """A restaurant whose licence ends on the last day of the year, with its owner."""
    told = papers(order=order, **({"licences": (licence(until=ENDS),)} | of_papers))
    merchant_id = (await admitted(county, admission(told=told))).merchant_id
    return merchant_id, await staff_member(county, Role.MERCHANT, merchant_id=merchant_id)


def at(day: date, hour: int = 3) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=COUNTY_TIME)


async def nights(county: County, *days: date) -> None:
    """Let these nights' work be done, whatever was done before."""
    for day in days:
        await transact(county, plan_papers, None, now=at(day - timedelta(days=1)))
        assert await run_due(county, {CHECK_PAPERS: check_papers}, at(day)) >= 1


async def standing(county: County, merchant_id: UUID) -> tuple[MerchantState, str]:
    found = await inquire(county, find_merchant, merchant_id)
    assert found is not None
    return found.state, found.state_reason


async def told(county: County, person: Actor) -> list[str]:
    assert person.id is not None
    return [message.code for message in await inquire(county, inbox, Inbox(recipient_id=person.id))]


def renewing(actor: Actor, merchant_id: UUID, *licences: Licence) -> RenewPapers:
    return RenewPapers(
        actor=actor,
        renewal_id=new_id(),
        merchant_id=merchant_id,
        licences=licences or (NEW,),
        exemption=None,
        files=(LICENCE,),
    )


async def verify(here: Office, renewal_id: UUID, actor: Actor | None = None, **changed: Any) -> Any:
    given: dict[str, Any] = {
        "actor": actor or here.reviewer,
        "decision_id": new_id(),
        "renewal_id": renewal_id,
        "good": True,
    }
    return await transact(here.county, verify_papers, VerifyPapers(**(given | changed)))


async def test_a_merchant_is_told_a_month_and_a_week_before_its_licence_ends_once_each(county: County) -> None:
    await office(county)
    _, owner = await merchant(county)
    await nights(county, date(2026, 11, 30))
    assert await told(county, owner) == []
    await nights(county, date(2026, 12, 1), date(2026, 12, 2))
    assert await told(county, owner) == ["merchant-papers-ending"]
    await nights(county, date(2026, 12, 23))
    assert await told(county, owner) == ["merchant-papers-ending"]
    await nights(county, date(2026, 12, 24), date(2026, 12, 31))
    assert await told(county, owner) == ["merchant-papers-ending"] * 2


async def test_a_required_licence_that_has_run_out_stops_its_merchant_and_no_other(
    county: County, clock: HandClock
) -> None:
    await office(county)
    merchant_id, owner = await merchant(county)
    other_id, _ = await merchant(county, 2, licences=(NEW,))
    shop_id, _ = await merchant(
        county, 3, trade=Trade.RETAIL, licences=(licence(kind=LicenceKind.HYGIENE, until=ENDS),)
    )
    two = (licence(until=ENDS), msgspec.structs.replace(NEW, number="JY25915270000021"))
    twice_id, _ = await merchant(county, 4, licences=two)
    await nights(county, ENDS)
    assert await standing(county, merchant_id) == (MerchantState.ADMITTED, "")
    await nights(county, ENDS + timedelta(days=1), ENDS + timedelta(days=2))
    assert await standing(county, merchant_id) == (MerchantState.SUSPENDED, "必需的许可证已过有效期")
    for good in (other_id, shop_id, twice_id):
        assert (await standing(county, good))[0] is MerchantState.ADMITTED
    (entry,) = await inquire(county, find, Find(act="merchants.suspend"))
    assert (entry.actor, entry.subject_id, entry.words) == (SYSTEM, str(merchant_id), "必需的许可证已过有效期")
    assert await told(county, owner) == ["merchant-papers-over", "merchant-papers-ending"]
    clock.at = at(ENDS + timedelta(days=2))
    back = Reinstate(actor=SYSTEM, change_id=new_id(), merchant_id=merchant_id, reason="先恢复")
    assert await transact(county, reinstate, back) == Refused(MerchantReason.LICENCE_EXPIRED)
    assert (await standing(county, merchant_id))[0] is MerchantState.SUSPENDED


async def test_verified_papers_bring_a_merchant_back_that_was_stopped_for_want_of_them(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    clock.at = at(ENDS + timedelta(days=1))
    await nights(county, ENDS + timedelta(days=1))
    command = renewing(owner, merchant_id)
    handed = await transact(county, renew_papers, command)
    assert handed == PapersMoved(
        renewal_id=command.renewal_id, merchant_id=merchant_id, state=RenewalState.SUBMITTED, at=clock()
    )
    assert (await standing(county, merchant_id))[0] is MerchantState.SUSPENDED
    outcome = await verify(here, command.renewal_id)
    assert outcome == PapersMoved(
        renewal_id=command.renewal_id, merchant_id=merchant_id, state=RenewalState.VERIFIED, at=clock()
    )
    assert await standing(county, merchant_id) == (MerchantState.ADMITTED, "证件已重新核验")
    found = await inquire(county, find_merchant, merchant_id)
    assert found is not None
    assert found.papers.licences == (NEW,)
    await nights(county, ENDS + timedelta(days=3))
    assert (await standing(county, merchant_id))[0] is MerchantState.ADMITTED


async def test_verified_papers_do_not_end_a_suspension_of_the_offices(county: County) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    stop = Suspend(actor=here.clerk, change_id=new_id(), merchant_id=merchant_id, reason="涉嫌套现")
    assert isinstance(await transact(county, suspend, stop), Changed)
    command = renewing(owner, merchant_id)
    await transact(county, renew_papers, command)
    assert isinstance(await verify(here, command.renewal_id), PapersMoved)
    assert await standing(county, merchant_id) == (MerchantState.SUSPENDED, "涉嫌套现")


async def test_whoever_handed_papers_in_never_verifies_them(county: County) -> None:
    here = await office(county)
    merchant_id, _ = await merchant(county)
    command = renewing(msgspec.structs.replace(here.reviewer, role=Role.OFFICE.value), merchant_id)
    await transact(county, renew_papers, command)
    assert reason_of(await verify(here, command.renewal_id)) is RenewalReason.OWN_PAPERS
    assert reason_of(await verify(here, command.renewal_id, here.clerk)) == "not-deputy"
    found = await inquire(county, find_merchant, merchant_id)
    assert found is not None
    assert found.papers.licences == (licence(until=ENDS),)
    other = await staff_member(county, Role.REVIEWER)
    assert isinstance(await verify(here, command.renewal_id, other), PapersMoved)
    assert reason_of(await verify(here, command.renewal_id, other)) is RenewalReason.RENEWAL_DECIDED
    assert reason_of(await verify(here, new_id(), other)) is GeneralReason.NOT_FOUND


async def test_papers_that_are_sent_back_change_nothing_and_say_why(county: County) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    command = renewing(owner, merchant_id)
    first = await transact(county, renew_papers, command)
    assert isinstance(first, PapersMoved)
    assert await transact(county, renew_papers, command) == msgspec.structs.replace(first, again=True)
    other = renewing(owner, merchant_id)
    assert reason_of(await transact(county, renew_papers, other)) is RenewalReason.RENEWAL_PENDING
    assert reason_of(await verify(here, command.renewal_id, good=False)) is RenewalReason.NOTE_MISSING
    back = await verify(here, command.renewal_id, good=False, note="照片看不清")
    assert isinstance(back, PapersMoved)
    found = await inquire(county, find_renewals, FindRenewals(merchant_id=merchant_id))
    assert [(one.renewal.state, one.renewal.note) for one in found] == [(RenewalState.RETURNED, "照片看不清")]
    assert await told(county, owner) == ["merchant-papers-returned"]
    assert isinstance(await transact(county, renew_papers, other), PapersMoved)
    waiting = await inquire(county, find_renewals, FindRenewals(state=RenewalState.SUBMITTED))
    assert [one.renewal.id for one in waiting] == [other.renewal_id]


@pytest.mark.parametrize(
    ("licences", "reason"),
    [
        ((licence(until=date(2026, 11, 19)),), MerchantReason.LICENCE_EXPIRED),
        ((licence(kind=LicenceKind.HYGIENE),), MerchantReason.LICENCE_MISSING),
    ],
)
async def test_papers_that_would_not_do_are_not_taken(
    county: County, licences: tuple[Licence, ...], reason: MerchantReason
) -> None:
    await office(county)
    merchant_id, owner = await merchant(county)
    assert reason_of(await transact(county, renew_papers, renewing(owner, merchant_id, *licences))) is reason
    nobody = renewing(owner, new_id())
    assert reason_of(await transact(county, renew_papers, nobody)) is GeneralReason.NOT_FOUND
    assert await inquire(county, find_renewals, FindRenewals()) == []


async def test_a_merchant_that_left_hands_no_papers_in_and_has_none_verified(county: County) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    command = renewing(owner, merchant_id)
    await transact(county, renew_papers, command)
    await transact(county, end, End(actor=here.clerk, change_id=new_id(), merchant_id=merchant_id, reason="歇业"))
    assert reason_of(await verify(here, command.renewal_id)) is MerchantReason.MERCHANT_ENDED
    late = renewing(owner, merchant_id)
    assert reason_of(await transact(county, renew_papers, late)) is MerchantReason.MERCHANT_ENDED


async def test_the_office_sees_which_licences_end_soon_page_by_page(county: County) -> None:
    await office(county)
    ids = [(await merchant(county, order))[0] for order in (1, 2)]
    await merchant(county, 3, licences=(NEW,))
    assert await inquire(county, find_ending, FindEnding(until=ENDS - timedelta(days=1))) == []
    found = await inquire(county, find_ending, FindEnding(until=ENDS))
    assert [(one.merchant_id, one.valid_until) for one in found] == [(one, ENDS) for one in sorted(ids)]
    rest = await inquire(county, find_ending, FindEnding(until=ENDS, after=found[0].place, most=1))
    assert rest == found[1:]
