"""A shop with a till, a resident with a phone, and a county that answers as it is told."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from backend.kernel.presentations import present
from backend.kernel.signing import SigningKey
from backend.kernel.tokens import Token, issue_token
from backend.kernel.trust import instant_of, seconds_of, sign_trust_list
from backend.sync.answer_rules import Answer, EventResult, ResultCode, write_answer
from backend.sync.event_rules import Checkpoint
from merchant_tools.journal import Journal, SentinelFile
from merchant_tools.sealing import DeviceKey
from merchant_tools.signed import read_trust_list
from merchant_tools.till import Bill, Reading, Till
from merchant_tools.till_rules import TillRules
from merchant_tools.till_state import Allowance, Briefing, Facts, Limits
from tests.protocols.known_keys import (
    AT,
    COUNTY,
    DAY,
    DEVICE,
    HOLDER,
    ISSUER,
    ISSUER_KID,
    OPERATOR,
    ROOT,
    ROOT_KID,
    trust_list,
)

NOW = seconds_of(AT)
CAMPAIGN = 3
TERMS: Facts = {
    "discount": "threshold",
    "face_fen": 50_00,
    "minimum_spend_fen": 100_00,
    "merchants": (),
    "lists": (),
    "trades": ("catering",),
    "towns": (),
    "weekdays": (),
    "hours": (),
    "redeem_level": 1,
}
COUNTER: Facts = {"merchant_id": "A", "standing": "admitted", "trade": "catering", "town": "511527100", "lists": ()}
TRUST = read_trust_list(
    sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID), root=ROOT.public.compressed, county=COUNTY
)
BILL = Bill(bill_fen=200_00, eligible_fen=200_00, operator=OPERATOR)


def briefing(**other: Any) -> Briefing:
    """What the till knows of the county; limits or any other part may be told."""
    told: dict[str, Any] = {
        "trust": TRUST,
        "limits": Limits(number=1),
        "allowance": Allowance(after=0, dealt_at=NOW, caps={CAMPAIGN: 2_000_00}),
        "terms": {(CAMPAIGN, 2, 1): TERMS},
        "counter": COUNTER,
    }
    return Briefing(**told | other)


def token_of(number: int, *, life: timedelta = 7 * DAY, holder: SigningKey = HOLDER, **other: Any) -> bytes:
    """The token of the voucher of this number, of 50 yuan."""
    told: dict[str, Any] = {"campaign": CAMPAIGN, "terms_version": 2, "face_fen": 50_00, "domain": 1, "flags": 2}
    token = Token(
        county=COUNTY,
        voucher=voucher_of(number),
        not_before=AT,
        expires_at=AT + life,
        holder=holder.public,
        status_index=number,
        **told | other,
    )
    return issue_token(token, issuer=ISSUER, kid=ISSUER_KID)


def voucher_of(number: int) -> UUID:
    """The voucher of this number."""
    return UUID(int=0x01999999_0000_7000_8000_0000_0001_0000 + number)


def shown(number: int, *, at: datetime = AT, counter: int = 1, challenge: bytes = b"", **other: Any) -> str:
    """What the phone shows for a voucher."""
    holder = other.get("holder", HOLDER)
    return present(token_of(number, **other), holder=holder, at=at, counter=counter, challenge=challenge)


def other_holder(number: int) -> SigningKey:
    """Somebody else's key."""
    return SigningKey.from_scalar(
        hashlib.sha256(f"yizhan TEST KEY, worth nothing: resident {number}".encode()).digest()
    )


def a_till(folder: Path, *, told: Briefing | None = None, rules: TillRules | None = None) -> Till:
    """A till of a folder, opened again when it was there; it was connected at ``AT`` or knows nothing."""
    key = folder / "key.pem"
    if not key.exists():
        DeviceKey.new().save(key)
    return Till(
        COUNTY,
        DEVICE,
        DeviceKey.load(key),
        keeping=Journal(folder / "journal.sqlite"),
        remembering=SentinelFile(folder / "sentinel"),
        briefing=told or briefing(),
        rules=rules,
    )


def a_till_connected(folder: Path, **other: Any) -> Till:
    """A till that the county has answered once."""
    till = a_till(folder, **other)
    heard(till)
    return till


def reading(after: int = 0, *, clock: int = 0) -> Reading:
    """So many seconds after ``AT``; the clock may show more or less than that."""
    return Reading(clock=NOW + after + clock, mono=after)


def answer(
    *,
    ack: int = 0,
    durable: int = 0,
    epoch: int = 1,
    at: int = 0,
    need: int | None = None,
    results: Mapping[int, tuple[str, str | None]] = {},
) -> bytes:
    """What the county says, ``at`` seconds after ``AT``."""
    told = tuple(EventResult(seq, ResultCode(code), reason) for seq, (code, reason) in sorted(results.items()))
    now = instant_of(NOW + at)
    return write_answer(
        Answer(
            county=COUNTY,
            device=DEVICE,
            epoch=epoch,
            ack_seq=ack,
            durable_seq=durable,
            results=told,
            need_from=need,
            server_time=now,
            checkpoint=Checkpoint(at, now),
            policy=1,
            status_version=1,
        )
    )


def heard(till: Till, *, clock: int = 0, took: int = 0, brought: Collection[int] = (), **told: Any) -> bool:
    """The till takes an answer to a push of these numbers; whether it has more to send."""
    at = told.get("at", 0)
    asked, now = reading(at - took, clock=clock), reading(at, clock=clock)
    return till.take(answer(**told), asked=asked, now=now, brought=brought)
