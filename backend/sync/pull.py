"""A device asks for everything that it keeps of the county, and is told what changed since it asked last."""

from uuid import UUID

from msgspec import Struct

from backend.data_state.epoch import AskEpoch, epoch
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.sync.device_rules import NotServedReason, why_not_served
from backend.sync.find_collections import FindCollections, find_collections
from backend.sync.find_papers import FindPapers, find_papers
from backend.sync.store import devices
from backend.sync.store.status import newest_list
from backend.sync.trusted_list import trusted_list
from backend.sync.word_rules import Word, changed_since, cursor_of, digests_of


class PullWord(Struct, frozen=True, kw_only=True):
    """For a device that ``recognise_device`` knows; ``cursor`` is the one of the last word that it took."""

    device_id: UUID
    at: Instant
    cursor: str | None = None


async def pull(tx: Transaction, asked: PullWord) -> Word | Refused[NotServedReason]:
    """The county's word to this device."""
    device = await devices.device(tx, asked.device_id)
    assert device is not None, "devices are never forgotten"
    reason = why_not_served(device)
    if reason is not None:
        return Refused(reason)
    listed = await newest_list(tx)
    present = await epoch(tx, AskEpoch())
    collections = await find_collections(tx, FindCollections(device, asked.at))
    digests = digests_of(collections)
    papers = await find_papers(tx, FindPapers(device, asked.at))
    changed = changed_since(asked.cursor, present, digests)
    return Word(
        county=tx.county.code,
        device=device.id,
        epoch=present,
        cursor=cursor_of(present, digests),
        server_time=asked.at,
        trust=trusted_list(tx.county),
        certificate=papers.certificate,
        policy=papers.policy,
        allowance=papers.allowance,
        status_version=0 if listed is None else listed.version,
        collections={name: rows for name, rows in collections.items() if name in changed},
    )
