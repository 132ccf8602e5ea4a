"""Whose papers did the operator see? A document counts when its number is given with the act, and is the person's.

Phone and device never join a resident to whoever serves them, and an account alone is nobody's papers: what a station
does for somebody is keyed by an identity number or a card. The county keeps a number's keyed hash and never the number.
"""

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.person import claimant
from backend.identity.prove_identity import NoteKey, RecordProof, note_key, record_proof
from backend.identity.rules import is_identity_number
from backend.kernel.actors import Actor
from backend.kernel.claimants import Claimant, KeyKind, ProofLevel
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused
from backend.stations.rules import ProofKind, Shift

DOCUMENTS = {
    ProofKind.IDENTITY_CARD: KeyKind.IDENTITY,
    ProofKind.SOCIAL_CARD: KeyKind.CARD,
    ProofKind.STATION_CARD: KeyKind.CARD,
}
TELLING = frozenset({KeyKind.IDENTITY, KeyKind.CARD})
"""The keys that tell one person from another at a station."""


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
        if told and not seen:
            return Refused(PapersReason.NUMBER_DIFFERS)
        if not seen or person.proof_level < ProofLevel.STATION:
            person = await _keep(tx, person, kind, number, shift, actor, now)
    if not any(one in TELLING for one, _ in person.keys):
        return Refused(PapersReason.PAPERS_NEEDED)
    return person


async def _keep(
    tx: Transaction, person: Claimant, kind: KeyKind, number: str, shift: Shift, actor: Actor, now: Instant
) -> Claimant:
    await note_key(tx, NoteKey(resident_id=person.resident_id, kind=kind, value=number), now=now)
    proof = RecordProof(
        resident_id=person.resident_id,
        level=ProofLevel.STATION,
        provider="station",
        reference=str(shift.id),
        actor=actor,
    )
    await record_proof(tx, proof, now=now)
    return await claimant(tx, person.resident_id) or person
