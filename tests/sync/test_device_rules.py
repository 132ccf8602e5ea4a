"""The rules of devices, policies and episodes, without a county."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend.kernel.refusals import Refused
from backend.sync.device_rules import (
    DEVICE_EDGES,
    Device,
    DeviceKind,
    DeviceReason,
    DeviceState,
    SyncNote,
    behind_since,
    may_become,
)
from backend.sync.draft_rules import (
    Counters,
    Policy,
    PolicyReason,
    PoolAtRisk,
    WorstCase,
    decide_draft,
    decide_enforcement,
    worst_case,
)
from backend.sync.episode_rules import begins, lapses_at
from backend.sync.limits_rules import EpisodeLimits, OfflineLimits
from backend.sync.possession_rules import code_hash

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LIMITS = OfflineLimits()
POLICY = Policy(
    number=3,
    policy_id=UUID(int=3),
    limits=LIMITS,
    note="",
    drafted_by=UUID(int=1),
    drafted_at=NOW,
    document_no="文号",
    enforced_by=UUID(int=2),
    in_force_at=NOW,
)


def device(**changed: Any) -> Device:
    told: dict[str, Any] = {
        "id": UUID(int=9),
        "kind": DeviceKind.MERCHANT,
        "state": DeviceState.ACTIVE,
        "merchant_id": UUID(int=8),
        "station_id": None,
        "label": "",
        "point": b"",
        "app_version": "",
        "enrolled_at": NOW,
        "episode": 1,
        "episode_at": NOW,
        "episode_policy": 3,
    }
    return Device(**(told | changed))


def test_states_only_move_forward() -> None:
    order = list(DeviceState)
    assert all(order.index(one) < order.index(other) for one, other in DEVICE_EDGES)
    allowed = {pair for pair in product(order, order) if may_become(*pair) is None}
    assert allowed == DEVICE_EDGES
    assert may_become(DeviceState.SUSPENDED, DeviceState.ACTIVE) == Refused(DeviceReason.WRONG_STATE)


def test_kinds_have_their_numbers_in_signed_codes() -> None:
    assert [(str(kind), kind.number) for kind in DeviceKind] == [("merchant", 1), ("station", 2), ("till", 3)]


def test_a_code_is_known_by_its_sha_256() -> None:
    assert code_hash(bytes(16)).hex() == "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb"


@pytest.mark.parametrize(
    ("head", "ack", "before", "since"),
    [
        (5, 5, None, None),
        (5, 5, NOW - timedelta(days=1), None),
        (6, 5, None, NOW),
        (6, 5, NOW - timedelta(days=1), NOW - timedelta(days=1)),
    ],
)
def test_an_older_lack_is_not_forgotten_by_a_newer_one(
    head: int, ack: int, before: datetime | None, since: datetime | None
) -> None:
    note = SyncNote(
        head_seq=head, head_hash=None, ack_seq=ack, need_from=None, persistent=None, app_version="1", at=NOW
    )
    assert behind_since(device(behind_since=before), note) == since


def test_limits_agree_with_each_other() -> None:
    assert decide_draft(LIMITS) is None
    scan = msgspec.structs.replace(LIMITS, scan_fen=100_01)
    assert decide_draft(scan) == Refused(PolicyReason.SCAN_ABOVE_CHALLENGE)
    for kind in ("merchant", "station"):
        late = msgspec.structs.replace(getattr(LIMITS, kind), soft=timedelta(days=15))
        assert decide_draft(msgspec.structs.replace(LIMITS, **{kind: late})) == Refused(PolicyReason.SOFT_AFTER_HARD)


def test_a_policy_is_put_in_force_by_another_person_and_never_goes_back() -> None:
    draft = msgspec.structs.replace(POLICY, document_no=None, enforced_by=None, in_force_at=None)
    assert decide_enforcement(draft, by=UUID(int=2), in_force=0) is None
    assert decide_enforcement(draft, by=UUID(int=2), in_force=2) is None
    assert decide_enforcement(draft, by=UUID(int=1), in_force=0) == Refused(PolicyReason.SAME_PERSON)
    assert decide_enforcement(draft, by=UUID(int=2), in_force=4) == Refused(PolicyReason.OVERTAKEN)
    assert decide_enforcement(POLICY, by=UUID(int=2), in_force=3) == Refused(PolicyReason.OVERTAKEN)


def test_the_worst_case_is_bounded_by_the_pools() -> None:
    counters = Counters(devices={DeviceKind.MERCHANT: 3, DeviceKind.TILL: 1, DeviceKind.STATION: 2}, merchants=4)
    pools = [PoolAtRisk(held_fen=1_000_00, face_fen=50_00), PoolAtRisk(held_fen=99_000_00, face_fen=300_00)]
    assert worst_case(LIMITS, counters, pools) == WorstCase(
        devices=6,
        merchants=4,
        dealt_fen=2 * (4 * 2_000_00 + 2 * 10_000_00),
        county_fen=1_000_00 + 28_000_00,
        voucher_fen=3 * 100_00,
        holder_day_fen=6 * 100_00,
        paper_fen=100_00,
    )
    nothing = worst_case(LIMITS, Counters(devices={}, merchants=0), [])
    assert nothing == WorstCase(
        devices=0, merchants=0, dealt_fen=0, county_fen=0, voucher_fen=0, holder_day_fen=0, paper_fen=0
    )


@pytest.mark.parametrize(
    ("changed", "used", "begun"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"episode_at": NOW - timedelta(hours=1)}, False, True),
        ({"episode_at": NOW - timedelta(minutes=59)}, False, False),
        ({"episode_policy": 2}, False, True),
        ({"episode_at": None, "episode": 0}, False, True),
        ({"state": DeviceState.SUSPENDED}, True, False),
        ({"state": DeviceState.WAITING}, True, False),
        ({"merchant_id": None}, True, False),
    ],
)
def test_when_an_episode_begins(changed: dict[str, Any], used: bool, begun: bool) -> None:
    assert begins(device(**changed), POLICY, used=used, at=NOW) is begun
    assert not begins(device(**changed), None, used=used, at=NOW)


def test_an_allowance_lapses_when_the_last_label_is_closed() -> None:
    limits = msgspec.structs.replace(
        LIMITS,
        close_extra=timedelta(days=2),
        station=EpisodeLimits(soft=timedelta(hours=1), hard=timedelta(days=5), cap_fen=1, claims=1),
    )
    assert lapses_at(limits, DeviceKind.STATION, NOW) == NOW + timedelta(days=5 + 7 + 5 + 2)
    assert lapses_at(limits, DeviceKind.TILL, NOW) == NOW + timedelta(days=3 + 7 + 5 + 2)
