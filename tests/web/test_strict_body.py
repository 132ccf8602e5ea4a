"""A body is read as its route's type; nothing is bent to fit."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar, post
from litestar.params import JSONBody
from msgspec import Struct

from backend.kernel.fen import AmountFen
from backend.web.problems import ProblemError, on_problem_error
from backend.web.strict_body import StrictRequest


class Bill(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    bill_fen: AmountFen
    paid: bool = False


@post("/bills")
async def post_bill(data: JSONBody[Bill]) -> Bill:
    return data


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar([post_bill], request_class=StrictRequest, exception_handlers={ProblemError: on_problem_error})
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # ASGI is ASGI
    async with httpx.AsyncClient(transport=transport, base_url="http://county.test") as opened:
        yield opened


async def test_a_whole_number_of_fen_is_taken(client: httpx.AsyncClient) -> None:
    answer = await client.post("/bills", content=b'{"bill_fen": 19999, "paid": true}')
    assert (answer.status_code, answer.json()) == (201, {"bill_fen": 19999, "paid": True})


@pytest.mark.parametrize(
    ("body", "reason", "pointer"),
    [
        (b'{"bill_fen": 100.0}', "invalid", "/bill_fen"),
        (b'{"bill_fen": 1e2}', "invalid", "/bill_fen"),
        (b'{"bill_fen": "100"}', "invalid", "/bill_fen"),
        (b'{"bill_fen": true}', "invalid", "/bill_fen"),
        (b'{"bill_fen": null}', "invalid", "/bill_fen"),
        (b'{"bill_fen": 100, "paid": "true"}', "invalid", "/paid"),
        (b'{"bill_fen": 100, "paid": 1}', "invalid", "/paid"),
        (b'{"bill_fen": 100, "tip_fen": 1}', "invalid", "/tip_fen"),
        (b"{}", "invalid", "/bill_fen"),
        (b"[]", "invalid", "/"),
        (b'{"bill_fen": 100', "malformed", None),
        (b'{"bill_fen": 100} x', "malformed", None),
        (b'{"\xed\xa0\x80": 1}', "malformed", None),
    ],
)
async def test_whatever_is_written_otherwise_is_told_with_its_field(
    client: httpx.AsyncClient, body: bytes, reason: str, pointer: str | None
) -> None:
    answer = await client.post("/bills", content=body)
    assert (answer.status_code, answer.json()["reason"]) == (400, reason)
    assert [error["pointer"] for error in answer.json().get("errors", [])] == ([pointer] if pointer else [])
