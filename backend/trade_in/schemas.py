"""What sales without papers, dossiers and their review look like on the wire. Money is in fen."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.instants import Instant, business_day
from backend.trade_in.find_dossiers import FoundDossier, SaleWithTitle
from backend.trade_in.rules import DossierState, OldProof, Papers
from backend.vouchers.trade_in_rules import Appliance, OldAppliance
from backend.web.texts import ONE_LINE, ReasonText

Number = Annotated[str, Meta(min_length=1, max_length=60, pattern=ONE_LINE)]


class OldApplianceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shows that an old appliance was handed in: a number, or why there was none."""

    kind: OldProof
    value: Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]


class PapersBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The papers of one appliance; numbers may come with spaces, full-width signs and either case."""

    invoice_no: Annotated[Number, Meta(description="The e-invoice's number (数电票号), twenty digits.")]
    model: Number
    serial_no: Annotated[Number, Meta(description="The number on the appliance's plate (SN).")]
    energy_level: Annotated[int, Meta(ge=1, le=5)]
    energy_record_no: Annotated[Number, Meta(description="The energy label's record number (备案号).")] | None = None
    old_appliance: OldApplianceBody | None = None


class FileRequest(PapersBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The papers of a redemption; `dossier_id` is made by the caller."""

    dossier_id: UUID
    redemption_id: UUID


class MendRequest(PapersBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The papers anew; `mend_id` is made by the caller."""

    mend_id: UUID


class ReviewRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """approved, returned or rejected, on the version that the reviewer has seen; the two noes need their `note`."""

    review_id: UUID
    version: Annotated[int, Meta(ge=1, le=30_000)]
    to: Annotated[str, Meta(pattern=r"^(approved|returned|rejected)$")]
    note: ReasonText | None = None


class SaleAnswer(Struct, frozen=True, kw_only=True):
    """A sale whose papers are still to be filed, with what the campaign asks."""

    redemption_id: UUID
    campaign_id: UUID
    campaign_zh: str
    campaign_en: str
    name_zh: str
    name_en: str
    appliance: Appliance
    energy_levels: tuple[int, ...]
    old_appliance: OldAppliance
    bill_fen: int
    discount_fen: int
    redeemed_at: datetime
    due_on: date
    overdue: bool


class FiledAnswer(Struct, frozen=True, kw_only=True):
    """Where the dossier stands now."""

    dossier_id: UUID
    redemption_id: UUID
    state: DossierState
    version: int


class ReviewedAnswer(Struct, frozen=True, kw_only=True):
    """Where the dossier stands, and whether its sale is paid with the next batch."""

    dossier_id: UUID
    state: DossierState
    payable: bool


class OldApplianceAnswer(Struct, frozen=True, kw_only=True):
    """What shows that an old appliance was handed in."""

    kind: OldProof
    value: str


class DossierAnswer(Struct, frozen=True, kw_only=True):
    """A dossier with its sale; `late`: it was first filed after its day."""

    dossier_id: UUID
    redemption_id: UUID
    campaign_id: UUID
    campaign_zh: str
    campaign_en: str
    merchant_id: UUID
    merchant_zh: str
    merchant_en: str
    state: DossierState
    version: int
    appliance: Appliance
    energy_levels: tuple[int, ...]
    old_asked: OldAppliance
    invoice_no: str
    model: str
    serial_no: str
    energy_level: int
    energy_record_no: str | None
    old_appliance: OldApplianceAnswer | None
    bill_fen: int
    discount_fen: int
    refunded_fen: int
    evidence_kind: str | None
    evidence_value: str | None
    redeemed_at: datetime
    due_on: date
    late: bool
    first_filed_at: datetime
    filed_at: datetime
    decided_at: datetime | None
    note: str | None


def papers_of(body: PapersBody) -> Papers:
    """The papers that a request tells."""
    old = body.old_appliance
    return Papers(
        invoice_no=body.invoice_no,
        model=body.model,
        serial_no=body.serial_no,
        energy_level=body.energy_level,
        energy_record_no=body.energy_record_no,
        old_proof=old.kind if old else None,
        old_value=old.value if old else None,
    )


def sale_answer(found: SaleWithTitle, at: Instant) -> SaleAnswer:
    """The wire form as of an instant."""
    sale = found.sale
    return SaleAnswer(
        redemption_id=sale.redemption_id,
        campaign_id=sale.campaign_id,
        campaign_zh=found.campaign_zh,
        campaign_en=found.campaign_en,
        name_zh=sale.name_zh,
        name_en=sale.name_en,
        appliance=sale.trade_in.appliance,
        energy_levels=sale.trade_in.energy_levels,
        old_appliance=sale.trade_in.old_appliance,
        bill_fen=sale.bill_fen,
        discount_fen=sale.discount_fen,
        redeemed_at=sale.redeemed_at,
        due_on=sale.due_on,
        overdue=business_day(at) > sale.due_on,
    )


def dossier_answer(found: FoundDossier) -> DossierAnswer:
    """The wire form."""
    dossier, sale, papers = found.dossier, found.sale, found.dossier.papers
    old = None
    if papers.old_proof is not None:
        old = OldApplianceAnswer(kind=papers.old_proof, value=papers.old_value or "")
    return DossierAnswer(
        dossier_id=dossier.dossier_id,
        redemption_id=dossier.redemption_id,
        campaign_id=dossier.campaign_id,
        campaign_zh=found.campaign_zh,
        campaign_en=found.campaign_en,
        merchant_id=dossier.merchant_id,
        merchant_zh=found.merchant_zh,
        merchant_en=found.merchant_en,
        state=dossier.state,
        version=dossier.version,
        appliance=dossier.appliance,
        energy_levels=sale.trade_in.energy_levels,
        old_asked=sale.trade_in.old_appliance,
        invoice_no=papers.invoice_no,
        model=papers.model,
        serial_no=papers.serial_no,
        energy_level=papers.energy_level,
        energy_record_no=papers.energy_record_no,
        old_appliance=old,
        bill_fen=sale.bill_fen,
        discount_fen=sale.discount_fen,
        refunded_fen=sale.refunded_fen,
        evidence_kind=sale.evidence_kind,
        evidence_value=sale.evidence_value,
        redeemed_at=dossier.redeemed_at,
        due_on=dossier.due_on,
        late=business_day(dossier.first_filed_at) > dossier.due_on,
        first_filed_at=dossier.first_filed_at,
        filed_at=dossier.filed_at,
        decided_at=dossier.decided_at,
        note=dossier.note,
    )
