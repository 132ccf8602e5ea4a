"""What renewed papers and closing shops look like on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.merchants.call_rules import FileKind
from backend.merchants.call_schemas import FileBody
from backend.merchants.find_papers import FoundRenewal
from backend.merchants.paper_rules import EndingLicence, RenewalState
from backend.merchants.rules import LicenceKind
from backend.merchants.schemas import ExemptionAnswer, ExemptionBody, LicenceAnswer, LicenceBody
from backend.web.texts import ONE_LINE


class RenewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All licences from now on, with their files; `renewal_id` is made by the caller and names the request."""

    renewal_id: UUID
    licences: Annotated[list[LicenceBody], Meta(max_length=10)] = []
    exemption: ExemptionBody | None = None
    files: Annotated[list[FileBody], Meta(min_length=1, max_length=20)]


class VerifyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Good, or sent back with a note; `decision_id` is made by the caller."""

    decision_id: UUID
    good: bool
    note: Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)] | None = None
    deputy_for: UUID | None = None


class PapersMovedAnswer(Struct, frozen=True, kw_only=True):
    """Where the papers stand."""

    renewal_id: UUID
    merchant_id: UUID
    state: RenewalState
    at: datetime


class RenewalFileAnswer(Struct, frozen=True, kw_only=True):
    """A file that came with papers."""

    kind: FileKind
    sha256: str


class RenewalAnswer(Struct, frozen=True, kw_only=True):
    """Papers that were handed in."""

    renewal_id: UUID
    merchant_id: UUID
    merchant_zh: str
    merchant_en: str
    licences: list[LicenceAnswer]
    exemption: ExemptionAnswer | None
    files: list[RenewalFileAnswer]
    state: RenewalState
    submitted_role: str
    submitted_at: datetime
    decided_at: datetime | None
    note: str | None


class EndingLicenceAnswer(Struct, frozen=True, kw_only=True):
    """A licence that ends soon, or has ended."""

    merchant_id: UUID
    name_zh: str
    name_en: str
    kind: LicenceKind
    number: str
    valid_until: date


class StoreClosedAnswer(Struct, frozen=True, kw_only=True):
    """The shop is closed."""

    store_id: UUID
    closed_at: datetime


def renewal_answer(found: FoundRenewal) -> RenewalAnswer:
    """Papers in a list."""
    renewal = found.renewal
    return RenewalAnswer(
        renewal_id=renewal.id,
        merchant_id=renewal.merchant_id,
        merchant_zh=found.name_zh,
        merchant_en=found.name_en,
        licences=[LicenceAnswer(kind=x.kind, number=x.number, valid_until=x.valid_until) for x in renewal.licences],
        exemption=ExemptionAnswer(zh=renewal.exemption.zh, en=renewal.exemption.en) if renewal.exemption else None,
        files=[RenewalFileAnswer(kind=file.kind, sha256=file.sha256) for file in renewal.files],
        state=renewal.state,
        submitted_role=renewal.submitted_role,
        submitted_at=renewal.submitted_at,
        decided_at=renewal.decided_at,
        note=renewal.note,
    )


def ending_answer(licence: EndingLicence) -> EndingLicenceAnswer:
    """A licence in the office's list."""
    return EndingLicenceAnswer(
        merchant_id=licence.merchant_id,
        name_zh=licence.name_zh,
        name_en=licence.name_en,
        kind=licence.kind,
        number=licence.number,
        valid_until=licence.valid_until,
    )
