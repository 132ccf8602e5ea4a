"""What stands in a county's books: rounds, codes, vouchers, redemptions, balances, and how often each act was done."""

from collections import Counter
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from backend.audit_trail.tables import audit_entries
from backend.database.transaction import Transaction
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.outbox.tables import due_work, events, requests
from backend.vouchers.tables import redemptions, rounds, short_codes, vouchers, wrong_codes

ONE_BY_ONE = ("voucher.", "VoucherClaimed", "VoucherRedeemed", "RedemptionRolledBack")
"""Acts and events of which there is one for each voucher, redemption or roll-back."""


class Stored(Struct, frozen=True, kw_only=True):
    """Everything that the model is compared with, read at one moment."""

    tables: dict[str, dict[Any, Any]]
    balances: dict[tuple[str, UUID | None, UUID | None, str | None], int]
    acts: Counter[str]
    bound: frozenset[UUID]
    """The ids that have their answer."""
    put_off: list[str]
    """Faults of timed work that did not succeed at once."""


async def stored(tx: Transaction, campaign_id: UUID) -> Stored:
    """Read it all."""
    r, v, s, w = rounds.c, vouchers.c, redemptions.c, wrong_codes.c
    asked = {
        "rounds": select(r.id, r.state, r.pieces, r.issued_online, r.issued_station, r.running, r.paused),
        "vouchers": select(v.id, v.state, v.face_fen, v.public_fen, v.last_count),
        "codes": select(short_codes.c.voucher_id, short_codes.c.code, short_codes.c.expires_at),
        "redemptions": select(s.id, s.state, s.voucher_id, s.discount_fen),
    }
    tables = {name: {row[0]: tuple(row[1:]) for row in await tx.execute(rows)} for name, rows in asked.items()}
    tables["wrong"] = {
        (row.counter_id, row.hour): row.wrong for row in await tx.execute(select(w.counter_id, w.hour, w.wrong))
    }
    ledger = await audit_ledger(tx, AuditLedger())
    acts: Counter[str] = Counter()
    for name in (audit_entries.c.act, events.c.name):
        rows = await tx.execute(select(name, func.count()).group_by(name))
        acts.update({row[0].rstrip(".1234567890"): row[1] for row in rows if row[0].startswith(ONE_BY_ONE)})
    bound = (await tx.execute(select(requests.c.request_id))).scalars().all()
    put_off = await tx.execute(select(due_work.c.fault).where(due_work.c.tries > 0))
    return Stored(
        tables=tables,
        balances={_account(key): fen for key, fen in ledger.balances.items() if fen},
        acts=acts,
        bound=frozenset(bound),
        put_off=[str(row[0]) for row in put_off],
    )


def _account(key: str) -> tuple[str, UUID | None, UUID | None, str | None]:
    """(kind, line, merchant, funder) of an account's name."""
    kind, _, *owners = key.split("/")
    line, merchant, funder = [*owners, None, None, None][:3]
    return kind, UUID(line) if line else None, UUID(merchant) if merchant else None, funder
