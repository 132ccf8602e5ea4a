"""A merchant that the county knows joins a list with its papers, and is taken off again."""

from datetime import timedelta
from uuid import UUID

import msgspec

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.merchants.apply_to_call import Applied, Apply, apply_to_call
from backend.merchants.call_reasons import CallReason
from backend.merchants.call_rules import Step
from backend.merchants.find_calls import FindListed, find_listed
from backend.merchants.find_merchants import FindMerchants, find_merchant, find_merchants
from backend.merchants.rules import MerchantReason, MerchantState
from backend.merchants.suspend import Suspend, suspend
from backend.merchants.unlist import Unlist, Unlisted, unlist
from backend.notifications.inbox import Inbox, inbox
from tests.databases import HandClock
from tests.merchants.call_makers import (
    CLOSES,
    PERIOD_ENDS,
    Office,
    dossier,
    office,
    reason_of,
    staff_member,
)
from tests.merchants.merchant_makers import admission, admitted


async def merchants(county: County) -> int:
    return len(await inquire(county, find_merchants, FindMerchants(states=tuple(MerchantState))))


async def told(county: County, person: Actor) -> list[str]:
    assert person.id is not None
    return [message.code for message in await inquire(county, inbox, Inbox(recipient_id=person.id))]


async def joining(here: Office, call_id: UUID, merchant_id: UUID) -> Apply:
    owner = await staff_member(here.county, Role.MERCHANT, merchant_id=merchant_id)
    told = here.application(call_id, actor=owner, merchant_id=merchant_id, files=dossier().files)
    return msgspec.structs.replace(told, dossier=None)


async def test_a_merchant_that_is_admitted_joins_a_list_with_the_papers_that_are_known(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    call_id = await here.publish()
    merchant = await admitted(county, admission(order=1))
    command = await joining(here, call_id, merchant.merchant_id)
    await transact(county, apply_to_call, command)
    await here.signed(command.application_id, Step.REVIEW, Step.PUBLICISE)
    clock.at = PERIOD_ENDS
    await here.signed(command.application_id, Step.LIST)
    assert await merchants(county) == 1
    (listed,) = await inquire(county, find_listed, FindListed(call_id=call_id))
    assert listed.merchant_id == merchant.merchant_id
    assert await told(county, command.actor) == ["merchant-application-listed", "merchant-application-publicised"]
    clock.at = CLOSES - timedelta(days=1)
    again = msgspec.structs.replace(command, application_id=new_id())
    assert reason_of(await transact(county, apply_to_call, again)) is CallReason.ALREADY_APPLIED


async def test_a_merchant_may_be_taken_off_a_list_and_apply_again(county: County, clock: HandClock) -> None:
    here = await office(county)
    call_id = await here.publish()
    merchant = await admitted(county, admission(order=1))
    command = await joining(here, call_id, merchant.merchant_id)
    await transact(county, apply_to_call, command)
    await here.signed(command.application_id, Step.REVIEW, Step.PUBLICISE)
    clock.at = PERIOD_ENDS
    await here.signed(command.application_id, Step.LIST)
    off = Unlist(
        actor=here.clerk, change_id=new_id(), call_id=call_id, merchant_id=merchant.merchant_id, reason="违规套现"
    )
    first = await transact(county, unlist, off)
    assert first == Unlisted(merchant_id=merchant.merchant_id, ended_at=clock())
    assert isinstance(first, Unlisted)
    assert await transact(county, unlist, off) == msgspec.structs.replace(first, again=True)
    twice = msgspec.structs.replace(off, change_id=new_id())
    assert reason_of(await transact(county, unlist, twice)) is CallReason.NOT_ON_LIST
    assert await inquire(county, find_listed, FindListed(call_id=call_id)) == []
    found = await inquire(county, find_merchant, merchant.merchant_id)
    assert found is not None
    assert found.state is MerchantState.ADMITTED


async def test_a_merchant_that_has_left_or_been_stopped_is_dealt_with_by_its_standing(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    call_id = await here.publish()
    merchant = await admitted(county, admission(order=1))
    stopped = Suspend(actor=here.clerk, change_id=new_id(), merchant_id=merchant.merchant_id, reason="核查")
    await transact(county, suspend, stopped)
    command = await joining(here, call_id, merchant.merchant_id)
    assert isinstance(await transact(county, apply_to_call, command), Applied)
    unknown = msgspec.structs.replace(command, application_id=new_id(), merchant_id=new_id())
    assert reason_of(await transact(county, apply_to_call, unknown)) is MerchantReason.MERCHANT_ENDED
