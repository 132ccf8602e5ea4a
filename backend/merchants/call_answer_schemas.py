"""What people see of calls for merchants: calls, lists, applications with their steps, objections."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.identity.rules import masked_name, masked_phone
from backend.merchants.call_rules import (
    ApplicationState,
    Call,
    CallVersion,
    FileKind,
    Objection,
    ObjectionState,
    Step,
    StepTaken,
    decide_window,
)
from backend.merchants.find_applications import Followed, Opened
from backend.merchants.list_views import Listed, Publicised
from backend.merchants.rules import LicenceKind, MerchantState, Organisation, SizeClass, Trade
from backend.merchants.schemas import ExemptionAnswer, LicenceAnswer
from backend.places.wire import PremisesAnswer, premises_answer


class CallPublishedAnswer(Struct, frozen=True, kw_only=True):
    """The version is public, and counts from `effective_at`."""

    call_id: UUID
    version: int
    published_at: datetime
    effective_at: datetime


class CallVersionAnswer(Struct, frozen=True, kw_only=True):
    """One version of a call's rules."""

    version: int
    published_at: datetime
    effective_at: datetime
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    document_no: str
    trades: list[Trade]
    towns: list[str]
    sizes: list[SizeClass]
    licences: list[LicenceKind]
    files: list[FileKind]
    opens_at: datetime
    closes_at: datetime
    objection_days: int


class CallAnswer(Struct, frozen=True, kw_only=True):
    """A call as everybody may read it: the version that counts, and one that will."""

    call_id: UUID
    takes_applications: bool
    rules: CallVersionAnswer
    coming: CallVersionAnswer | None


class CallDetail(Struct, frozen=True, kw_only=True):
    """A call with every version of its rules, the oldest first."""

    call: CallAnswer
    versions: list[CallVersionAnswer]


class ListedAnswer(Struct, frozen=True, kw_only=True):
    """A merchant on the list."""

    merchant_id: UUID
    name_zh: str
    name_en: str
    registered_name: str
    credit_code: str
    trade: Trade
    size: SizeClass
    town_code: str
    state: MerchantState
    listed_at: datetime


class PublicisedAnswer(Struct, frozen=True, kw_only=True):
    """An applicant in the time for objections, or after it and not decided on yet."""

    application_id: UUID
    name_zh: str
    name_en: str
    registered_name: str
    credit_code: str
    trade: Trade
    size: SizeClass
    town_code: str
    objections_from: datetime
    objections_until: datetime


class SentApplicationAnswer(Struct, frozen=True, kw_only=True):
    """The application is handed in, under this version of the rules."""

    application_id: UUID
    call_version: int
    state: ApplicationState
    submitted_at: datetime


class MovedAnswer(Struct, frozen=True, kw_only=True):
    """Where the application stands now."""

    application_id: UUID
    state: ApplicationState


class ObjectedAnswer(Struct, frozen=True, kw_only=True):
    """The objection is on record."""

    objection_id: UUID
    filed_at: datetime


class ObjectionDecidedAnswer(Struct, frozen=True, kw_only=True):
    """What became of the objection."""

    objection_id: UUID
    state: ObjectionState
    decided_at: datetime


class UnlistedAnswer(Struct, frozen=True, kw_only=True):
    """The merchant is off the list."""

    merchant_id: UUID
    ended_at: datetime


class StepAnswer(Struct, frozen=True, kw_only=True):
    """One step; the office's people by the names under which they act, to the office alone."""

    step: Step
    at: datetime
    of_office: bool
    person_id: UUID | None
    person_name: str | None
    deputy_for_name: str | None
    note: str | None
    document_no: str | None


class FileAnswer(Struct, frozen=True, kw_only=True):
    """A file that was handed in."""

    kind: FileKind
    sha256: str


class ApplicationAnswer(Struct, frozen=True, kw_only=True):
    """An application; contacts are masked unless the full view was asked for."""

    application_id: UUID
    call_id: UUID
    call_version: int
    known: bool
    by_office: bool
    state: ApplicationState
    submitted_at: datetime
    name_zh: str
    name_en: str
    registered_name: str
    credit_code: str
    trade: Trade
    organisation: Organisation
    size: SizeClass
    town_code: str
    address_zh: str
    premises: PremisesAnswer
    licences: list[LicenceAnswer]
    exemption: ExemptionAnswer | None
    files: list[FileAnswer]
    contact_name: str
    contact_phone: str
    objections_from: datetime | None
    objections_until: datetime | None
    ended_at: datetime | None
    steps: list[StepAnswer]


class ObjectionAnswer(Struct, frozen=True, kw_only=True):
    """An objection; who filed it is masked unless the full view was asked for."""

    objection_id: UUID
    filed_at: datetime
    by_clerk: str | None
    name: str
    contact: str
    grounds: str
    state: ObjectionState
    decided_by: str | None
    decided_at: datetime | None
    answer: str | None


class ApplicationDetail(Struct, frozen=True, kw_only=True):
    """An application with the objections to it, for the office."""

    application: ApplicationAnswer
    objections: list[ObjectionAnswer]


