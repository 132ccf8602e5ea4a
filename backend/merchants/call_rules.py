"""Who may apply under a call for merchants (征集公告), and who may take the next step with an application?

Pure. A call's rules are versions that only grow: a change is published seven days before it counts, and an application
keeps the version it was handed in under. Between the review and the list lies the time for objections (公示期).
"""

from collections.abc import Collection, Sequence, Set
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.actors import Role
from backend.kernel.instants import business_day, day_starts
from backend.kernel.refusals import Refused
from backend.kernel.working_days import Calendar, after_working_days
from backend.merchants.call_reasons import CallReason
from backend.merchants.rules import LicenceKind, Papers, SizeClass, Trade
from backend.places.premises import Premises
from backend.places.rules import Position

CHANGE_AHEAD = timedelta(days=7)
"""How long before it counts a change of published rules is told (电子商务法 第三十四条)."""
MOST_APPLICATIONS_A_DAY = 5
MOST_OBJECTIONS_A_DAY = 3
"""Of one resident: enough for whoever means it, and no way to hold up a whole list."""


class FileKind(StrEnum):
    """A paper that an application brings as a file."""

    BUSINESS_LICENCE = "business_licence"
    """营业执照"""
    TRADE_LICENCE = "trade_licence"
    """行业许可证"""
    PREMISES = "premises"
    """经营场所照片"""
    COMMITMENT = "commitment"
    """诚信经营承诺书"""
    BANK_PROOF = "bank_proof"
    """开户证明"""


class ApplicationState(StrEnum):
    """Where an application stands; the edges are in ``STEPS`` and with the applicant."""

    SUBMITTED = "submitted"
    """Handed in, or mended; waits for the review."""
    RETURNED = "returned"
    """Sent back with a note; the applicant can mend it."""
    REVIEWED = "reviewed"
    """复核通过; waits to be published."""
    PUBLICISED = "publicised"
    """公示中, and afterwards until somebody decides."""
    LISTED = "listed"
    """On the list."""
    REFUSED = "refused"
    """Refused with a reason."""
    WITHDRAWN = "withdrawn"
    """Taken back by the applicant."""


OVER = frozenset({ApplicationState.REFUSED, ApplicationState.WITHDRAWN})
"""Nothing comes after these, and the same credit code may apply again."""
UNDECIDED = frozenset(ApplicationState) - OVER - {ApplicationState.LISTED}


class Step(StrEnum):
    """What somebody does with an application."""

    SUBMIT = "submit"
    """提交"""
    MEND = "mend"
    """补正后再次提交"""
    WITHDRAW = "withdraw"
    """撤回"""
    RETURN = "return"
    """退回补正"""
    REFUSE = "refuse"
    """复核不通过"""
    REVIEW = "review"
    """复核通过"""
    PUBLICISE = "publicise"
    """公示"""
    LIST = "list"
    """列入名单"""
    DECLINE = "decline"
    """公示后不予列入"""


class Edge(Struct, frozen=True, kw_only=True):
    """A step of the office: whose it is, where from and where to."""

    role: Role
    begins: ApplicationState
    ends: ApplicationState
    reasoned: bool = False
    """Whether it needs a note that says why."""
    documented: bool = False
    """Whether it needs a document number (文号)."""


STEPS: dict[Step, Edge] = {
    Step.RETURN: Edge(
        role=Role.REVIEWER, begins=ApplicationState.SUBMITTED, ends=ApplicationState.RETURNED, reasoned=True
    ),
    Step.REFUSE: Edge(
        role=Role.REVIEWER, begins=ApplicationState.SUBMITTED, ends=ApplicationState.REFUSED, reasoned=True
    ),
    Step.REVIEW: Edge(role=Role.REVIEWER, begins=ApplicationState.SUBMITTED, ends=ApplicationState.REVIEWED),
    Step.PUBLICISE: Edge(
        role=Role.OFFICE, begins=ApplicationState.REVIEWED, ends=ApplicationState.PUBLICISED, documented=True
    ),
    Step.LIST: Edge(
        role=Role.APPROVER, begins=ApplicationState.PUBLICISED, ends=ApplicationState.LISTED, documented=True
    ),
    Step.DECLINE: Edge(
        role=Role.APPROVER, begins=ApplicationState.PUBLICISED, ends=ApplicationState.REFUSED, reasoned=True
    ),
}
APART = frozenset({Step.REVIEW, Step.LIST, Step.DECLINE, Step.RETURN, Step.REFUSE})
"""Steps whose person has taken no other part in the application as it stands: 四眼."""


