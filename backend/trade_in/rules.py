"""What does a sale's dossier hold, when is it good, and which way may it move?

Pure. A dossier (补贴资料) is filed by the merchant and reviewed at a desk (初审); its edges are in ``DOSSIER_EDGES``.
"""

import re
import unicodedata
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.vouchers.trade_in_rules import Appliance, OldAppliance, TradeIn

INVOICE = re.compile(r"[0-9]{20}")
SERIAL_LENGTHS = range(6, 41)
"""Of letters and digits; shorter ones name no single appliance."""
SERIAL = re.compile(r"[0-9A-Z][0-9A-Z./_-]*")
BESIDE = re.compile(r"[^0-9A-Z]")
"""What stands between letters and digits."""


class DossierState(StrEnum):
    """Where a dossier stands."""

    FILED = "filed"
    """待审核"""
    RETURNED = "returned"
    """退回补正"""
    APPROVED = "approved"
    """审核通过"""
    REJECTED = "rejected"
    """不予补贴"""
    WITHDRAWN = "withdrawn"
    """已随退货作废"""


LIVE = (DossierState.FILED, DossierState.RETURNED, DossierState.APPROVED)
"""States in which a dossier holds its serial number and its invoice."""

DOSSIER_EDGES: frozenset[tuple[DossierState, DossierState]] = frozenset(
    {
        (DossierState.FILED, DossierState.APPROVED),
        (DossierState.FILED, DossierState.RETURNED),
        (DossierState.FILED, DossierState.REJECTED),
        (DossierState.RETURNED, DossierState.FILED),
        *((state, DossierState.WITHDRAWN) for state in LIVE),
    }
)


class OldProof(StrEnum):
    """What shows that an old appliance was handed in."""

    RECYCLING_RECEIPT = "recycling-receipt"
    """回收凭证号"""
    PHOTO = "photo"
    """照片编号"""
    WAIVED = "waived"
    """没有旧机，说明原因"""


class Papers(Struct, frozen=True, kw_only=True):
    """What is told of one appliance that was sold; in the county's spelling once ``spelled`` has seen it."""

    invoice_no: str
    model: str
    serial_no: str
    energy_level: int
    energy_record_no: str | None = None
    old_proof: OldProof | None = None
    old_value: str | None = None


class Dossier(Struct, frozen=True, kw_only=True):
    """A dossier; ``version`` grows with every filing, so that nobody decides what they have not seen."""

    dossier_id: UUID
    redemption_id: UUID
    campaign_id: UUID
    merchant_id: UUID
    appliance: Appliance
    state: DossierState
    version: int
    papers: Papers
    redeemed_at: datetime
    due_on: date
    first_filed_by: UUID
    filed_by: UUID
    first_filed_at: datetime
    filed_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    note: str | None = None


class Fault(Struct, frozen=True):
    """One thing that is wrong with papers: a JSON pointer into them, and the mend in Chinese and English."""

    pointer: str
    detail: str


class TradeInReason(Reason):
    """Why a step with a dossier was refused."""

    NO_SUCH_SALE = "no-such-sale", 404, "没有找到这笔以旧换新核销", "No such trade-in sale here"
    NO_SUCH_DOSSIER = "no-such-dossier", 404, "没有找到这份补贴资料", "No such dossier here"
    SALE_UNDONE = (
        "sale-undone",
        409,
        "这笔核销已经全部退回，不再需要资料",
        "This sale was given back as a whole; it needs no papers any more",
    )
    ALREADY_FILED = (
        "already-filed",
        409,
        "这笔核销已经提交过资料，请在列表里查看",
        "The papers of this sale were filed before; find them in the list",
    )
    SERIAL_USED = (
        "serial-used",
        409,
        "这个序列号已经申报过补贴，请核对机身铭牌",
        "This serial number was filed before; check the appliance's plate",
    )
    INVOICE_ELSEWHERE = (
        "invoice-elsewhere",
        409,
        "这个发票号码已由另一家商户申报，请核对",
        "Another merchant has filed this invoice; check its number",
    )
    WRONG_STATE = "wrong-state", 409, "资料当前状态不能这样操作", "The dossier's state does not allow this step"
    STALE_VERSION = (
        "stale-version",
        409,
        "资料已被修改，请刷新后再操作",
        "The dossier was changed meanwhile; reload first",
    )
    REASON_MISSING = "reason-missing", 409, "请填写原因", "Give the reason"
    OWN_FILING = "own-filing", 409, "提交资料的人不能审核这份资料", "Whoever filed a dossier does not review it"
    OWN_SHOP = (
        "own-shop",
        409,
        "本商户的人员不能审核本商户的资料",
        "Nobody reviews the dossiers of the shop they work for",
    )
    PAYOUT_REFUSED = (
        "payout-refused",
        409,
        "县里已决定这笔补贴不予支付，请走差错更正",
        "The county has decided not to pay this one; it is corrected as an incident",
    )


