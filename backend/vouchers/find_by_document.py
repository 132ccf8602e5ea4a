"""Who is at the counter, by the number of their document alone? For people of whom a station knows no phone.

The county keeps a number's keyed hash, so a number is found or not, and nobody is searched for. Numbers of nobody are
counted by operator and station, in the hour: whoever tries numbers ends there.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.person import ByKey, find_residents_by_key
from backend.identity.rules import is_identity_number
from backend.kernel.actors import Actor
from backend.kernel.claimants import KeyKind
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.stations.rules import StationReason
from backend.stations.shift_for import shift_for
from backend.vouchers.assist import AssistReason
from backend.vouchers.papers import (
    DOCUMENTS,
    MOST_OF_OPERATOR_AN_HOUR,
    MOST_OF_STATION_AN_HOUR,
    Papers,
    PapersReason,
)
from backend.vouchers.store import documents

FindNo = Refused[StationReason] | Refused[AssistReason] | Refused[PapersReason]


class FindByDocument(Struct, frozen=True, kw_only=True):
    """An operator has somebody's document in hand."""

    shift_id: UUID
    papers: Papers
    actor: Actor


class FoundByDocument(Struct, frozen=True):
    """The one person with this document."""

    resident_id: UUID


async def find_by_document(tx: Transaction, command: FindByDocument, *, now: Instant) -> FoundByDocument | FindNo:
    """The person, or nobody; where two accounts have shown it, the office looks."""
    assert command.actor.id is not None, "an operator is somebody"
    shift = await shift_for(tx, command.shift_id, command.actor.id, now=now)
    if isinstance(shift, Refused):
        return shift
    kind, number = DOCUMENTS.get(command.papers.proof), command.papers.number
    if kind is None or number is None:
        return Refused(PapersReason.PAPERS_NEEDED)
    value = number.upper() if kind is KeyKind.IDENTITY else f"{command.papers.proof}:{number}"
    if kind is KeyKind.IDENTITY and not is_identity_number(value):
        return Refused(PapersReason.NUMBER_WRONG)
    found = await find_residents_by_key(tx, ByKey(kind, value))
    hour = now.replace(minute=0, second=0, microsecond=0)
    counted = ((shift.operator_id, MOST_OF_OPERATOR_AN_HOUR), (shift.station_id, MOST_OF_STATION_AN_HOUR))
    taken: list[UUID] = []
    for subject_id, most in counted:
        if not await documents.take_try(tx, subject_id, hour, most):
            await _give_back(tx, taken, hour)
            return Refused(PapersReason.TRIES_SPENT)
        taken.append(subject_id)
    subject = ("resident", found[0]) if len(found) == 1 else ("shift", shift.id)
    reason = None if len(found) == 1 else AssistReason.NO_SUCH_RESIDENT.value
    detail = f"by {command.papers.proof}, shift {shift.id}"
    await record(tx, new_entry(now, command.actor, "stations.find-person", subject, reason=reason, detail=detail))
    if len(found) != 1:
        return Refused(AssistReason.NO_SUCH_RESIDENT)
    await _give_back(tx, taken, hour)
    return FoundByDocument(found[0])


async def _give_back(tx: Transaction, taken: list[UUID], hour: Instant) -> None:
    for subject_id in taken:
        await documents.give_back_try(tx, subject_id, hour)