def version_answer(version: CallVersion) -> CallVersionAnswer:
    """One version."""
    rules = version.rules
    return CallVersionAnswer(
        version=version.version,
        published_at=version.published_at,
        effective_at=version.effective_at,
        title_zh=rules.title_zh,
        title_en=rules.title_en,
        text_zh=rules.text_zh,
        text_en=rules.text_en,
        document_no=rules.document_no,
        trades=list(rules.trades),
        towns=list(rules.towns),
        sizes=list(rules.sizes),
        licences=list(rules.licences),
        files=list(rules.files),
        opens_at=rules.opens_at,
        closes_at=rules.closes_at,
        objection_days=rules.objection_days,
    )


def call_answer(call: Call, at: datetime) -> CallAnswer:
    """A call as it stands at an instant."""
    counts, last = call.at(at), call.versions[-1]
    return CallAnswer(
        call_id=call.id,
        takes_applications=decide_window(counts.rules, at=at) is None,
        rules=version_answer(counts),
        coming=version_answer(last) if last.effective_at > at else None,
    )


def listed_answer(listed: Listed) -> ListedAnswer:
    """A merchant on the list, for everybody."""
    return ListedAnswer(
        merchant_id=listed.merchant_id,
        name_zh=listed.name_zh,
        name_en=listed.name_en,
        registered_name=listed.registered_name,
        credit_code=listed.credit_code,
        trade=listed.trade,
        size=listed.size,
        town_code=listed.town_code,
        state=listed.state,
        listed_at=listed.listed_at,
    )


def publicised_answer(publicised: Publicised) -> PublicisedAnswer:
    """An applicant, for everybody."""
    return PublicisedAnswer(
        application_id=publicised.application_id,
        name_zh=publicised.name_zh,
        name_en=publicised.name_en,
        registered_name=publicised.registered_name,
        credit_code=publicised.credit_code,
        trade=publicised.trade,
        size=publicised.size,
        town_code=publicised.town_code,
        objections_from=publicised.objections_from,
        objections_until=publicised.objections_until,
    )


def _step(taken: StepTaken, names: Mapping[UUID, str] | None) -> StepAnswer:
    office = taken.of_office and names is not None
    return StepAnswer(
        step=taken.step,
        at=taken.at,
        of_office=taken.of_office,
        person_id=taken.person_id if office else None,
        person_name=names.get(taken.person_id) if names is not None and taken.of_office else None,
        deputy_for_name=names.get(taken.deputy_for) if names is not None and taken.deputy_for else None,
        note=taken.note,
        document_no=taken.document_no,
    )


def application_answer(followed: Followed, *, full: bool, names: Mapping[UUID, str] | None = None) -> ApplicationAnswer:
    """An application; ``names`` of the office's people are for the office alone."""
    application, papers = followed.application, followed.application.dossier.papers
    premises = application.dossier.premises
    name, phone = application.contact_name, application.contact_phone
    return ApplicationAnswer(
        application_id=application.id,
        call_id=application.call_id,
        call_version=application.call_version,
        known=application.known,
        by_office=application.by_office,
        state=application.state,
        submitted_at=application.submitted_at,
        name_zh=papers.name_zh,
        name_en=papers.name_en,
        registered_name=papers.registered_name,
        credit_code=papers.credit_code,
        trade=papers.trade,
        organisation=papers.organisation,
        size=papers.size,
        town_code=premises.town_code,
        address_zh=premises.address_zh,
        premises=premises_answer(premises, application.dossier.position),
        exemption=ExemptionAnswer(zh=papers.exemption.zh, en=papers.exemption.en) if papers.exemption else None,
        licences=[LicenceAnswer(kind=x.kind, number=x.number, valid_until=x.valid_until) for x in papers.licences],
        files=[FileAnswer(kind=file.kind, sha256=file.sha256) for file in application.dossier.files],
        contact_name=name if full else masked_name(name),
        contact_phone=phone if full else masked_phone(phone) or "",
        objections_from=application.objections_from,
        objections_until=application.objections_until,
        ended_at=application.ended_at,
        steps=[_step(taken, names) for taken in followed.steps],
    )


def _objection(objection: Objection, names: Mapping[UUID, str], *, full: bool) -> ObjectionAnswer:
    return ObjectionAnswer(
        objection_id=objection.id,
        filed_at=objection.filed_at,
        by_clerk=names.get(objection.recorded_by) if objection.recorded_by else None,
        name=objection.name if full else masked_name(objection.name),
        contact=objection.contact if full else masked_contact(objection.contact),
        grounds=objection.grounds,
        state=objection.state,
        decided_by=names.get(objection.decided_by) if objection.decided_by else None,
        decided_at=objection.decided_at,
        answer=objection.answer,
    )


def masked_contact(contact: str) -> str:
    """Enough of a phone or an address to tell two apart: 15…01"""
    return f"{contact[:2]}…{contact[-2:]}"


def application_detail(opened: Opened, *, full: bool) -> ApplicationDetail:
    """An application with its objections, for the office."""
    return ApplicationDetail(
        application=application_answer(opened.followed, full=full, names=opened.names),
        objections=[_objection(one, opened.names, full=full) for one in opened.objections],
    )
