"""What does ``calls.json`` say, field by field?

Days count from the day of seeding, times are the county's clock. Read like ``records``.
"""

from backend.demonstration.campaign_records import Moment
from backend.demonstration.records import Merchant, Record, Text


class Newcomer(Record, frozen=True, kw_only=True):
    """Somebody who is no merchant yet, how far the application came, and the office's note."""

    merchant: Merchant
    state: str
    note: Text | None


class Objection(Record, frozen=True, kw_only=True):
    """What somebody says against a newcomer."""

    against: str
    grounds: Text


class Call(Record, frozen=True, kw_only=True):
    """A call for merchants (征集公告), and how far each application under it came; merchants by their keys."""

    title: Text
    text: Text
    document_no: str
    trades: tuple[str, ...]
    above_threshold: bool
    licences: tuple[str, ...]
    files: tuple[str, ...]
    opens: Moment
    closes: Moment
    objection_days: int
    publication_no: str
    list_no: str
    listed: tuple[str, ...]
    publicised: tuple[str, ...]
    submitted: tuple[str, ...]
    objection: Objection
    newcomers: tuple[Newcomer, ...]


class Pending(Record, frozen=True, kw_only=True):
    """Whose change of the bank account and whose new papers wait for the office, and which bank all have."""

    account: str | None
    papers: str | None
    bank: Text
    province: Text


class Calls(Record, frozen=True, kw_only=True):
    """calls.json."""

    mark: Text
    calls: tuple[Call, ...]
    pending: Pending
