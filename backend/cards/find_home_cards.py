"""Which cards are at home at a device, and which card was it that a device says it saw?"""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct

from backend.cards import store
from backend.cards.rules import HomeCard
from backend.database.transaction import Transaction
from backend.identity.person import claimants
from backend.kernel.cards import DEMONSTRATION, Card
from backend.kernel.instants import Instant


class HomeCardsOf(Struct, frozen=True, kw_only=True):
    """Of a device, at an instant."""

    device_id: UUID
    at: Instant


class KnownCard(Struct, frozen=True, kw_only=True):
    """A card as it was printed, whose it is, and since when it counts no more."""

    card: Card
    resident_id: UUID
    ended_at: Instant | None


async def home_cards(tx: Transaction, asked: HomeCardsOf) -> list[HomeCard]:
    """Those that count, of people who may use vouchers now, by their numbers."""
    found = await store.active_at(tx, asked.device_id, asked.at)
    known = await claimants(tx, {one.resident_id for one in found})
    return [one for one in found if one.resident_id in known and not known[one.resident_id].frozen]


async def known_cards(tx: Transaction, hashes: Collection[bytes]) -> dict[bytes, KnownCard]:
    """By the hash of what is printed; a card that the county never issued is left out."""
    flags = DEMONSTRATION if tx.county.demonstration else 0
    return {
        hashed: KnownCard(
            card=Card(
                county=tx.county.code,
                card=row.id,
                not_before=row.issued_at,
                expires_at=row.expires_at,
                status_index=row.number,
                home=row.device_id,
                flags=flags,
            ),
            resident_id=row.resident_id,
            ended_at=row.ended_at,
        )
        for hashed, row in (await store.cards_by_hash(tx, hashes)).items()
    }
