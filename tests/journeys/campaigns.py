"""Campaigns made over the API by the three people it takes, for journeys that are about something else."""

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.journeys.served import Served, Session

FACE_FEN = 5_000
THRESHOLD_FEN = 20_000
SEEN_WITHIN_SECONDS = 10
"""Public answers are a second old at most; a loaded machine takes its time."""


def county_now(served: Served) -> datetime:
    """What time it is in the county."""
    return datetime.fromisoformat(served.ask("/api/v1/time")["server_time"])


def run_campaign(
    served: Served, staff: dict[str, Session], *, title: str, opens_at: datetime, pieces: int, more: int = 0
) -> str:
    """A running campaign of one kind (满200减50, any trade) and one round; returns the round's id.

    Of so many ``more`` vouchers the money is not dealt to the round.
    """
    campaign, round_id = str(uuid4()), str(uuid4())
    path = f"/api/v1/office/campaigns/{campaign}"
    kind = {
        "code": "journey",
        "name_zh": f"{title}券",
        "name_en": title,
        "cap_pieces": pieces + more,
        "face_fen": FACE_FEN,
    }
    kind |= {"minimum_spend_fen": THRESHOLD_FEN, "valid_days": 7, "limits": [{"rule_id": str(uuid4())}]}
    kind |= {"funding": [{"funder": "government", "share_bp": 10_000}]}
    session = {"round_id": round_id, "kind_code": "journey", "name_zh": title, "name_en": title, "pieces": pieces}
    session |= {"opens_at": opens_at.isoformat(), "closes_at": (opens_at + timedelta(hours=6)).isoformat()}
    plan = {"title_zh": title, "title_en": title, "kinds": [kind], "rounds": [session]}
    served.ask(path, staff["office"], plan, "PUT")
    for role, step, document in (
        ("office", "submit", None),
        ("reviewer", "review", None),
        ("approver", "approve", "筠演示〔2026〕99号"),
    ):
        signature = {"decision_id": str(uuid4()), "version": 1, "step": step, "document_no": document}
        served.ask(f"{path}/signatures", staff[role], signature)
    money = {
        "funding_id": str(uuid4()),
        "version": 1,
        "document_no": "筠演示〔2026〕99号",
        "bank_voucher_no": "演示-99",
        "amount_fen": FACE_FEN * (pieces + more),
        "file_sha256": "5e" * 32,
    }
    served.ask(f"{path}/funding", staff["finance"], money)
    served.ask(f"{path}/turns", staff["office"], {"turn_id": str(uuid4()), "turn": "run"})
    until = time.monotonic() + SEEN_WITHIN_SECONDS
    while round_id not in {one["round_id"] for told in _told(served) for one in told["rounds"]}:
        assert time.monotonic() < until, "everybody sees what runs within a second"
        time.sleep(0.1)
    return round_id


def _told(served: Served) -> list[dict[str, Any]]:
    """What everybody is told, which may be a second old."""
    found: list[dict[str, Any]] = served.ask("/api/v1/campaigns?limit=100")["items"]
    return found
