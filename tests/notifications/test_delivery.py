"""SMS of a real county reach its gateway once each; without one they are given up in time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.notifications.delivery import Delivery
from backend.notifications.gateway import Gateway
from backend.notifications.outgoing import RealSenderRefused
from backend.notifications.send_sms import SendSms, send_sms
from backend.notifications.templates import SIGN_IN_CODE
from tests.databases import HandClock

KEY = "a-key-of-the-gateway"
CODE = SendSms(phone="13800138000", template=SIGN_IN_CODE, variables={"code": "123456", "minutes": "5"})


class GatewayServer:
    """A gateway on this machine, on a real port: it keeps what it was told and answers as the test wants."""

    def __init__(self) -> None:
        self.status = 202
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.address = ""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.asked.append((head[0], headers, json.loads(body)))
        extra = "location: http://127.0.0.1:1/elsewhere\r\n" if self.status == 307 else ""
        writer.write(f"HTTP/1.1 {self.status} X\r\n{extra}content-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[GatewayServer, Gateway]]:
    """The server, and the adapter that knows its address."""
    told = GatewayServer()
    server = await asyncio.start_server(told.meet, "127.0.0.1", 0)
    told.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/sms"
    gateway = Gateway(told.address, KEY)
    try:
        yield told, gateway
    finally:
        await gateway.close()
        server.close()
        await server.wait_closed()


@pytest.fixture
def real(county: County) -> County:
    """The same county, as if its people were real."""
    county.entry = msgspec.structs.replace(county.entry, demonstration=False)
    return county


async def states(county: County) -> list[tuple[str, bool]]:
    """(state, whether a phone is still kept) of every SMS."""

    async def ask(tx: Transaction, _asked: None) -> list[tuple[str, bool]]:
        rows = await tx.connection.exec_driver_sql(
            "SELECT state, phone IS NOT NULL AS kept FROM sms_outgoing ORDER BY id"
        )
        return [(row["state"], bool(row["kept"])) for row in rows.mappings()]

    return await inquire(county, ask, None)


async def test_the_gateway_gets_template_and_variables_with_an_id_and_a_key_and_never_text(
    real: County, clock: HandClock
) -> None:
    sms_id = await transact(real, send_sms, CODE)
    async with listening() as (told, gateway):
        assert await Delivery(real, gateway).round(clock()) == 1
        assert await Delivery(real, gateway).round(clock()) == 0
    ((line, headers, body),) = told.asked
    assert line == "POST /sms HTTP/1.1"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["content-type"] == "application/json"
    assert body == {
        "id": str(sms_id),
        "phone": "13800138000",
        "template": "sign-in-code",
        "variables": {"code": "123456", "minutes": "5"},
    }
    assert await states(real) == [("sent", False)]


@pytest.mark.parametrize("status", [307, 400, 500])
async def test_what_the_gateway_does_not_take_waits_and_goes_again_under_the_same_id(
    status: int, real: County, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    await transact(real, send_sms, CODE)
    async with listening() as (told, gateway):
        told.status = status
        delivery = Delivery(real, gateway)
        assert await delivery.round(clock()) == 0
        assert await states(real) == [("waiting", True)]
        told.status = 202
        assert await delivery.round(clock.forward(seconds=20)) == 1
    first, second = (body["id"] for _, _, body in told.asked)
    assert first == second
    assert f"sending SMS of {real.code} waits: the SMS gateway answered {status}" in caplog.text
    assert "13800138000" not in caplog.text
    assert "123456" not in caplog.text


async def test_a_gateway_that_is_not_there_is_no_fault_of_ours(real: County, clock: HandClock) -> None:
    await transact(real, send_sms, CODE)
    gateway = Gateway("http://127.0.0.1:1/sms", KEY)
    assert await Delivery(real, gateway).round(clock()) == 0
    assert await states(real) == [("waiting", True)]
    await gateway.close()


async def test_without_a_gateway_no_phone_is_kept_longer_than_its_message_is_worth(
    real: County, clock: HandClock
) -> None:
    await transact(real, send_sms, CODE)
    delivery = Delivery(real, None)
    assert await delivery.round(clock.forward(minutes=4)) == 0
    assert await states(real) == [("waiting", True)]
    await delivery.round(clock.forward(minutes=1))
    assert await states(real) == [("given-up", False)]


async def test_a_served_county_sends_by_itself(real: County) -> None:
    async with listening() as (told, gateway):
        delivery = Delivery(real, gateway)
        delivery.start()
        await transact(real, send_sms, CODE)
        async with asyncio.timeout(20):
            while await states(real) != [("sent", False)]:
                await asyncio.sleep(0.02)
        await delivery.stop()
        assert len(told.asked) == 1


async def test_a_demonstration_county_never_meets_a_gateway(county: County) -> None:
    gateway = Gateway("http://127.0.0.1:1/sms", KEY)
    with pytest.raises(RealSenderRefused):
        Delivery(county, gateway)
    await gateway.close()
    await transact(county, send_sms, CODE)
    assert await states(county) == []
