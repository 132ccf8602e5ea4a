"""What does ``campaigns.json`` say, field by field?

Days count from the day of seeding, times are the county's clock, money is fen. Read like ``records``.
"""

import msgspec

from backend.demonstration.records import Hours, Record, Text


class Moment(Record, frozen=True, kw_only=True):
    """A time on the county's clock, so many days after seeding."""

    day: int
    time: str


class Trade(Record, frozen=True, kw_only=True):
    """A trade that vouchers can be limited to."""

    code: str
    name: Text


class Funder(Record, frozen=True, kw_only=True):
    """Who pays which part, in basis points."""

    funder: str
    name: Text
    share_bp: int


class MoneyPath(Record, frozen=True, kw_only=True):
    """How public money reaches the merchant: advanced, claimed (periodically) or prepaid."""

    kind: str
    text: Text


class TradeIn(Record, frozen=True, kw_only=True):
    """Which appliances a kind subsidises, modelled on 2025."""

    appliance: str
    energy_levels: tuple[int, ...]
    old_appliance: str
    file_days: int


class Kind(Record, frozen=True, kw_only=True):
    """One kind of voucher: face, threshold and how many; with ``percent_bp`` a part of the price, at most the face.

    ``most`` is of this kind alone, where it is not the campaign's. The money of ``offline_pieces`` more is given out
    in no round: it is set apart for counters without a network.
    """

    key: str
    name: Text
    trades: tuple[str, ...]
    face_fen: int
    minimum_spend_fen: int
    pieces: int
    percent_bp: int = 0
    offline_pieces: int = 0
    most: int | None = None
    trade_in: TradeIn | None = None


class Limit(Record, frozen=True, kw_only=True):
    """How many one person may hold of what, in which period."""

    per: str
    period: str
    most: int


class IdentityLevel(Record, frozen=True, kw_only=True):
    """How well a person must be known to claim and to redeem."""

    claim: str
    redeem: str


class StationReserve(Record, frozen=True, kw_only=True):
    """The share of a round that only stations may claim from until a moment."""

    share_bp: int
    until: Moment


class Lottery(Record, frozen=True, kw_only=True):
    """Where a draw's seed comes from, and how many reserves are drawn."""

    source: Text
    issue: Text
    writing: Text
    digits: int
    published: Moment
    reserves: int


class Round(Record, frozen=True, kw_only=True):
    """One issuing session; ``issue`` is ``all`` pieces or only those ``returned`` from the round before.

    ``draw`` is of a round by lot; ``classes`` says for a round by list which classes each kind is for.
    """

    number: int
    mode: str
    issue: str
    opens: Moment
    closes: Moment
    station_reserve: StationReserve | None
    draw: Lottery | None = None
    classes: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class Brake(Record, frozen=True, kw_only=True):
    """When the campaign warns and when it pauses by itself (预警熔断)."""

    merchant_share_warn_bp: int
    merchant_share_pause_bp: int
    refund_rate_warn_bp: int
    refund_rate_pause_bp: int
    burn_warn_bp_per_minute: int
    burn_pause_bp_per_minute: int


class PlainRules(Record, frozen=True, kw_only=True):
    """The rules as printed on the poster, one sentence a line."""

    zh: tuple[str, ...]
    en: tuple[str, ...]


class Campaign(Record, frozen=True, kw_only=True):
    """An invented campaign, in the words of the campaign desk."""

    key: str
    name: Text
    slogan: Text
    state: str
    """How far seeding brings it: ``running`` or ``in_review``."""
    document_number: str
    budget_subject_code: str
    budget_fen: int
    pieces: int
    funders: tuple[Funder, ...]
    money_path: MoneyPath
    kinds: tuple[Kind, ...]
    groups: tuple[str, ...]
    limit: Limit
    stacking: str
    validity_days: int
    use_hours: Hours | None
    excluded_goods: tuple[str, ...]
    threshold: str
    refund_policy: str
    identity_level: IdentityLevel
    rounds: tuple[Round, ...]
    ends: Moment
    brake: Brake
    complaint_phone: str
    rules: PlainRules
    scene: str


class Campaigns(Record, frozen=True, kw_only=True):
    """campaigns.json."""

    mark: Text
    note: str
    trades: tuple[Trade, ...]
    campaigns: tuple[Campaign, ...]
