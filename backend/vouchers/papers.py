"""Whose papers did the operator see? A document counts when its number is given with the act, and is the person's.

Phone and device never join a resident to whoever serves them, and an account alone is nobody's papers: what a station
does for somebody is keyed by an identity number or a card. The county keeps a number's keyed hash and never the number.

Numbers that are not the person's are counted before they are compared, by person, operator and station: whoever tries
numbers ends there, also with the right one. The person is told of each document that is newly known.
"""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.person import claimant
from backend.identity.prove_identity import NoteKey, RecordProof, note_key, record_proof
from backend.identity.rules import is_identity_number
from backend.kernel.actors import Actor
from backend.kernel.claimants import Claimant, KeyKind, ProofLevel
from backend.kernel.instants import Instant, business_day, day_starts
from backend.kernel.refusals import Reason, Refused
from backend.notifications.notify import Notify, notify
from backend.notifications.rules import one_line
from backend.notifications.templates import DOCUMENT_RECORDED
from backend.stations.find_stations import find_station
from backend.stations.rules import ProofKind, Shift
from backend.vouchers.store import documents

DOCUMENTS = {
    ProofKind.IDENTITY_CARD: KeyKind.IDENTITY,
    ProofKind.SOCIAL_CARD: KeyKind.CARD,
    ProofKind.STATION_CARD: KeyKind.CARD,
}
TELLING = frozenset({KeyKind.IDENTITY, KeyKind.CARD})
"""The keys that tell one person from another at a station."""


NAMES = {KeyKind.IDENTITY: ("身份证", "identity card"), KeyKind.CARD: ("卡", "card")}
MOST_OF_PERSON_A_DAY = 5
MOST_OF_OPERATOR_AN_HOUR = 10
MOST_OF_STATION_AN_HOUR = 30
"""Documents that did not match: more than mistakes of a busy day, and far too few to find somebody's number."""


class PapersReason(Reason):
    """Why what the operator saw is not enough."""

    NUMBER_WRONG = (
        "document-number-wrong",
        409,
        "证件号码不对，请核对后再输入",
        "The document's number is not right; check it",
    )
    NUMBER_DIFFERS = (
        "document-differs",
        409,
        "证件号码与这个账户登记的不是同一个人，请核对，或报县里人工核验",
        "The document is not that of this account; check it, or ask the county's office",
    )
    TRIES_SPENT = (
        "document-tries-spent",
        409,
        "证件号码对不上的次数太多，请报县里人工核验，或明天再试",
        "Too many documents did not match; have the county's office check by hand, or try again tomorrow",
    )
    PAPERS_NEEDED = (
        "document-needed",
        409,
        "还没有登记过这位居民的证件，请核对身份证或驿站卡并输入号码",
        "No document of this person is known yet; look at an identity or station card and type its number",
    )


class Papers(Struct, frozen=True, kw_only=True):
    """What the operator says to have seen; ``number`` is the document's."""

    proof: ProofKind
    number: str | None = None

    def __repr__(self) -> str:
        return f"Papers({self.proof})"


async def check_papers(
    tx: Transaction, person: Claimant, papers: Papers, shift: Shift, actor: Actor, *, now: Instant, own: bool = False
) -> Claimant | Refused[PapersReason]:
    """The person as the county knows them after this look; without a number nothing is added to what was known.

    ``own``: of whom a document is known, only a known one counts. A card nobody can check opens no wallet.
    """
    kind = DOCUMENTS.get(papers.proof)
    if kind is not None and papers.number is not None:
        number = papers.number.upper() if kind is KeyKind.IDENTITY else f"{papers.proof}:{papers.number}"
        if kind is KeyKind.IDENTITY and not is_identity_number(number):
            return Refused(PapersReason.NUMBER_WRONG)
        known = {hashed for one, hashed in person.keys if one is kind}
        seen = tx.county.keys.keyed_hash(kind, number) in known
        told = any(one in TELLING for one, _ in person.keys) if own else kind is KeyKind.IDENTITY and bool(known)
        if told and (refused := await _compare(tx, person, shift, actor, now, matches=seen)):
            return refused
        if not seen or person.proof_level < ProofLevel.STATION:
            person = await _keep(tx, person, kind, number, shift, actor, now)
    if not any(one in TELLING for one, _ in person.keys):
        return Refused(PapersReason.PAPERS_NEEDED)
    return person


async def _compare(
    tx: Transaction, person: Claimant, shift: Shift, actor: Actor, now: Instant, *, matches: bool
) -> Refused[PapersReason] | None:
    """Whether this try may be made, and whether it was right; a wrong one stays counted, and is on record."""
    hour, day = now.replace(minute=0, second=0, microsecond=0), day_starts(business_day(now))
    counted = (
        (person.resident_id, day, MOST_OF_PERSON_A_DAY),
        (shift.operator_id, hour, MOST_OF_OPERATOR_AN_HOUR),
        (shift.station_id, hour, MOST_OF_STATION_AN_HOUR),
    )
    taken: list[tuple[UUID, Instant]] = []
    reason = None if matches else PapersReason.NUMBER_DIFFERS
    for subject_id, since, most in counted:
        if not await documents.take_try(tx, subject_id, since, most):
            reason = PapersReason.TRIES_SPENT
            break
        taken.append((subject_id, since))
    if reason is not PapersReason.NUMBER_DIFFERS:
        for subject_id, since in taken:
            await documents.give_back_try(tx, subject_id, since)
    if reason is None:
        return None
    subject = ("resident", person.resident_id)
    await record(tx, new_entry(now, actor, "stations.compare-document", subject, reason=reason.value))
    return Refused(reason)


async def _keep(
    tx: Transaction, person: Claimant, kind: KeyKind, number: str, shift: Shift, actor: Actor, now: Instant
) -> Claimant:
    if await note_key(tx, NoteKey(resident_id=person.resident_id, kind=kind, value=number), now=now):
        await _tell(tx, person.resident_id, kind, shift, now)
    proof = RecordProof(
        resident_id=person.resident_id,
        level=ProofLevel.STATION,
        provider="station",
        reference=str(shift.id),
        actor=actor,
    )
    await record_proof(tx, proof, now=now)
    return await claimant(tx, person.resident_id) or person


async def _tell(tx: Transaction, resident_id: UUID, kind: KeyKind, shift: Shift, now: Instant) -> None:
    """An account without papers takes the first number it is given: whose account it is should know at once."""
    station = await find_station(tx, shift.station_id)
    zh, en = ("驿站", "a station") if station is None else (station.name_zh, station.name_en or station.name_zh)
    document_zh, document_en = NAMES[kind]
    variables = {
        "station_zh": one_line(zh),
        "station_en": one_line(en),
        "document_zh": document_zh,
        "document_en": document_en,
    }
    told = Notify(recipient_id=resident_id, template=DOCUMENT_RECORDED, variables=variables, link="/resident/me")
    await notify(tx, told, now=now)
