"""Make a pack as one file, in a thread with connections of its own, so that nobody at a counter waits for it."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO
from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import Struct

from backend.audit_pack.desk import Gather
from backend.audit_pack.explanation_rules import about_en, about_zh
from backend.audit_pack.gather import Gathered, gather
from backend.database.county import County
from backend.database.registry import open_listed
from backend.database.transaction import inquire
from backend.kernel.instants import Instant
from backend.kernel.signing import SigningKey
from backend.settlement.papers import verify_books
from backend.settlement.papers.audit_pack import Cover, sign_folder, zip_folder

BOOKS = "books.py"
BESIDE = ".audit-pack-"
"""How folders begin in which packs are made; what a crash left of one is gone with the next."""

_turns: WeakKeyDictionary[County, Lock] = WeakKeyDictionary()


class MakePack(Struct, frozen=True, kw_only=True):
    """Which campaign, under which id, with which sample."""

    pack_id: UUID
    campaign_id: UUID
    seed: str
    sample: int
    at: Instant


@contextmanager
def making(county: County) -> Iterator[Path]:
    """A folder beside the county's database, on a disk that is large enough for it; gone afterwards.

    Whoever makes a pack holds a lock on its folder, so that what a crash has left is known from what another process
    is making, and removed.
    """
    for left in county.folder.glob(f"{BESIDE}*"):
        with suppress(OSError), _held(left):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=BESIDE, dir=county.folder))
    try:
        with _held(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder's lock; raises ``OSError`` while somebody else has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def pack_name(county: County, asked: MakePack) -> str:
    """The folder inside the file, and how the file is called."""
    return f"audit-pack-{county.code}-{asked.pack_id}"


def make_pack(county: County, asked: MakePack, folder: Path) -> tuple[Path, Gathered] | None:
    """The packed file inside ``folder``, and what it tells; ``None`` where there is no such campaign.

    Call it in a thread: it has a loop of its own, reads a moment of the county, and computes for a while.
    """
    members = folder / "members"
    members.mkdir()
    found = asyncio.run(_gathered(county, asked, members))
    if found is None:
        return None
    shutil.copyfile(verify_books.__file__, members / BOOKS)
    cover = Cover(
        county=county.code,
        county_name=county.entry.name_zh,
        title=found.title_zh,
        made_at=asked.at,
        demonstration=county.demonstration,
        about_zh=about_zh(),
        about_en=about_en(),
    )
    key = SigningKey(county.keys.issuer_private)
    sign_folder(members, cover, key=key, kid=bytes.fromhex(county.keys.issuer_kid))
    packed = folder / f"{pack_name(county, asked)}.zip"
    zip_folder(pack_name(county, asked), members, packed)
    shutil.rmtree(members)
    return packed, found


def opened_pack(county: County, asked: MakePack) -> BinaryIO | None:
    """The packed file, open for reading and without a name any more: nothing is left behind, whoever hangs up.

    ``None`` where there is no such campaign. One at a time in a process and county; call it in a thread.
    """
    with _turns.setdefault(county, Lock()), making(county) as folder:
        made = make_pack(county, asked, folder)
        return made and made[0].open("rb")


async def _gathered(county: County, asked: MakePack, members: Path) -> Gathered | None:
    """Read through connections of this thread's own: the process's belong to its loop."""
    data = county.folder.parent.parent
    counties = open_listed(data, [county.entry], county.database_url, clock=county.clock)
    try:
        what = Gather(
            campaign_id=asked.campaign_id,
            pack_id=asked.pack_id,
            seed=asked.seed,
            sample=asked.sample,
            folder=members,
            at=asked.at,
        )
        return await inquire(counties.all[0], gather, what, frozen=True)
    finally:
        await counties.close()
