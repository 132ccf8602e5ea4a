"""Which papers are good, how they are spelled, which steps a dossier takes, which plans are refused. No database."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.kernel.refusals import Refused
from backend.trade_in.rules import (
    DOSSIER_EDGES,
    Dossier,
    DossierState,
    OldProof,
    Papers,
    TradeInReason,
    decide_review,
    faults_of,
    serial_key,
    spelled,
)
from backend.vouchers.rules import Terms
from backend.vouchers.trade_in_rules import (
    APPLIANCE_WORDS,
    Appliance,
    OldAppliance,
    TradeIn,
    papers_needed,
    trade_in_faults,
)
from tests.trade_in.subsidies import papers

FRIDGE = TradeIn(appliance=Appliance.REFRIGERATOR)
AT = datetime(2026, 11, 20, tzinfo=UTC)


def dossier(**changed: Any) -> Dossier:
    given: dict[str, Any] = {
        "dossier_id": UUID(int=1),
        "redemption_id": UUID(int=2),
        "campaign_id": UUID(int=3),
        "merchant_id": UUID(int=4),
        "appliance": Appliance.REFRIGERATOR,
        "state": DossierState.FILED,
        "version": 2,
        "papers": papers(),
        "redeemed_at": AT,
        "due_on": date(2026, 12, 20),
        "first_filed_by": UUID(int=5),
        "filed_by": UUID(int=6),
        "first_filed_at": AT,
        "filed_at": AT,
    }
    return Dossier(**(given | changed))


def test_numbers_have_one_spelling_however_they_are_typed() -> None:
    told = Papers(
        invoice_no="２６５１２０００００ 0000000001",
        model="  ＢＣＤ－501  WLHTD ",
        serial_no="ysｂｘ 2026-1120 000001",
        energy_level=1,
        energy_record_no=" cel 0001 ",
        old_proof=OldProof.PHOTO,
        old_value=" 照片　12 ",
    )
    assert spelled(told) == Papers(
        invoice_no="26512000000000000001",
        model="BCD-501 WLHTD",
        serial_no="YSBX2026-1120000001",
        energy_level=1,
        energy_record_no="CEL0001",
        old_proof=OldProof.PHOTO,
        old_value="照片 12",
    )
    assert serial_key("ysｂｘ 2026-1120 000001") == serial_key("YSBX20261120000001") == "YSBX20261120000001"


@given(st.text(max_size=40), st.text(max_size=40))
def test_spelling_twice_changes_nothing(model: str, serial_no: str) -> None:
    once = spelled(papers(model=model, serial_no=serial_no))
    assert spelled(once) == once


def test_papers_in_good_order_have_no_faults() -> None:
    assert faults_of(papers(), FRIDGE) == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"invoice_no": "2651200000000000000"}, "/invoice_no"),
        ({"invoice_no": "2651200000000000000X"}, "/invoice_no"),
        ({"model": ""}, "/model"),
        ({"serial_no": "A-1"}, "/serial_no"),
        ({"serial_no": "A" * 41}, "/serial_no"),
        ({"serial_no": "序列号YS000001"}, "/serial_no"),
        ({"energy_level": 3}, "/energy_level"),
        ({"old_proof": OldProof.WAIVED, "old_value": "没有旧机"}, "/old_appliance/kind"),
        ({"old_proof": OldProof.PHOTO, "old_value": None}, "/old_appliance/value"),
    ],
)
def test_every_fault_names_its_field(changed: dict[str, Any], pointer: str) -> None:
    assert [fault.pointer for fault in faults_of(papers(**changed), FRIDGE)] == [pointer]


def test_all_faults_are_told_at_once() -> None:
    told = papers(invoice_no="1", model="", serial_no="1", energy_level=5)
    asked = TradeIn(appliance=Appliance.TELEVISION, old_appliance=OldAppliance.REQUIRED)
    assert [fault.pointer for fault in faults_of(told, asked)] == [
        "/invoice_no",
        "/model",
        "/serial_no",
        "/energy_level",
        "/old_appliance",
    ]


@pytest.mark.parametrize(
    ("asked", "proof", "good"),
    [
        (OldAppliance.NOT_ASKED, None, True),
        (OldAppliance.NOT_ASKED, OldProof.RECYCLING_RECEIPT, True),
        (OldAppliance.WAIVABLE, None, False),
        (OldAppliance.WAIVABLE, OldProof.WAIVED, True),
        (OldAppliance.WAIVABLE, OldProof.RECYCLING_RECEIPT, True),
        (OldAppliance.REQUIRED, None, False),
        (OldAppliance.REQUIRED, OldProof.WAIVED, False),
        (OldAppliance.REQUIRED, OldProof.PHOTO, True),
    ],
)
def test_an_old_appliance_is_asked_for_as_the_terms_say(
    asked: OldAppliance, proof: OldProof | None, good: bool
) -> None:
    told = papers(old_proof=proof, old_value="HS-20261120-01" if proof else None)
    assert (faults_of(told, replace(FRIDGE, old_appliance=asked)) == []) is good


def test_a_desk_takes_the_three_steps_that_are_its_own_and_no_other() -> None:
    own = {DossierState.APPROVED, DossierState.RETURNED, DossierState.REJECTED}
    for state, to in product(DossierState, DossierState):
        refused = decide_review(dossier(state=state), to, version=2, note="看不清", reviewer_id=UUID(int=9))
        allowed = (state, to) in DOSSIER_EDGES and to in own
        assert refused == (None if allowed else Refused(TradeInReason.WRONG_STATE)), (state, to)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"version": 1}, TradeInReason.STALE_VERSION),
        ({"reviewer_id": UUID(int=5)}, TradeInReason.OWN_FILING),
        ({"reviewer_id": UUID(int=6)}, TradeInReason.OWN_FILING),
        ({"note": "  ", "to": DossierState.RETURNED}, TradeInReason.REASON_MISSING),
        ({"note": None, "to": DossierState.REJECTED}, TradeInReason.REASON_MISSING),
        ({"note": None}, None),
    ],
)
def test_a_review_needs_other_eyes_the_version_it_has_seen_and_its_reason(
    changed: dict[str, Any], reason: TradeInReason | None
) -> None:
    given: dict[str, Any] = {
        "to": DossierState.APPROVED,
        "version": 2,
        "note": "好",
        "reviewer_id": UUID(int=9),
    } | changed
    to = given.pop("to")
    assert decide_review(dossier(), to, **given) == (None if reason is None else Refused(reason))


def test_old_terms_are_still_read_and_are_no_trade_in() -> None:
    stored = b'{"kind_code": "dining-50", "face_fen": 5000, "valid_days": 7}'
    assert msgspec.json.decode(stored, type=Terms).trade_in is None


def test_terms_come_back_as_they_were_stored() -> None:
    kind = TradeIn(appliance=Appliance.COMPUTER, energy_levels=(1,), old_appliance=OldAppliance.WAIVABLE, file_days=15)
    terms = Terms(kind_code="computer", face_fen=200_000, trade_in=kind)
    assert msgspec.json.decode(msgspec.json.encode(terms), type=Terms) == terms


def test_the_twelve_categories_of_2025_have_their_names() -> None:
    told = "冰箱 洗衣机 电视 空调 电脑 热水器 家用灶具 吸油烟机 微波炉 净水器 洗碗机 电饭煲"
    assert " ".join(zh for zh, _ in APPLIANCE_WORDS.values()) == told
    assert list(APPLIANCE_WORDS) == list(Appliance)


@pytest.mark.parametrize(
    ("kinds", "faults"),
    [
        ([None, None], []),
        ([FRIDGE], []),
        ([FRIDGE, None], [(1, "terms/trade_in")]),
        ([FRIDGE, FRIDGE], [(1, "terms/trade_in/appliance")]),
        ([replace(FRIDGE, energy_levels=())], [(0, "terms/trade_in/energy_levels")]),
        ([replace(FRIDGE, energy_levels=(1, 1))], [(0, "terms/trade_in/energy_levels")]),
        ([replace(FRIDGE, energy_levels=(0,))], [(0, "terms/trade_in/energy_levels")]),
        ([replace(FRIDGE, file_days=0)], [(0, "terms/trade_in/file_days")]),
    ],
)
def test_a_plan_is_told_what_contradicts_itself(kinds: list[TradeIn | None], faults: list[tuple[int, str]]) -> None:
    assert [(i, field) for i, field, _ in trade_in_faults(kinds)] == faults


def test_settlement_names_what_every_sale_of_the_campaign_tells() -> None:
    assert papers_needed([None]) == ()
    assert papers_needed([FRIDGE]) == ("invoice_no", "model", "serial_no", "energy_level")
    asked = replace(FRIDGE, old_appliance=OldAppliance.WAIVABLE)
    assert papers_needed([FRIDGE, asked]) == papers_needed([FRIDGE])
    assert papers_needed([asked]) == (*papers_needed([FRIDGE]), "old_appliance")
