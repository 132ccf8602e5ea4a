"""Which applications are there, and how did this one come to stand where it stands?"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.database.transaction import Transaction
from backend.identity.acting import staff_names
from backend.kernel.instants import Instant
from backend.merchants.call_rules import Application, ApplicationState, Objection, StepTaken
from backend.merchants.store import applications as store


class FindApplications(Struct, frozen=True, kw_only=True):
    """Applications under a call or in a state; or somebody's own."""

    call_id: UUID | None = None
    state: ApplicationState | None = None
    applicant_id: UUID | None = None
    merchant_id: UUID | None = None
    before: tuple[Instant, UUID] | None = None
    most: int = 50


class Followed(Struct, frozen=True, kw_only=True):
    """An application with its steps, the first one first."""

    application: Application
    steps: Sequence[StepTaken]


class Opened(Struct, frozen=True, kw_only=True):
    """An application with all that happened to it, and the names under which people of the office acted."""

    followed: Followed
    objections: Sequence[Objection]
    names: dict[UUID, str]


async def find_applications(tx: Transaction, asked: FindApplications) -> list[Followed]:
    """Applications, the newest first."""
    found = await store.applications_before(
        tx,
        call_id=asked.call_id,
        state=asked.state,
        applicant_id=asked.applicant_id,
        merchant_id=asked.merchant_id,
        before=asked.before,
        most=asked.most,
    )
    steps = await store.steps_of(tx, [one.id for one in found])
    return [Followed(application=one, steps=steps.get(one.id, [])) for one in found]


async def find_application(tx: Transaction, application_id: UUID) -> Opened | None:
    """One application, for the office."""
    application = await store.application(tx, application_id)
    if application is None:
        return None
    steps = (await store.steps_of(tx, [application_id])).get(application_id, [])
    objections = await store.objections_of(tx, application_id)
    people = {one.person_id for one in steps if one.of_office}
    people |= {who for one in objections for who in (one.decided_by, one.recorded_by) if who is not None}
    people |= {one.deputy_for for one in steps if one.deputy_for is not None}
    names = await staff_names(tx, frozenset(people))
    return Opened(followed=Followed(application=application, steps=steps), objections=objections, names=names)
