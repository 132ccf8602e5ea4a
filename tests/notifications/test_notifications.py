"""The inbox is the record; SMS leave after the commit, as a template and variables, and never from a demonstration."""

import asyncio

import msgspec
import pytest

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.notifications.demonstration_box import LookIntoBox, look_into_box
from backend.notifications.inbox import Inbox, ReadMessage, inbox, read_message, unread
from backend.notifications.notify import Notify, notify
from backend.notifications.outgoing import RealSenderRefused, check_sender, send_waiting
from backend.notifications.rules import OutgoingSms, Template, WrongVariables, fill
from backend.notifications.send_sms import SendSms, send_sms
from backend.notifications.templates import ACCOUNT_FROZEN, SIGN_IN_CODE, TEMPLATES
from tests.databases import HandClock

PHONE = "15410000001"
CODE = {"code": "123456", "minutes": "5"}


class Vendor:
    """A vendor whose line can be down; the same id again is recognised."""

    def __init__(self) -> None:
        self.down = False
        self.taken: list[OutgoingSms] = []

    async def send(self, sms: OutgoingSms, /) -> None:
        if self.down:
            raise ConnectionError("line down")
        self.taken.append(sms)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def real(county: County) -> County:
    """The same county, as if its people were real."""
    county.entry = msgspec.structs.replace(county.entry, demonstration=False)
    return county


async def raw(county: County, table: str) -> list[tuple[object, ...]]:
    async def ask(tx: Transaction, _asked: None) -> list[tuple[object, ...]]:
        return [tuple(row) for row in (await tx.connection.exec_driver_sql(f"SELECT * FROM {table}")).all()]

    return await inquire(county, ask, None)


async def test_a_message_is_kept_in_two_languages_and_read_once(county: County, clock: HandClock) -> None:
    person, stranger = new_id(), new_id()
    message_id = await transact(
        county, notify, Notify(recipient_id=person, template=ACCOUNT_FROZEN, variables={"why": "重复领取"})
    )
    (message,) = await inquire(county, inbox, Inbox(recipient_id=person))
    assert (message.id, message.read_at, message.at) == (message_id, None, clock())
    assert "“重复领取”" in message.words.body_zh
    assert "重复领取" in message.words.body_en
    assert await inquire(county, unread, person) == 1
    assert await transact(county, read_message, ReadMessage(recipient_id=stranger, message_id=message_id)) is None
    first = await transact(county, read_message, ReadMessage(recipient_id=person, message_id=message_id))
    clock.forward(hours=1)
    again = await transact(county, read_message, ReadMessage(recipient_id=person, message_id=message_id))
    assert first is not None
    assert again == first
    assert await inquire(county, unread, person) == 0
    assert await inquire(county, inbox, Inbox(recipient_id=stranger)) == []
    assert "重复领取" not in repr(await raw(county, "inbox_messages"))


async def test_an_act_that_fails_tells_nobody(county: County) -> None:
    async def fail(tx: Transaction, _command: None, *, now: Instant) -> None:
        told = Notify(recipient_id=new_id(), template=SIGN_IN_CODE, variables=CODE, phone=PHONE)
        await notify(tx, told, now=now)
        raise RuntimeError("the act breaks after it has told")

    with pytest.raises(RuntimeError):
        await transact(county, fail, None)
    assert await raw(county, "inbox_messages") == []
    assert await raw(county, "demonstration_sms") == []


async def test_the_box_shows_the_newest_twenty_of_one_phone_and_is_sealed_at_rest(
    county: County, clock: HandClock
) -> None:
    for number in range(22):
        variables = {"code": f"{number:06}", "minutes": "5"}
        await transact(county, send_sms, SendSms(phone=PHONE, template=SIGN_IN_CODE, variables=variables))
        await asyncio.sleep(0.002)  # Ids sort by the millisecond.
    await transact(county, send_sms, SendSms(phone="15410000002", template=SIGN_IN_CODE, variables=CODE))
    shown = await inquire(county, look_into_box, LookIntoBox(PHONE))
    assert shown is not None
    assert [sms.variables["code"] for sms in shown] == [f"{number:06}" for number in range(21, 1, -1)]
    assert "000021" in shown[0].words.body_zh
    assert "000021" in shown[0].words.body_en
    stored = repr(await raw(county, "demonstration_sms"))
    assert "000021" not in stored
    assert PHONE not in stored
    assert await raw(county, "sms_outgoing") == []


