"""What an owner's agreement to answer for lost claims looks like on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.refusals import Reason
from backend.sync.accept_liability import LiabilityStanding, LiabilityTaken
from backend.sync.liability_rules import Liability, LiabilityReason

PolicyNumber = Annotated[int, Meta(ge=1, le=2**31 - 1, description="The policy whose sentence was read.")]
FIELD_OF: dict[Reason, str] = {LiabilityReason.OVERTAKEN: "/policy"}
"""Which field of a body a refusal is about."""


class AcceptLiabilityBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The owner agrees; `acceptance_id` is made by the caller."""

    acceptance_id: UUID
    policy: PolicyNumber


class LiabilityAnswer(Struct, frozen=True, kw_only=True):
    """One sentence with its figures: at most so much and for so long, on each device of the merchant."""

    policy: int
    limit_fen: int
    hours: int
    sentence_zh: str
    sentence_en: str


class AcceptedLiabilityAnswer(Struct, frozen=True, kw_only=True):
    """What was agreed to, by whom and when."""

    acceptance_id: UUID
    liability: LiabilityAnswer
    accepted_at: datetime


class LiabilityStandingAnswer(Struct, frozen=True, kw_only=True):
    """What the policy in force asks of the merchant, null without one, and what its owner last agreed to."""

    asked: LiabilityAnswer | None
    accepted: AcceptedLiabilityAnswer | None
    accepted_by: str
    """The owner's name; empty where nobody has agreed."""
    covered: bool
    """Whether the merchant's devices may be dealt something now."""


def liability_answer(liability: Liability) -> LiabilityAnswer:
    """The wire form."""
    return LiabilityAnswer(
        policy=liability.policy,
        limit_fen=liability.limit_fen,
        hours=liability.hours,
        sentence_zh=liability.sentence_zh,
        sentence_en=liability.sentence_en,
    )


def accepted_answer(taken: LiabilityTaken) -> AcceptedLiabilityAnswer:
    """The wire form."""
    return AcceptedLiabilityAnswer(
        acceptance_id=taken.accepted.acceptance_id,
        liability=liability_answer(taken.accepted.liability),
        accepted_at=taken.accepted.accepted_at,
    )


def standing_answer(standing: LiabilityStanding) -> LiabilityStandingAnswer:
    """The wire form."""
    accepted = None if standing.accepted is None else accepted_answer(LiabilityTaken(accepted=standing.accepted))
    return LiabilityStandingAnswer(
        asked=None if standing.asked is None else liability_answer(standing.asked),
        accepted=accepted,
        accepted_by=standing.by,
        covered=standing.covered,
    )
