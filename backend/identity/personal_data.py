"""What does the county collect of people, why, and how long? And what of me?

The list is made from the marks on the columns themselves, so that it cannot fall behind. A person's own export is made
of sections: identity's own here, and those of the slices above, which ``app.py`` binds.
"""

import csv
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from backend.database.columns import Personal, metadata
from backend.database.transaction import Transaction
from backend.identity.records import Resident
from backend.identity.store import consents, keys, residents, sessions
from backend.kernel.instants import to_wire
from backend.notifications.inbox import Inbox, inbox

Row = Mapping[str, str | int | bool | None]
MOST_MESSAGES = 1_000


class Collected(Struct, frozen=True, kw_only=True):
    """One kind of personal value that the county stores."""

    table: str
    column: str
    purpose_zh: str
    purpose_en: str
    kept_days: int


class Section(Struct, frozen=True):
    """One part of an export: a name and rows with the same fields."""

    name: str
    rows: Sequence[Row]


PersonalSection = Callable[[Transaction, UUID], Awaitable[Section]]
"""(tx, resident's id) → what one slice knows of that resident."""


class Export(Struct, frozen=True):
    """Everything about one resident, from identity and from the sections of other slices."""

    resident_id: UUID
    sections: tuple[PersonalSection, ...] = ()


def collected() -> list[Collected]:
    """Every column that is marked personal, by table and name."""
    found = [
        Collected(
            table=table.name,
            column=column.name,
            purpose_zh=personal.purpose_zh,
            purpose_en=personal.purpose_en,
            kept_days=personal.kept_days,
        )
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(personal := column.info.get("personal"), Personal)
    ]
    return sorted(found, key=lambda one: (one.table, one.column))


async def export(tx: Transaction, asked: Export) -> list[Section]:
    """All sections; empty for an account that is not there."""
    resident = await residents.find_resident(tx, asked.resident_id)
    if resident is None:
        return []
    own = [
        Section("account", [_account(resident)]),
        await _proofs(tx, resident.id),
        await _sessions(tx, resident.id),
        await _holder_key(tx, resident.id),
        await _consents(tx, resident.id),
        await _looks(tx, resident.id),
        await _messages(tx, resident.id),
    ]
    return own + [await section(tx, resident.id) for section in asked.sections]


def as_csv(sections: Sequence[Section]) -> str:
    """One table for spreadsheets: section, row, field, value. Values that would be formulas there are made text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("section", "row", "field", "value"))
    for section in sections:
        for number, row in enumerate(section.rows, 1):
            for field, value in row.items():
                writer.writerow((section.name, number, field, _cell(value)))
    return "\ufeff" + out.getvalue()


def _cell(value: str | int | bool | None) -> str:
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else str(value)


def _account(resident: Resident) -> Row:
    return {
        "id": str(resident.id),
        "state": resident.state.value,
        "opened_at": to_wire(resident.opened_at),
        "name": resident.name,
        "phone": resident.phone,
        "identity_number": resident.identity_number,
        "town_code": resident.town_code,
        "proof_level": int(resident.proof_level),
    }


async def _proofs(tx: Transaction, resident_id: UUID) -> Section:
    rows = await residents.proofs_of(tx, resident_id)
    return Section(
        "proofs",
        [{"level": int(level), "provider": provider, "at": to_wire(at)} for level, provider, at in rows],
    )


async def _sessions(tx: Transaction, resident_id: UUID) -> Section:
    rows = await sessions.unended_of(tx, [resident_id])
    return Section(
        "sessions",
        [
            {
                "opened_at": to_wire(row.opened_at),
                "last_seen_at": to_wire(row.last_seen_at),
                "network": row.network,
                "device": row.device,
            }
            for row in rows
        ],
    )


async def _holder_key(tx: Transaction, resident_id: UUID) -> Section:
    rows = (await keys.live_holder_keys(tx, [resident_id])).values()
    return Section(
        "holder_key",
        [{"enrolled_at": to_wire(row.enrolled_at), "offline_from": to_wire(row.offline_from)} for row in rows],
    )


async def _consents(tx: Transaction, resident_id: UUID) -> Section:
    rows = await consents.consents_of(tx, resident_id)
    return Section(
        "consents",
        [
            {"kind": row.kind, "answer": row.answer.value, "text_version": row.text_version, "at": to_wire(row.at)}
            for row in rows
        ],
    )


async def _looks(tx: Transaction, resident_id: UUID) -> Section:
    rows = await residents.looks_at(tx, resident_id, None, MOST_MESSAGES)
    return Section(
        "looks",
        [{"at": to_wire(row.at), "role": row.role, "purpose": row.purpose, "fields": row.fields} for row in rows],
    )


async def _messages(tx: Transaction, resident_id: UUID) -> Section:
    rows = await inbox(tx, Inbox(recipient_id=resident_id, most=MOST_MESSAGES))
    return Section(
        "messages",
        [{"at": to_wire(row.at), "title": row.words.title_zh, "body": row.words.body_zh} for row in rows],
    )
