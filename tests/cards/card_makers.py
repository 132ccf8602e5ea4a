"""A station with an operator in a shift, a tablet that was let in, and somebody with a card."""

from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.cards.issue_card import CardIssued, IssueCard, IssueOutcome
from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.stations.rules import ProofKind
from backend.sync.device_rules import DeviceKind
from backend.sync.issue_home_card import issue_home_card
from backend.vouchers.papers import Papers
from tests.stations.station_makers import by_operator, with_shift
from tests.sync.device_makers import active_device
from tests.vouchers.test_papers import NUMBER, elder

DOCUMENT = Papers(proof=ProofKind.IDENTITY_CARD, number=NUMBER)
FAMILY = "15403009999"
PIN = "280519"


class AtStation(Struct, frozen=True):
    """Where cards are issued, and to whom."""

    station: UUID
    shift: UUID
    home: UUID
    person: UUID


async def at_station(county: County) -> AtStation:
    """One elder without papers known, at a station with one tablet."""
    station_id, shift_id = await with_shift(county)
    home = await active_device(county, None, kind=DeviceKind.STATION, station_id=station_id)
    return AtStation(station_id, shift_id, home, await elder(county))


def issuing(at: AtStation, **changed: Any) -> IssueCard:
    """Issue a card to the elder."""
    told: dict[str, Any] = {
        "card_id": new_id(),
        "resident_id": at.person,
        "shift_id": at.shift,
        "papers": DOCUMENT,
        "home": at.home,
        "pin_hash": "no hash",
        "family_phone": None,
        "actor": replace(by_operator(), shift_id=at.shift, proof=ProofKind.IDENTITY_CARD),
    }
    return IssueCard(**(told | changed))


async def issue(county: County, command: IssueCard) -> IssueOutcome:
    """As the route does."""
    return await transact(county, issue_home_card, command)


async def issued(county: County, at: AtStation, **changed: Any) -> CardIssued:
    """A card."""
    outcome = await issue(county, issuing(at, **changed))
    assert isinstance(outcome, CardIssued), outcome
    return outcome