class ObjectionState(StrEnum):
    """What became of an objection."""

    OPEN = "open"
    """Waits for an answer."""
    UPHELD = "upheld"
    """异议成立: the applicant is not listed."""
    DISMISSED = "dismissed"
    """异议不成立"""


class CallRules(Struct, frozen=True, kw_only=True):
    """What a call says: published, and public word by word. Empty scopes mean all."""

    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    document_no: str
    trades: tuple[Trade, ...] = ()
    towns: tuple[str, ...] = ()
    sizes: tuple[SizeClass, ...] = ()
    licences: tuple[LicenceKind, ...] = ()
    files: tuple[FileKind, ...] = ()
    opens_at: datetime
    closes_at: datetime
    objection_days: int


class CallVersion(Struct, frozen=True, kw_only=True):
    """One version of a call's rules, and since when it counts."""

    version: int
    rules: CallRules
    published_at: datetime
    effective_at: datetime


class Call(Struct, frozen=True, kw_only=True):
    """A call with every version of its rules, the oldest first."""

    id: UUID
    versions: tuple[CallVersion, ...]

    def at(self, instant: datetime) -> CallVersion:
        """The version that counts at an instant."""
        return [one for one in self.versions if one.effective_at <= instant][-1]

    @property
    def published_at(self) -> datetime:
        """When it was first published."""
        return self.versions[0].published_at


class AttachedFile(Struct, frozen=True, kw_only=True):
    """A file that was handed in, named by its SHA-256 in hexadecimal digits."""

    kind: FileKind
    sha256: str


class Dossier(Struct, frozen=True, kw_only=True):
    """What an application tells of the merchant-to-be."""

    papers: Papers
    premises: Premises
    position: Position | None = None
    files: tuple[AttachedFile, ...] = ()


class Application(Struct, frozen=True, kw_only=True):
    """An application as it stands. ``merchant_id`` is the merchant's, or what it gets when it is admitted."""

    id: UUID
    call_id: UUID
    call_version: int
    merchant_id: UUID
    store_id: UUID
    known: bool
    """Whether the merchant was admitted before it applied."""
    applicant_id: UUID
    by_office: bool
    dossier: Dossier
    contact_name: str
    contact_phone: str
    state: ApplicationState
    submitted_at: datetime
    objections_from: datetime | None = None
    objections_until: datetime | None = None
    ended_at: datetime | None = None


class StepTaken(Struct, frozen=True, kw_only=True):
    """One step of an application, by whom, and in whose stead."""

    id: UUID
    step: Step
    person_id: UUID
    of_office: bool
    deputy_for: UUID | None = None
    note: str | None = None
    document_no: str | None = None
    at: datetime


class Objection(Struct, frozen=True, kw_only=True):
    """Somebody's objection to a merchant on its way to the list."""

    id: UUID
    application_id: UUID
    filed_at: datetime
    resident_id: UUID | None
    """Whoever filed it themselves."""
    recorded_by: UUID | None
    """The clerk who recorded a letter, a call or a visit."""
    name: str
    contact: str
    grounds: str
    state: ObjectionState
    decided_by: UUID | None = None
    deputy_for: UUID | None = None
    decided_at: datetime | None = None
    answer: str | None = None


def decide_publishing(rules: CallRules, *, at: datetime) -> Refused[CallReason] | None:
    """May a call with these rules be published now? ``None`` for yes."""
    if rules.opens_at >= rules.closes_at or rules.closes_at <= at:
        return Refused(CallReason.WINDOW_WRONG)
    return None


def decide_change(call: Call, rules: CallRules, *, at: datetime) -> Refused[CallReason] | None:
    """May these rules follow, seven days from now? ``None`` for yes; what counts until then stays as it was told."""
    if call.versions[-1].effective_at > at:
        return Refused(CallReason.CHANGE_PENDING)
    if rules.opens_at >= rules.closes_at:
        return Refused(CallReason.WINDOW_WRONG)
    if min(call.versions[-1].rules.closes_at, rules.closes_at) < at + CHANGE_AHEAD:
        return Refused(CallReason.CHANGE_TOO_LATE)
    return None


