"""Was the bill behind each redemption really paid? The payment evidence against the acquirer's statement.

Pure. One order number may carry one redemption: the same number under two is ``doubled``, whichever came first, and a
person decides. A payment of which the acquirer gave back more than the county knows of is ``refunded``: the bill no
longer is what the discount was given for.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from msgspec import Struct

from backend.kernel.instants import Instant

Match = Literal["matched", "amount-differs", "unknown", "doubled", "refunded"]


class AcquirerRow(Struct, frozen=True, kw_only=True):
    """One payment or refund as the acquirer tells it; a refund's amount is positive here too."""

    row: int
    order_no: str
    amount_fen: int
    paid_at: Instant
    terminal: str = ""
    merchant_no: str = ""
    refund: bool = False


class Evidence(Struct, frozen=True, kw_only=True):
    """What a redemption says about the payment of its bill."""

    redemption_id: UUID
    order_no: str
    paid_fen: int
    """What the resident should have paid: the bill less the discount."""
    refunded_fen: int = 0
    """What of it the county knows to have been given back."""


class Finding(Struct, frozen=True, kw_only=True):
    """What the statement says to one redemption's evidence."""

    redemption_id: UUID
    match: Match
    paid_fen: int = 0
    """What the acquirer took under this number."""
    refunded_fen: int = 0
    rows: tuple[int, ...] = ()
    """The statement's rows that were looked at."""
    others: tuple[UUID, ...] = ()
    """The other redemptions under the same number."""


class Matching(Struct, frozen=True, kw_only=True):
    """The findings in the order of the evidence, and the statement's payments that no redemption names."""

    findings: tuple[Finding, ...]
    unclaimed: tuple[AcquirerRow, ...]


def match(evidence: Iterable[Evidence], statement: Iterable[AcquirerRow]) -> Matching:
    """Compare; the first of doubled, unknown, refunded, amount differs, matched that holds is the finding.

    Rows of one order number are added up: an acquirer tells an order that was paid in two parts in two rows.
    """
    asked = list(evidence)
    rows: dict[str, list[AcquirerRow]] = {}
    for row in statement:
        rows.setdefault(settled_number(row.order_no), []).append(row)
    under: dict[str, list[UUID]] = {}
    for one in asked:
        under.setdefault(settled_number(one.order_no), []).append(one.redemption_id)
    findings = tuple(
        _finding(one, rows.get(number := settled_number(one.order_no), []), under[number]) for one in asked
    )
    unclaimed = [row for number, found in rows.items() if number not in under for row in found if not row.refund]
    return Matching(findings=findings, unclaimed=tuple(sorted(unclaimed, key=lambda row: row.row)))


def settled_number(order_no: str) -> str:
    """The number as it is compared: letters in capitals, without spaces and hyphens that tills print into it."""
    return order_no.upper().translate(str.maketrans("", "", " -\u00a0\u3000"))


def summed(matching: Matching) -> dict[Match, int]:
    """How often each finding stands, for the page."""
    return dict(Counter(finding.match for finding in matching.findings))


def _finding(one: Evidence, rows: list[AcquirerRow], under: list[UUID]) -> Finding:
    paid = sum(row.amount_fen for row in rows if not row.refund)
    refunded = sum(row.amount_fen for row in rows if row.refund)
    return Finding(
        redemption_id=one.redemption_id,
        match=_match(one, under, paid, refunded),
        paid_fen=paid,
        refunded_fen=refunded,
        rows=tuple(row.row for row in rows),
        others=tuple(other for other in under if other != one.redemption_id and settled_number(one.order_no)),
    )


def _match(one: Evidence, under: list[UUID], paid: int, refunded: int) -> Match:
    if not settled_number(one.order_no):
        return "unknown"
    if len(set(under)) > 1:
        return "doubled"
    if refunded > one.refunded_fen:
        return "refunded"
    if not paid:
        return "unknown"
    return "matched" if paid - refunded == one.paid_fen - one.refunded_fen else "amount-differs"
