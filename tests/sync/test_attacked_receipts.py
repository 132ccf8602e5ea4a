"""Somebody holds a device's key and writes receipts with it: each is kept or refused, and can be decided."""

from typing import Any
from uuid import UUID

import pytest

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.refusals import Refused
from backend.sync.bring_receipt import BringReceipt, ReceiptBrought, bring_receipt
from backend.sync.decide_receipt import decide_receipt
from backend.sync.find_conflicts import FindConflicts, find_conflicts
from backend.sync.find_devices import FindDevices, find_devices
from backend.sync.receipt_rules import ReceiptState
from backend.sync.settle_reviewed import Reviewed
from tests.databases import HandClock
from tests.sync.test_attacked_push import BEGINNING, END, MOST
from tests.sync.test_push import world
from tests.sync.test_receipts import deciding, receipt_of
from tests.vouchers.campaigns import faults

WRITTEN: dict[str, dict[str, Any]] = {
    "the largest amount": {"amount_fen": MOST},
    "an amount beyond 31 bits": {"amount_fen": 2**31},
    "the largest number": {"seq": MOST},
    "a number beyond 31 bits": {"seq": 2**31},
    "the year 2242": {"time": END},
    "the year 1970": {"time": BEGINNING},
    "a voucher that nobody has": {"voucher": UUID(int=2**128 - 1)},
    "an event that nobody has": {"event_hash": bytes(32)},
    "all at once": {"amount_fen": MOST, "seq": MOST, "time": END, "voucher": UUID(int=1), "event_hash": b"\xff" * 32},
}


@pytest.mark.parametrize("name", WRITTEN)
async def test_a_receipt_at_the_end_of_its_range_is_kept_shown_and_decided(
    county: County, clock: HandClock, name: str
) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    # What is honest goes on beside it.
    text = receipt_of(here.counter, 1, **WRITTEN[name])
    brought = await transact(county, bring_receipt, BringReceipt(text))
    assert isinstance(brought, ReceiptBrought), brought
    assert brought.state is ReceiptState.WAITING
    await here.counter.sync()
    await here.counter.take(here.phones[1], here.vouchers[1])
    answer = await here.counter.sync()
    assert answer.ack_seq == 2
    await inquire(county, find_devices, FindDevices())
    await inquire(county, find_conflicts, FindConflicts())
    await here.counter.suspend()
    for accept in (True, False):
        asked = deciding(brought.held.receipt_id, accept=accept, bill_fen=MOST if accept else None)
        outcome = await transact(county, decide_receipt, asked)
        assert isinstance(outcome, Reviewed | Refused), outcome
    assert await faults(county) == []