def decide_window(rules: CallRules, *, at: datetime) -> Refused[CallReason] | None:
    """Does the call take applications now? ``None`` for yes; ``closes_at`` itself is too late."""
    return None if rules.opens_at <= at < rules.closes_at else Refused(CallReason.CALL_CLOSED)


def decide_fit(rules: CallRules, dossier: Dossier) -> Refused[CallReason] | None:
    """Is the call for such a merchant, and is everything there that it asks for? ``None`` for yes."""
    papers = dossier.papers
    if rules.trades and papers.trade not in rules.trades:
        return Refused(CallReason.TRADE_NOT_CALLED)
    if rules.towns and dossier.premises.town_code not in rules.towns:
        return Refused(CallReason.TOWN_NOT_CALLED)
    if rules.sizes and papers.size not in rules.sizes:
        return Refused(CallReason.SIZE_NOT_CALLED)
    lacking: list[str] = sorted(set(rules.licences) - {licence.kind for licence in papers.licences})
    lacking += sorted(set(rules.files) - {file.kind for file in dossier.files})
    return Refused(CallReason.FILE_MISSING, ", ".join(lacking)) if lacking else None


def since_handed_in(steps: Sequence[StepTaken]) -> Sequence[StepTaken]:
    """The steps since it was last handed in, that one included: a mend begins the review anew."""
    last = max((i for i, one in enumerate(steps) if one.step in (Step.SUBMIT, Step.MEND)), default=0)
    return steps[last:]


def hands_in(steps: Sequence[StepTaken]) -> Set[UUID]:
    """Who of the office has had a hand in an application as it stands; a deputy's hand is both people's."""
    return {
        who
        for one in since_handed_in(steps)
        if one.of_office
        for who in (one.person_id, one.deputy_for)
        if who is not None
    }


def decide_step(
    application: Application,
    step: Step,
    *,
    note: str | None,
    document_no: str | None,
    at: datetime,
    objections: Collection[ObjectionState] = (),
) -> Edge | Refused[CallReason]:
    """May the office take this step now? Who takes it is asked apart; the edge for yes."""
    edge = STEPS.get(step)
    if edge is None or application.state is not edge.begins:
        return Refused(CallReason.STEP_UNFIT)
    if edge.reasoned and not (note or "").strip():
        return Refused(CallReason.STEP_UNREASONED)
    if edge.documented and not (document_no or "").strip():
        return Refused(CallReason.STEP_UNDOCUMENTED)
    if edge.begins is ApplicationState.PUBLICISED:
        if application.objections_until is None or at < application.objections_until:
            return Refused(CallReason.PERIOD_RUNNING)
        if ObjectionState.OPEN in objections:
            return Refused(CallReason.OBJECTION_OPEN)
        if step is Step.LIST and ObjectionState.UPHELD in objections:
            return Refused(CallReason.OBJECTION_UPHELD)
    return edge


class ObjectionPeriod(Struct, frozen=True, kw_only=True):
    """The time for objections (公示期): from ``begins`` until just before ``ends``, a midnight.

    ``known`` is false where a part of it lies in a year whose holidays nobody has told the county.
    """

    begins: datetime
    ends: datetime
    known: bool


def objection_period(rules: CallRules, *, at: datetime, calendar: Calendar) -> ObjectionPeriod:
    """Whole working days after the day of publication, which does not count."""
    last, known = after_working_days(business_day(at), rules.objection_days, calendar)
    return ObjectionPeriod(begins=at, ends=day_starts(last + timedelta(days=1)), known=known)


def decide_objecting(application: Application, *, at: datetime) -> Refused[CallReason] | None:
    """May anybody object to this application now? ``None`` for yes."""
    begins, ends = application.objections_from, application.objections_until
    if (
        application.state is not ApplicationState.PUBLICISED
        or begins is None
        or ends is None
        or not begins <= at < ends
    ):
        return Refused(CallReason.NOT_PUBLICISED)
    return None