def spelled(papers: Papers) -> Papers:
    """The same in one spelling: full-width signs become plain, numbers lose their spaces, serials are upper case."""
    record, value = papers.energy_record_no, papers.old_value
    return Papers(
        invoice_no=BESIDE.sub("", _solid(papers.invoice_no)),
        model=_plain(papers.model),
        serial_no=_solid(papers.serial_no),
        energy_level=papers.energy_level,
        energy_record_no=_solid(record) or None if record is not None else None,
        old_proof=papers.old_proof,
        old_value=_plain(value) or None if value is not None else None,
    )


def serial_key(serial_no: str) -> str:
    """What makes two serial numbers the same one: their letters and digits, whatever stands between them."""
    return BESIDE.sub("", _solid(serial_no))


def faults_of(papers: Papers, asked: TradeIn) -> list[Fault]:
    """Everything in spelled papers that the kind's terms do not take, so that one look mends all."""
    faults = []
    if not INVOICE.fullmatch(papers.invoice_no):
        faults.append(Fault("/invoice_no", "数电发票号码是 20 位数字 / an e-invoice's number has twenty digits"))
    if not papers.model:
        faults.append(Fault("/model", "请填写型号 / give the model"))
    if not SERIAL.fullmatch(papers.serial_no) or len(serial_key(papers.serial_no)) not in SERIAL_LENGTHS:
        told = "序列号由 6 到 40 个字母和数字组成 / a serial number is made of 6 to 40 letters and digits"
        faults.append(Fault("/serial_no", told))
    if papers.energy_level not in asked.energy_levels:
        levels = "、".join(str(level) for level in asked.energy_levels)
        told = f"本活动只补贴能效（水效）{levels} 级 / the campaign takes energy labels of level {levels} only"
        faults.append(Fault("/energy_level", told))
    return faults + _old_faults(papers, asked.old_appliance)


def _old_faults(papers: Papers, asked: OldAppliance) -> list[Fault]:
    if papers.old_proof is None:
        if asked is OldAppliance.NOT_ASKED:
            return []
        return [
            Fault("/old_appliance", "请填写旧家电的交回凭证 / tell what shows that the old appliance was handed in")
        ]
    if papers.old_proof is OldProof.WAIVED and asked is not OldAppliance.WAIVABLE:
        return [
            Fault("/old_appliance/kind", "本券不能免交旧机凭证 / this kind has no exception from the old appliance")
        ]
    if not papers.old_value:
        return [Fault("/old_appliance/value", "请填写编号或原因 / give the number, or the reason")]
    return []


def decide_review(
    dossier: Dossier, to: DossierState, *, version: int, note: str | None, reviewer_id: UUID
) -> Refused[TradeInReason] | None:
    """May this person take the step on what they have seen? ``None`` for yes."""
    if (dossier.state, to) not in DOSSIER_EDGES or to not in (
        DossierState.APPROVED,
        DossierState.RETURNED,
        DossierState.REJECTED,
    ):
        return Refused(TradeInReason.WRONG_STATE)
    if dossier.version != version:
        return Refused(TradeInReason.STALE_VERSION)
    if reviewer_id in (dossier.filed_by, dossier.first_filed_by):
        return Refused(TradeInReason.OWN_FILING)
    if to is not DossierState.APPROVED and not (note or "").strip():
        return Refused(TradeInReason.REASON_MISSING)
    return None


def _plain(text: str) -> str:
    once = " ".join(unicodedata.normalize("NFKC", text).split())
    # What was apart before may belong together now, as a letter and its accent do.
    return once if once == text else _plain(once)


def _solid(text: str) -> str:
    once = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return once if once == text else _solid(once)
