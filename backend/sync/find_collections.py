"""Which collections does a device keep of the county, and are they the same there?

``terms`` and ``counter`` of ``find_terms``, ``county``: to which key a journal's file is sealed and when a device
closes, and at a station ``rounds``: for what somebody may be registered. ``operators`` are who may work at a station's
tablet or a till, now or later; a merchant's phone asks for nobody's name, so it is told none. All are small: a
collection that changed is sent whole.
"""

from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.cards.find_home_cards import HomeCardsOf
from backend.data_state.epoch import AskEpoch, epoch
from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.kernel.instants import Instant
from backend.sync.card_row_rules import CARDS
from backend.sync.device_rules import Device, DeviceKind
from backend.sync.digest_rules import Digest
from backend.sync.find_card_rows import find_card_rows
from backend.sync.find_terms import COUNTER, TERMS, FindTerms, OfflineTerms, OwnCounter, find_terms
from backend.sync.gather_facts import operators_of
from backend.sync.journal_file_rules import point_of
from backend.sync.journal_key import journal_key_of
from backend.sync.word_rules import Rows, digests_of
from backend.vouchers.find_campaigns import find_rounds_of_all
from backend.vouchers.mode_rules import RoundMode

OPERATORS: Final = "operators"
COUNTY: Final = "county"
ROUNDS: Final = "rounds"


class FindCollections(Struct, frozen=True):
    """All that this device keeps, at this instant."""

    device: Device
    at: Instant


class OfflineOperator(Struct, frozen=True, kw_only=True):
    """A row of ``operators``: from ``since`` to before ``until``, or until further notice."""

    staff_id: UUID
    name: str
    since: Instant
    until: Instant | None

    @property
    def key(self) -> str:
        """Where the row stands in the replica."""
        return str(self.staff_id)


class OwnCounty(Struct, frozen=True, kw_only=True):
    """The one row of ``county``: the public half of its journal key, compressed, in hex.

    And how long nobody touches a device before it asks for its passphrase again, in seconds.
    """

    journal_key: str
    lock_idle_s: int

    @property
    def key(self) -> str:
        """Where the row stands in the replica."""
        return "own"


class OfflineRound(Struct, frozen=True, kw_only=True):
    """A row of ``rounds``: one that is open or will be."""

    round_id: UUID
    mode: RoundMode
    title_zh: str
    title_en: str
    name_zh: str
    name_en: str
    face_fen: int
    claim_level: int
    opens_at: Instant
    closes_at: Instant

    @property
    def key(self) -> str:
        """Where the row stands in the replica."""
        return str(self.round_id)


class Digests(Struct, frozen=True):
    """What a device has that has everything, in this life of the county."""

    epoch: int
    collections: dict[str, Digest]


async def find_collections(tx: Transaction, asked: FindCollections) -> dict[str, Rows]:
    """By name, in the form in which the rows travel, so that a device hashes what it was sent."""
    device, at = asked.device, asked.at
    book = await find_terms(tx, FindTerms(merchant_id=device.merchant_id, at=at))
    rounds = {} if device.station_id is None else {ROUNDS: _told(await _rounds(tx, at))}
    # Cards are at home at stations' tablets alone; others are not told that there is such a collection.
    cards: dict[str, Rows] = {}
    if device.kind is DeviceKind.STATION:
        cards = {CARDS: await find_card_rows(tx, HomeCardsOf(device_id=device.id, at=at))}
    operators: dict[str, Rows] = {}
    if device.kind is not DeviceKind.MERCHANT:
        operators = {OPERATORS: _told(await _operators(tx, device, at))}
    journal_key = point_of(journal_key_of(tx.county)).hex()
    own = OwnCounty(journal_key=journal_key, lock_idle_s=tx.county.entry.device_idle_minutes * 60)
    shared = {
        TERMS: _told(book.terms),
        COUNTER: _told(() if book.counter is None else (book.counter,)),
        COUNTY: _told((own,)),
    }
    return rounds | cards | operators | shared


async def find_digests(tx: Transaction, asked: FindCollections) -> Digests:
    """To be compared with what a device keeps."""
    return Digests(await epoch(tx, AskEpoch()), digests_of(await find_collections(tx, asked)))


async def _operators(tx: Transaction, device: Device, at: Instant) -> tuple[OfflineOperator, ...]:
    spans = {
        who: span for who, span in (await operators_of(tx, device)).items() if span.until is None or at < span.until
    }
    names = await staff_names(tx, frozenset(spans))
    return tuple(
        OfflineOperator(staff_id=who, name=names.get(who, ""), since=span.since, until=span.until)
        for who, span in spans.items()
    )


async def _rounds(tx: Transaction, at: Instant) -> tuple[OfflineRound, ...]:
    found = await find_rounds_of_all(tx, at)
    return tuple(
        OfflineRound(
            round_id=one.facts.round_id,
            mode=one.facts.mode,
            title_zh=one.campaign_zh,
            title_en=one.campaign_en,
            name_zh=one.name_zh,
            name_en=one.name_en,
            face_fen=one.facts.terms.face_fen,
            claim_level=one.facts.terms.claim_level,
            opens_at=one.facts.opens_at,
            closes_at=one.facts.closes_at,
        )
        for one in found
    )


def _told(
    rows: tuple[OfflineTerms, ...]
    | tuple[OwnCounter, ...]
    | tuple[OfflineOperator, ...]
    | tuple[OwnCounty, ...]
    | tuple[OfflineRound, ...],
) -> Rows:
    told: dict[str, Any] = {row.key: msgspec.json.decode(msgspec.json.encode(row)) for row in rows}
    return told
