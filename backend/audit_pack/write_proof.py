"""The sample with everything about each of its redemptions, and what is needed to recompute the chain."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from backend.audit_pack.desk import Desk
from backend.audit_pack.rules import cell
from backend.audit_trail.proof import blocks_of, digests_of_block, told_blocks
from backend.audit_trail.rules import Written
from backend.database.pages import Told, concerning
from backend.kernel.actors import ActorKind

VOUCHERS = "vouchers.csv"


async def write_sample(desk: Desk, tables: Sequence[Told], entries: Sequence[Written]) -> None:
    """A file a redemption, by its id; ``tables`` are those that tell of single redemptions and vouchers."""
    by_subject: dict[str, list[Written]] = {}
    for entry in entries:
        by_subject.setdefault(entry.subject_id, []).append(entry)
    desk.write_rows(
        "sample.csv", ("rank", "redemption_id"), [(rank, str(redemption)) for rank, redemption, _ in desk.drawn]
    )
    for rank, redemption_id, voucher_id in desk.drawn:
        events: list[UUID] = []
        told: dict[str, object] = {"rank": rank}
        for table in tables:
            about = {VOUCHERS: [voucher_id]}.get(table.name, [redemption_id])
            if table.name.startswith("settlement/") and table.name != "settlement/events.csv":
                about = events  # Lines and holds are about an event: a redemption's own, or a correction's.
            found = [row for one in about for row in await concerning(desk.tx, table, one)]
            if table.name == "settlement/events.csv":
                events = [row.id for row in found]
            told[table.name.removesuffix(".csv")] = [desk.fields(table, row) for row in found]
        own = [*by_subject.get(str(voucher_id), []), *by_subject.get(str(redemption_id), [])]
        told["trail"] = [_told(entry) for entry in sorted(own, key=lambda one: one.entry_id)]
        desk.write_json(f"sample/{redemption_id}.json", told)


async def write_chain(desk: Desk, entries: Sequence[Written]) -> None:
    """Every block, the digests of those that hold the entries, and the entries themselves as they were digested."""
    await desk.write(told_blocks())
    with desk.path("chain/digests.csv").open("w", encoding="utf-8", newline="") as out:
        out.write("block_no,entry_id,digest\r\n")
        for number in blocks_of(entries):
            held = await digests_of_block(desk.tx, number)
            out.writelines(f"{number},{entry_id},{digest.hex()}\r\n" for entry_id, digest in held)
    with desk.path("chain/entries.jsonl").open("wb") as lines:
        for entry in entries:
            lines.write(msgspec.json.encode(_told(entry)) + b"\n")


def _told(entry: Written) -> dict[str, object]:
    """What a resident did names the resident: of that only the digest is told."""
    names_somebody = entry.actor_kind is ActorKind.RESIDENT
    return {
        "entry_id": entry.entry_id,
        "block_no": entry.block_no,
        "at": cell(entry.at),
        "act": entry.act,
        "subject_id": entry.subject_id,
        "digest": entry.digest.hex(),
        "text": "" if names_somebody else entry.text,
    }
