"""Does every service that counts as checked by the county rest on a code that came back?

Codes are forgotten after two days, so the services of the last day are held against them; that nothing but a code ever
counts as checked is asked of all.
"""

from datetime import timedelta

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.kernel.instants import Instant
from backend.stations.phone_code_rules import PROVES_FOR
from backend.stations.store import assisted

LOOKED_BACK = timedelta(days=1)


class AuditStations(Struct, frozen=True):
    """Every service that counts as checked, as of an instant."""

    at: Instant


class StationFindings(Struct, frozen=True, kw_only=True):
    """How many services count as checked, and everything that is wrong."""

    checked: int
    faults: list[str]


async def audit_stations(tx: Transaction, asked: AuditStations) -> StationFindings:
    """Services against the codes of their shift and person."""
    unfit = await assisted.checked_without_a_code(tx)
    alone = await assisted.checked_alone(tx, since=asked.at - LOOKED_BACK, proves_for=PROVES_FOR)
    faults = [f"stations: service {one} counts as checked by the county without a phone's code" for one in unfit]
    faults += [f"stations: service {one} counts as checked and no code of its shift was" for one in alone]
    return StationFindings(checked=await assisted.count_checked(tx), faults=faults)
