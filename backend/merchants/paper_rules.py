"""Until when are a merchant's papers good, who may put new ones, and who stays away from the counter without them?

Pure. A licence is good to the end of its last day. Whoever hands papers in never verifies them.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.merchants.call_rules import AttachedFile
from backend.merchants.rules import Exemption, Licence, LicenceKind, MerchantReason, Papers, lacks_licence

WARNED_DAYS = (30, 7)
"""So many days before a licence ends its merchant is told, once each."""


class RenewalState(StrEnum):
    """What became of papers that were handed in."""

    SUBMITTED = "submitted"
    """Waits for somebody of the office."""
    VERIFIED = "verified"
    """Verified: these are the merchant's papers now."""
    RETURNED = "returned"
    """Sent back with a reason."""


class RenewalReason(Reason):
    """Why new papers are not taken or verified."""

    RENEWAL_PENDING = (
        "renewal-pending",
        409,
        "已有一份新证件在等待核验",
        "Other new papers wait to be verified",
    )
    RENEWAL_DECIDED = "renewal-decided", 409, "这份证件已经核验过了", "These papers were decided on before"
    OWN_PAPERS = (
        "own-papers",
        409,
        "提交人不能核验自己提交的证件，须由另一人核验",
        "Whoever handed papers in cannot verify them; somebody else must",
    )
    NOTE_MISSING = "reason-missing", 409, "请填写原因", "Give the reason"


class Renewal(Struct, frozen=True, kw_only=True):
    """New papers of a merchant, handed in to be verified: all of its licences, not the changed ones alone."""

    id: UUID
    merchant_id: UUID
    licences: tuple[Licence, ...]
    exemption: Exemption | None
    files: tuple[AttachedFile, ...]
    state: RenewalState
    submitted_by: UUID
    submitted_role: str
    submitted_at: datetime
    decided_by: UUID | None = None
    deputy_for: UUID | None = None
    decided_at: datetime | None = None
    note: str | None = None


class EndingLicence(Struct, frozen=True, kw_only=True):
    """A licence on a merchant's wall that ends soon or has ended."""

    merchant_id: UUID
    name_zh: str
    name_en: str
    kind: LicenceKind
    number: str
    valid_until: date

    @property
    def place(self) -> tuple[date, UUID, str, str]:
        """Its place among those that end."""
        return self.valid_until, self.merchant_id, self.kind.value, self.number


class WarningDue(Struct, frozen=True, kw_only=True):
    """One thing to tell a merchant: this licence ends within so many days."""

    licence: EndingLicence
    days: int


def decide_renewal(papers: Papers, *, today: date) -> Refused[MerchantReason] | None:
    """Are these papers good enough to take vouchers with? ``None`` for yes."""
    if any(licence.valid_until < today for licence in papers.licences):
        return Refused(MerchantReason.LICENCE_EXPIRED)
    return Refused(MerchantReason.LICENCE_MISSING) if lacks_licence(papers, on=today) else None


def decide_verifying(renewal: Renewal, person_id: UUID, deputy_for: UUID | None) -> Refused[RenewalReason] | None:
    """May this person decide on these papers? ``None`` for yes; whoever handed them in never may."""
    if renewal.state is not RenewalState.SUBMITTED:
        return Refused(RenewalReason.RENEWAL_DECIDED)
    return None if renewal.submitted_by not in (person_id, deputy_for) else Refused(RenewalReason.OWN_PAPERS)


def warnings_due(ending: Iterable[EndingLicence], *, today: date) -> list[WarningDue]:
    """What is to be told today: of each licence the nearest mark that it has passed, unless it has ended."""
    due = []
    for licence in ending:
        passed = [days for days in WARNED_DAYS if today >= licence.valid_until - timedelta(days=days)]
        if passed and today <= licence.valid_until:
            due.append(WarningDue(licence=licence, days=min(passed)))
    return due
