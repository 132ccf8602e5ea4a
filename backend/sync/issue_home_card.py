"""Is the tablet of a card one of this station's, and let in by the office? Then the card is issued."""

from uuid import UUID

from msgspec import Struct

from backend.cards.find_cards import OneCard, find_card
from backend.cards.issue_card import IssueCard, IssueOutcome, issue_paper_card
from backend.cards.rules import PaperCardReason
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.stations.find_shifts import find_current_shift
from backend.sync.device_rules import Device
from backend.sync.store import devices


class FindHomes(Struct, frozen=True):
    """The tablets of the station at which this operator has an open shift."""

    operator_id: UUID


async def find_homes(tx: Transaction, asked: FindHomes) -> list[Device]:
    """At which a card may be at home; none without an open shift."""
    current = await find_current_shift(tx, asked.operator_id)
    return [] if current is None else await devices.active_at_station(tx, current.shift.station_id)


async def issue_home_card(tx: Transaction, command: IssueCard, *, now: Instant) -> IssueOutcome:
    """A card that was issued already is answered as it was, whatever became of its tablet since."""
    assert command.actor.id is not None, "an operator is somebody"
    current = await find_current_shift(tx, command.actor.id)
    if current is not None and await find_card(tx, OneCard(command.card_id)) is None:
        homes = await devices.active_at_station(tx, current.shift.station_id)
        if command.home not in {device.id for device in homes}:
            return Refused(PaperCardReason.HOME_UNKNOWN)
    return await issue_paper_card(tx, command, now=now)
