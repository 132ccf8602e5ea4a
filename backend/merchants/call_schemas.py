"""What people send about calls for merchants: calls, applications, steps, objections."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from backend.merchants.call_rules import (
    AttachedFile,
    CallRules,
    Dossier,
    FileKind,
)
from backend.merchants.rules import LicenceKind, SizeClass, Trade
from backend.merchants.schemas import PapersBody
from backend.places.wire import TownCode, position_of, premises_of
from backend.web.mends import told
from backend.web.texts import ONE_LINE, Name, NameEn, Phone

SHA256 = told("^[0-9a-f]{64}$(?!\n)", "文件的 SHA-256，64 位小写十六进制 / SHA-256 in 64 lower-case hexadecimal digits")
WRITTEN = told(
    r"^[^\x00-\x08\x0b-\x1f\x7f]+$(?!\n)", "可以换行的文字，不含控制字符 / text with line breaks, no control characters"
)
Sha256 = Annotated[str, Meta(min_length=64, max_length=64, pattern=SHA256)]
Written = Annotated[str, Meta(min_length=1, max_length=8_000, pattern=WRITTEN)]
DocumentNo = Annotated[str, Meta(min_length=1, max_length=80, pattern=ONE_LINE, description="文号")]
Note = Annotated[str, Meta(min_length=1, max_length=400, pattern=ONE_LINE)]
Grounds = Annotated[str, Meta(min_length=10, max_length=1_000, pattern=WRITTEN)]
Purpose = Annotated[str, Meta(min_length=2, max_length=60, pattern=ONE_LINE, description="Why; it is on record.")]
Moment = Annotated[datetime, Meta(tz=True)]


class CallBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a call says; empty lists mean all trades, towns and sizes, and no papers besides."""

    title_zh: Name
    title_en: NameEn
    text_zh: Written
    text_en: Written
    document_no: DocumentNo
    trades: Annotated[list[Trade], Meta(max_length=10)] = []
    towns: Annotated[list[TownCode], Meta(max_length=100)] = []
    sizes: Annotated[list[SizeClass], Meta(max_length=2)] = []
    licences: Annotated[list[LicenceKind], Meta(max_length=10)] = []
    files: Annotated[list[FileKind], Meta(max_length=10)] = []
    opens_at: Moment
    closes_at: Moment
    objection_days: Annotated[int, Meta(ge=1, le=60, description="Working days of the time for objections (公示期).")]

    def rules(self) -> CallRules:
        """The rules that this body tells of."""
        return CallRules(
            title_zh=self.title_zh,
            title_en=self.title_en,
            text_zh=self.text_zh,
            text_en=self.text_en,
            document_no=self.document_no,
            trades=tuple(self.trades),
            towns=tuple(self.towns),
            sizes=tuple(self.sizes),
            licences=tuple(self.licences),
            files=tuple(self.files),
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            objection_days=self.objection_days,
        )


class PublishCallBody(CallBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new call; `call_id` is made by the caller and names the request."""

    call_id: UUID


class ChangeCallBody(CallBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next version of a call's rules, seven days from now; `change_id` is made by the caller."""

    change_id: UUID


class FileBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file, named by its SHA-256."""

    kind: FileKind
    sha256: Sha256


class DossierBody(PapersBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an application tells of a merchant-to-be, and whom to ask."""

    files: Annotated[list[FileBody], Meta(max_length=20)] = msgspec.field(default_factory=list)
    contact_name: Name
    contact_phone: Phone

    def dossier(self) -> Dossier:
        """The dossier that this body tells of."""
        return Dossier(
            papers=self.papers(),
            premises=premises_of(self.premises),
            position=position_of(self.position),
            files=files_of(self.files),
        )


class ApplyBody(DossierBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application of somebody who is no merchant yet; `application_id` is made by the caller."""

    application_id: UUID


class MendBody(DossierBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mended application; `change_id` is made by the caller. Picture and words about the merchant stay as they were
    where none are told, and so do village and position as long as town and address do."""

    change_id: UUID


class JoinBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application of a merchant whose papers the county knows; a clerk names the merchant."""

    application_id: UUID
    merchant_id: UUID | None = None
    files: Annotated[list[FileBody], Meta(max_length=20)] = []
    contact_name: Name
    contact_phone: Phone


class MendFilesBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merchant's mended application; `change_id` is made by the caller."""

    change_id: UUID
    files: Annotated[list[FileBody], Meta(max_length=20)] = []
    contact_name: Name
    contact_phone: Phone


class WithdrawBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Taking back; `change_id` is made by the caller."""

    change_id: UUID


class StepBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """return, refuse, review, publicise, list or decline; `decision_id` is made by the caller."""

    decision_id: UUID
    step: Annotated[str, Meta(pattern=r"^(return|refuse|review|publicise|list|decline)$")]
    note: Note | None = None
    document_no: DocumentNo | None = None
    deputy_for: UUID | None = None


class ObjectionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An objection with name and contact, which are sealed; `objection_id` is made by the caller."""

    objection_id: UUID
    name: Name
    contact: Annotated[str, Meta(min_length=5, max_length=60, pattern=ONE_LINE)]
    grounds: Grounds


class ObjectionDecisionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Upheld or not, and the answer; `decision_id` is made by the caller."""

    decision_id: UUID
    upheld: bool
    answer: Note
    deputy_for: UUID | None = None


class LookAtContactsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the full view is for."""

    purpose: Purpose


def files_of(bodies: list[FileBody]) -> tuple[AttachedFile, ...]:
    """The files that a body names; the same file twice counts once."""
    return tuple({(one.kind, one.sha256): AttachedFile(kind=one.kind, sha256=one.sha256) for one in bodies}.values())
