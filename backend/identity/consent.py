"""What somebody has agreed to, and when they may be asked again. Answers are rows that only grow."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.consent_texts import CONSENT_TEXTS, ConsentKind, ConsentText
from backend.identity.reasons import IdentityReason
from backend.identity.records import Consent
from backend.identity.rules import ASK_AGAIN_AFTER, ConsentAnswer
from backend.identity.store import consents
from backend.kernel.actors import Actor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Reason, Refused


class AnswerConsent(Struct, frozen=True, kw_only=True):
    """Yes or no to the text whose hash the person was shown."""

    person_id: UUID
    kind: ConsentKind
    text_hash: bytes
    given: bool
    actor: Actor


class ConsentState(Struct, frozen=True, kw_only=True):
    """How one kind stands: ``given`` holds for the present text only; ``ask_again_at`` forbids asking before."""

    text: ConsentText
    given: bool
    answer: ConsentAnswer | None
    at: datetime | None
    ask_again_at: datetime | None


async def answer_consent(tx: Transaction, command: AnswerConsent, *, now: Instant) -> ConsentState | Refused[Reason]:
    """Keep the answer; a no after a yes is a withdrawal. The same answer again adds nothing."""
    text = CONSENT_TEXTS[command.kind]
    if command.text_hash != text.hash:
        return Refused(IdentityReason.CONSENT_TEXT_CHANGED)
    before = _state(text, await consents.consents_of(tx, command.person_id))
    if command.given:
        answer = ConsentAnswer.GIVEN
    else:
        answer = ConsentAnswer.WITHDRAWN if before.answer is ConsentAnswer.GIVEN else ConsentAnswer.REFUSED
    if before.given and command.given:
        return before
    new = Consent(
        id=new_id(),
        person_id=command.person_id,
        kind=command.kind.value,
        answer=answer,
        text_version=text.version,
        text_hash=text.hash,
        at=now,
    )
    await consents.append_consent(tx, new)
    entry = new_entry(
        now,
        command.actor,
        "identity.consent",
        ("person", command.person_id),
        from_state=None if before.answer is None else before.answer.value,
        to_state=answer.value,
        detail=f"{command.kind.value} {text.version}",
    )
    await record(tx, entry)
    return _state(text, [new])


async def my_consents(tx: Transaction, person_id: UUID) -> list[ConsentState]:
    """Every kind with its present text and how it stands."""
    rows = await consents.consents_of(tx, person_id)
    return [_state(text, [row for row in rows if row.kind == text.kind.value]) for text in CONSENT_TEXTS.values()]


async def has_consent(tx: Transaction, person_id: UUID, kind: ConsentKind) -> bool:
    """Whether the person has agreed to the present text of this kind."""
    return _state(CONSENT_TEXTS[kind], await consents.consents_of(tx, person_id)).given


def _state(text: ConsentText, rows: list[Consent]) -> ConsentState:
    mine = [row for row in rows if row.kind == text.kind.value]
    if not mine:
        return ConsentState(text=text, given=False, answer=None, at=None, ask_again_at=None)
    last = max(mine, key=lambda row: (row.at, row.id))
    said_yes = last.answer is ConsentAnswer.GIVEN
    return ConsentState(
        text=text,
        given=said_yes and last.text_hash == text.hash,
        answer=last.answer,
        at=last.at,
        ask_again_at=None if said_yes else last.at + ASK_AGAIN_AFTER,
    )
