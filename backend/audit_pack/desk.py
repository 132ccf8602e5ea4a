"""Where a gathering writes, and what it notices on the way: every table page by page, residents under pseudonyms."""

import csv
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.audit_pack.rules import cell, rank_of
from backend.database.pages import Told, pages
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.settlement.papers.delimited import guarded

BOM = "\ufeff"
RESIDENT = "resident"
"""The column that is told under a pseudonym."""


class Gather(Struct, frozen=True, kw_only=True):
    """Which campaign, for which pack, with which sample, and where to write."""

    campaign_id: UUID
    pack_id: UUID
    seed: str
    sample: int
    folder: Path
    at: Instant


class Desk:
    """What a gathering needs at each step: its transaction, where it writes, and what it has noticed on the way."""

    def __init__(self, tx: Transaction, asked: Gather) -> None:
        self.tx = tx
        self.asked = asked
        self.sums: Counter[tuple[str, str]] = Counter()
        """Fen by (what, payer)."""
        self.merchants: set[UUID] = set()
        self.subjects: set[str] = {str(asked.campaign_id)}
        """Whose entries in the trail are told."""
        self.redemptions = 0
        self._drawn: list[tuple[int, int, UUID]] = []
        """(rank below nothing, redemption, voucher): a heap has its least in front, which is the greatest rank."""

    def pseudonym(self, resident_id: UUID | None) -> str:
        """A name that holds in this pack only; the county works it out again from its people."""
        if resident_id is None:
            return ""
        told = f"{self.asked.pack_id}/{resident_id}"
        return self.tx.county.keys.keyed_hash("audit-pack", told).hex()[:24]

    def draw(self, redemption_id: UUID, voucher_id: UUID) -> None:
        """Keep the redemptions of the least ranks."""
        self.redemptions += 1
        place = (-int(rank_of(self.asked.seed, redemption_id), 16), redemption_id.int, voucher_id)
        if len(self._drawn) < self.asked.sample:
            heapq.heappush(self._drawn, place)
        else:
            heapq.heappushpop(self._drawn, place)

    @property
    def drawn(self) -> list[tuple[str, UUID, UUID]]:
        """(rank, redemption, voucher) of the sample, the least first."""
        return [
            (f"{-rank:064x}", UUID(int=redemption), voucher)
            for rank, redemption, voucher in sorted(self._drawn, reverse=True)
        ]

    def path(self, name: str) -> Path:
        """Where a file of the pack is written."""
        path = self.asked.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write_json(self, name: str, content: object) -> None:
        """A small document."""
        self.path(name).write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")

    def write_rows(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table that fits into memory."""
        with self.path(name).open("w", encoding="utf-8", newline="") as out:
            out.write(BOM)
            table = csv.writer(out, lineterminator="\r\n")
            table.writerow(columns)
            table.writerows(rows)

    async def write(self, told: Told, notice: Callable[[Any], None] | None = None) -> None:
        """A table of any size; ``notice`` sees every row."""
        hidden = [place for place, name in enumerate(told.columns) if name == RESIDENT]
        with self.path(told.name).open("w", encoding="utf-8", newline="") as out:
            out.write(BOM)
            table = csv.writer(out, lineterminator="\r\n")
            table.writerow(told.columns)
            async for page in pages(self.tx, told):
                table.writerows(self._cells(row, hidden) for row in page)
                if notice is not None:
                    for row in page:
                        notice(row)

    def _cells(self, row: Sequence[Any], hidden: Sequence[int]) -> list[str]:
        values = list(row)
        for place in hidden:
            values[place] = self.pseudonym(values[place])
        return [guarded(value) if isinstance(value, str) else cell(value) for value in values]

    def fields(self, told: Told, row: Sequence[Any]) -> dict[str, str]:
        """One row by the names of its columns, for a sample's file."""
        hidden = [place for place, name in enumerate(told.columns) if name == RESIDENT]
        return dict(zip(told.columns, self._cells(row, hidden), strict=True))