async def test_a_real_county_has_no_box_and_sends_after_the_commit(real: County, clock: HandClock) -> None:
    sms_id = await transact(real, send_sms, SendSms(phone=PHONE, template=SIGN_IN_CODE, variables=CODE))
    assert await inquire(real, look_into_box, LookIntoBox(PHONE)) is None
    assert await raw(real, "demonstration_sms") == []
    vendor = Vendor()
    assert await send_waiting(real, vendor, at=clock()) == 1
    assert vendor.taken == [OutgoingSms(id=sms_id, phone=PHONE, code="sign-in-code", variables=CODE)]
    assert await send_waiting(real, vendor, at=clock.forward(minutes=5)) == 0
    (row,) = await raw(real, "sms_outgoing")
    assert row[1] is None
    assert row[3] is None  # Phone and variables are erased once sent.


async def test_a_vendor_that_is_down_is_tried_again_until_it_is_not_worth_it(real: County, clock: HandClock) -> None:
    await transact(real, send_sms, SendSms(phone=PHONE, template=SIGN_IN_CODE, variables=CODE))
    vendor, failed = Vendor(), list[str]()
    vendor.down = True
    assert await send_waiting(real, vendor, at=clock(), failed=lambda error: failed.append(str(error))) == 0
    assert failed == ["line down"]
    vendor.down = False
    assert await send_waiting(real, vendor, at=clock.forward(seconds=20, microseconds=-1)) == 0
    assert await send_waiting(real, vendor, at=clock.forward(microseconds=1)) == 1
    await transact(real, send_sms, SendSms(phone=PHONE, template=SIGN_IN_CODE, variables=CODE))
    assert await send_waiting(real, vendor, at=clock.forward(minutes=5)) == 0  # The code has run out.
    assert len(vendor.taken) == 1
    assert [row[4] for row in await raw(real, "sms_outgoing")].count("given-up") == 1


async def test_two_workers_at_once_send_a_message_once(real: County, clock: HandClock) -> None:
    for _ in range(10):
        await transact(real, send_sms, SendSms(phone=PHONE, template=SIGN_IN_CODE, variables=CODE))
    vendor = Vendor()
    sent = await asyncio.gather(*(send_waiting(real, vendor, at=clock()) for _ in range(4)))
    assert sum(sent) == 10
    assert len({sms.id for sms in vendor.taken}) == len(vendor.taken) == 10


async def test_a_demonstration_county_refuses_a_real_sender(county: County, clock: HandClock) -> None:
    check_sender(county, None)
    with pytest.raises(RealSenderRefused, match="YIZHAN_SMS_ADAPTER=demonstration"):
        check_sender(county, Vendor())
    with pytest.raises(RealSenderRefused):
        await send_waiting(county, Vendor(), at=clock())


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"code": "1"},
        {"code": "1", "minutes": "5", "more": "x"},
        {"code": "1\n2", "minutes": "5"},
        {"code": "1" * 61, "minutes": "5"},
    ],
)
def test_a_message_takes_its_own_variables_and_nothing_that_is_no_line(variables: dict[str, str]) -> None:
    with pytest.raises(WrongVariables):
        fill(SIGN_IN_CODE, variables)


def test_a_value_never_becomes_a_template() -> None:
    words = fill(ACCOUNT_FROZEN, {"why": "{why} {code}"})
    assert "“{why} {code}”" in words.body_zh


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.code)
def test_templates_are_complete_in_both_languages(template: Template) -> None:
    filled = fill(template, dict.fromkeys(template.variables, "x"))
    assert all((filled.title_zh, filled.title_en, filled.body_zh, filled.body_en))
    assert "{" not in filled.body_en + filled.body_zh + filled.title_en + filled.title_zh
    assert len({one.code for one in TEMPLATES}) == len(TEMPLATES)
