"""A counter has what it needs: the terms of every voucher that can be out there, itself, and a digest of both."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel import cbor
from backend.sync.digest_rules import Digest, digest_of
from backend.sync.find_collections import FindCollections, find_collections
from backend.sync.find_terms import CounterBook, FindTerms, find_terms
from backend.sync.word_rules import digests_of
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.databases import HandClock
from tests.sync.device_makers import seen, with_device
from tests.sync.test_push import at_work
from tests.vouchers.campaigns import CLERK, running_campaign
from tests.vouchers.counters import counter


async def book(county: County, merchant_id: UUID | None = None) -> CounterBook:
    """What the device of this merchant reads."""
    return await inquire(county, find_terms, FindTerms(merchant_id=merchant_id, at=county.clock()))


async def test_a_counter_reads_terms_by_what_a_token_names_and_itself(county: County, clock: HandClock) -> None:
    shop = await counter(county)
    use_from = clock() + timedelta(days=1)
    await running_campaign(county, trades=("catering",), use_from=use_from)
    await running_campaign(county, kind_code="checked", redeem_level=2)
    found = await book(county, shop)
    plain, checked = found.terms
    assert (plain.key, plain.title_zh, plain.name_zh) == ("1.1.1", "测试活动", "餐饮券")
    assert (plain.paused, plain.offline, checked.key, checked.offline) == (False, True, "2.1.1", False)
    assert msgspec.json.decode(msgspec.json.encode(plain.terms)) == {
        "discount": "threshold",
        "face_fen": 5_000,
        "minimum_spend_fen": 20_000,
        "percent_bp": 0,
        "fixed_price_fen": 0,
        "trades": ["catering"],
        "towns": [],
        "merchants": [],
        "lists": [],
        "weekdays": [],
        "hours": [],
        "redeem_level": 1,
        "use_from": use_from.isoformat().replace("+00:00", "Z"),
    }
    assert found.counter is not None
    assert (found.counter.merchant_id, found.counter.trade, found.counter.standing) == (shop, "catering", "admitted")
    assert len(found.counter.town) >= 6


async def test_only_campaigns_whose_vouchers_can_be_out_there_are_read(county: County) -> None:
    ran = UUID(int=0xCA)
    await running_campaign(county, campaign_id=ran)
    await running_campaign(county, run=False)
    turn = SteerCampaign(
        turn_id=UUID(int=1), campaign_id=ran, turn=Turn.PAUSE, reason="暂停", scope=PauseScope.EVERYTHING, actor=CLERK
    )
    await transact(county, steer_campaign, turn)
    assert [(row.key, row.paused) for row in (await book(county)).terms] == [("1.1.1", True)]


async def test_nobody_elses_counter_is_read(county: County) -> None:
    await counter(county)
    assert (await book(county)).counter is None
    assert (await book(county, UUID(int=5))).counter is None


async def digests(county: County, device_id: UUID) -> dict[str, Digest]:
    """Of everything that this device keeps."""
    asked = FindCollections(await seen(county, device_id), county.clock())
    return digests_of(await inquire(county, find_collections, asked))


async def test_the_digests_change_with_what_they_are_of_and_with_nothing_else(county: County) -> None:
    shop = await with_device(county)
    empty = Digest(0, hashlib.sha256(b"").digest())
    before = await digests(county, shop.device_id)
    assert (before["terms"], before["counter"].count) == (empty, 1)
    await running_campaign(county)
    after = await digests(county, shop.device_id)
    assert (after["terms"].count, after["counter"]) == (1, before["counter"])
    assert after == await digests(county, shop.device_id)
    await at_work(county, shop.merchant_id, 1)
    assert await digests(county, shop.device_id) == after, "a merchant's phone is told nobody's name"
    county.entry = msgspec.structs.replace(county.entry, device_idle_minutes=9)
    again = await digests(county, shop.device_id)
    assert {name for name in again if again[name] != after[name]} == {"county"}


def test_a_digest_is_over_rows_by_their_keys_however_they_are_given() -> None:
    rows: dict[str, Any] = {"2.1.1": {"b": 1, "a": [True, None, "x"]}, "10.1.1": {}}
    first, second = (hashlib.sha256(cbor.encode([key, rows[key]])).digest() for key in ("10.1.1", "2.1.1"))
    assert digest_of(rows) == Digest(2, hashlib.sha256(first + second).digest())
    assert digest_of({"10.1.1": {}, "2.1.1": {"a": [True, None, "x"], "b": 1}}) == digest_of(rows)
    assert digest_of(rows | {"2.1.1": {"b": 2, "a": [True, None, "x"]}}) != digest_of(rows)
    assert digest_of({"10.1.1": rows["2.1.1"], "2.1.1": {}}) != digest_of(rows)
    with pytest.raises(cbor.CborProblem):
        digest_of({"x": 1.5})


def test_a_page_gives_the_same_digest() -> None:
    """``pwa/tests/digest.test.ts`` names the same hash."""
    row = {"name": "餐饮券", "face_fen": 5_000, "towns": [], "paused": False, "until": None}
    known = bytes.fromhex("8a522f0282ec92c067325a6e91fc08de05fdba51da96df3174cf124dafaa6b88")
    assert digest_of({"2.1.1": row, "10.1.1": {}}) == Digest(2, known)
