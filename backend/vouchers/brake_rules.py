"""When does a campaign warn, and when does it pause by itself (预警熔断)?

Pure. A rule measures what was redeemed and given back within some minutes. At its first level the office is told, at
its second the campaign pauses; only a person resumes. One crossing warns once and pauses once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from backend.kernel.fen import yuan


class PauseScope(StrEnum):
    """What a pause stops."""

    CLAIMS = "claims"
    """Claiming only: vouchers that people hold stay good."""
    EVERYTHING = "everything"
    """Claiming and redeeming."""


class BrakeRule(StrEnum):
    """What is measured; the first four are limits of a plan, the others are its ceilings and only warn."""

    BURN_RATE = "burn-rate"
    """消耗速度: what was redeemed, in basis points of all that the campaign can give."""
    MERCHANT_SHARE = "merchant-share"
    """商户占比: one merchant's part of what was redeemed, in basis points."""
    REFUND_RATE = "refund-rate"
    """退款比例: what was given back, in basis points of what was redeemed."""
    MERCHANT_PACE = "merchant-pace"
    """核销频次: redemptions a minute at one merchant."""
    PLATFORM_CEILING = "platform-ceiling"
    """平台补贴: what the platform company is expected to pay."""
    MERCHANT_CEILING = "merchant-ceiling"
    """商家让利: what the merchants are expected to give."""
    ADVANCE_CEILING = "advance-ceiling"
    """垫付: what the platform company is expected to have advanced."""


class AlertLevel(StrEnum):
    """How far an alert goes."""

    WARN = "warn"
    """预警: people are told."""
    PAUSE = "pause"
    """熔断: the campaign pauses."""


RULE_WORDS: dict[BrakeRule, tuple[str, str]] = {
    BrakeRule.BURN_RATE: ("消耗速度", "burn rate"),
    BrakeRule.MERCHANT_SHARE: ("单一商户占比", "one merchant's share"),
    BrakeRule.REFUND_RATE: ("退款比例", "refund rate"),
    BrakeRule.MERCHANT_PACE: ("单一商户核销频次", "pace at one merchant"),
    BrakeRule.PLATFORM_CEILING: ("平台补贴预计超限", "platform's share beyond its ceiling"),
    BrakeRule.MERCHANT_CEILING: ("商家让利预计超限", "merchants' shares beyond their ceiling"),
    BrakeRule.ADVANCE_CEILING: ("垫付预计超限", "advance beyond its ceiling"),
}
CEILINGS = frozenset({BrakeRule.PLATFORM_CEILING, BrakeRule.MERCHANT_CEILING, BrakeRule.ADVANCE_CEILING})
OVER_BELOW_BP = 9_000
"""A crossing is over below nine tenths of its level: a figure that trembles around it tells nobody ten times."""

Level = Annotated[int, Meta(ge=1, le=1_000_000)]


class BrakeLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule's levels, in basis points or redemptions a minute, within ``minutes``; no ``pause`` only warns.

    ``least``: so many redemptions must lie within them before the rule says anything.
    """

    warn: Level
    pause: Level | None = None
    minutes: Annotated[int, Meta(ge=1, le=1_440)]
    least: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    scope: PauseScope = PauseScope.EVERYTHING


class BrakePlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The brake of one campaign; ``null`` takes a rule out.

    After a person has resumed, the same rule pauses for the same merchant again only when ``grace_minutes`` are over,
    or its figure stands ``rise_bp`` above the one it paused at.
    """

    burn_rate: BrakeLimit | None = BrakeLimit(warn=1_000, pause=3_000, minutes=10, least=100)
    merchant_share: BrakeLimit | None = BrakeLimit(warn=3_000, pause=6_000, minutes=1_440, least=300)
    refund_rate: BrakeLimit | None = BrakeLimit(
        warn=1_000, pause=3_000, minutes=1_440, least=100, scope=PauseScope.CLAIMS
    )
    merchant_pace: BrakeLimit | None = BrakeLimit(warn=60, pause=300, minutes=1)
    grace_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 60
    rise_bp: Annotated[int, Meta(ge=1, le=100_000)] = 2_500

    def limits(self) -> dict[BrakeRule, BrakeLimit]:
        """The rules that are in force."""
        found = {
            BrakeRule.BURN_RATE: self.burn_rate,
            BrakeRule.MERCHANT_SHARE: self.merchant_share,
            BrakeRule.REFUND_RATE: self.refund_rate,
            BrakeRule.MERCHANT_PACE: self.merchant_pace,
        }
        return {rule: limit for rule, limit in found.items() if limit is not None}


def brake_faults(plan: BrakePlan) -> list[tuple[str, str]]:
    """(pointer below the brake, mend) of every contradiction."""
    told = "暂停线须高于预警线 / the pause level must lie above the warn level"
    return [
        (f"{rule.replace('-', '_')}/pause", told)
        for rule, limit in plan.limits().items()
        if limit.pause is not None and limit.pause <= limit.warn
    ]


class MerchantTally(Struct, frozen=True, kw_only=True):
    """What one merchant redeemed within some minutes, whatever was given back of it."""

    merchant_id: UUID
    pieces: int
    discount_fen: int


class Window(Struct, frozen=True, kw_only=True):
    """What happened in a campaign within the last so many minutes."""

    redeemed: tuple[MerchantTally, ...] = ()
    returns: int = 0
    returned_fen: int = 0

    @property
    def pieces(self) -> int:
        """All redemptions."""
        return sum(tally.pieces for tally in self.redeemed)

    @property
    def discount_fen(self) -> int:
        """What they gave."""
        return sum(tally.discount_fen for tally in self.redeemed)


class Reading(Struct, frozen=True, kw_only=True):
    """One rule's figure now; ``subject_id`` is the merchant that it is about, or the campaign."""

    rule: BrakeRule
    subject_id: UUID
    value: int
    figures: dict[str, int]

    @property
    def key(self) -> tuple[BrakeRule, UUID]:
        """What crosses a level."""
        return self.rule, self.subject_id


class Alert(Struct, frozen=True, kw_only=True):
    """A level that was crossed, with what was seen; it lives until the crossing is over."""

    alert_id: UUID
    rule: BrakeRule
    level: AlertLevel
    subject_id: UUID
    value: int
    limit: int
    figures: dict[str, int]
    raised_at: datetime
    ended_at: datetime | None = None

    @property
    def key(self) -> tuple[BrakeRule, UUID]:
        """What crossed."""
        return self.rule, self.subject_id


class Standing(Struct, frozen=True, kw_only=True):
    """How a campaign stands: since when it runs (``None``: it does not), what a pause has stopped, and its alerts."""

    running_since: datetime | None
    pause_scope: PauseScope | None
    live: tuple[Alert, ...] = ()
    last_pauses: Mapping[tuple[BrakeRule, UUID], Alert] = {}


class Raise(Struct, frozen=True, kw_only=True):
    """Tell people, or pause; ``instead_of`` ends an older alert of the same crossing with it."""

    reading: Reading
    level: AlertLevel
    limit: int
    scope: PauseScope
    instead_of: UUID | None = None


class Over(Struct, frozen=True):
    """The crossing is over."""

    alert: Alert


def readings(plan: BrakePlan, campaign_id: UUID, worth_fen: int, windows: Mapping[int, Window]) -> list[Reading]:
    """Every figure for which there are redemptions enough; ``worth_fen`` is all that the campaign can give."""
    found: list[Reading] = []
    for rule, limit in plan.limits().items():
        window = windows[limit.minutes]
        if window.pieces < max(limit.least, 1):
            continue
        seen = {"minutes": limit.minutes, "pieces": window.pieces, "redeemed_fen": window.discount_fen}
        if rule is BrakeRule.BURN_RATE:
            value = window.discount_fen * 10_000 // max(worth_fen, 1)
            found.append(_reading(rule, campaign_id, value, seen | {"worth_fen": worth_fen}))
        elif rule is BrakeRule.REFUND_RATE:
            value = window.returned_fen * 10_000 // window.discount_fen
            told = {"returns": window.returns, "returned_fen": window.returned_fen}
            found.append(_reading(rule, campaign_id, value, seen | told))
        else:
            found += [_of_merchant(rule, tally, seen) for tally in window.redeemed]
    return found


def _of_merchant(rule: BrakeRule, tally: MerchantTally, seen: dict[str, int]) -> Reading:
    if rule is BrakeRule.MERCHANT_SHARE:
        value = tally.discount_fen * 10_000 // seen["redeemed_fen"]
    else:
        value = tally.pieces // seen["minutes"]
    told = {"merchant_pieces": tally.pieces, "merchant_fen": tally.discount_fen}
    return _reading(rule, tally.merchant_id, value, seen | told)


def _reading(rule: BrakeRule, subject_id: UUID, value: int, figures: dict[str, int]) -> Reading:
    return Reading(rule=rule, subject_id=subject_id, value=value, figures=figures)


def decide_brake(plan: BrakePlan, found: Sequence[Reading], standing: Standing, *, at: datetime) -> list[Raise | Over]:
    """What follows from the figures: first whom to tell, then what to pause, then which crossings are over."""
    limits = plan.limits()
    values = {reading.key: reading.value for reading in found}
    stands = standing.running_since is not None or standing.pause_scope is not None
    warned = {alert.key for alert in standing.live if alert.level is AlertLevel.WARN}
    acts: list[Raise | Over] = []
    for reading in found if stands else ():
        limit = limits[reading.rule]
        if reading.value >= limit.warn and reading.key not in warned:
            acts.append(Raise(reading=reading, level=AlertLevel.WARN, limit=limit.warn, scope=limit.scope))
        if limit.pause is not None and reading.value >= limit.pause:
            acts += _pause(plan, reading, limit.pause, limit.scope, standing, at)
    replaced = {act.instead_of for act in acts if isinstance(act, Raise)}
    for alert in standing.live:
        if alert.rule in limits and alert.alert_id not in replaced:
            limit = limits[alert.rule]
            level = limit.warn if alert.level is AlertLevel.WARN else limit.pause or limit.warn
            if not stands or values.get(alert.key, 0) * 10_000 < level * OVER_BELOW_BP:
                acts.append(Over(alert))
        elif alert.rule not in CEILINGS and alert.alert_id not in replaced:
            acts.append(Over(alert))  # The rule was taken out of the plan.
    return acts


def _pause(
    plan: BrakePlan, reading: Reading, level: int, scope: PauseScope, standing: Standing, at: datetime
) -> list[Raise | Over]:
    running = standing.running_since
    widens = standing.pause_scope is PauseScope.CLAIMS and scope is PauseScope.EVERYTHING
    if running is None and not widens:
        return []
    last = standing.last_pauses.get(reading.key)
    if last is not None and running is None and last.ended_at is None:
        return []  # It has paused for this crossing, and nobody has resumed since.
    if last is not None and running is not None:
        # It paused once, and it runs: somebody has resumed.
        risen = reading.value * 10_000 >= last.value * (10_000 + plan.rise_bp)
        if at < running + timedelta(minutes=plan.grace_minutes) and not risen:
            return []  # Whoever resumed has seen this figure.
    old = last.alert_id if last is not None and last.ended_at is None else None
    return [Raise(reading=reading, level=AlertLevel.PAUSE, limit=level, scope=scope, instead_of=old)]


def told_value(rule: BrakeRule, value: int) -> tuple[str, str]:
    """A figure or a level as people read it, in Chinese and English."""
    if rule is BrakeRule.MERCHANT_PACE:
        return f"每分钟 {value} 笔", f"{value} a minute"
    if rule in CEILINGS:
        return f"{yuan(value)} 元", f"{yuan(value)} yuan"
    return (f"{value // 100}.{value % 100:02d}%",) * 2


def told_figures(rule: BrakeRule, figures: Mapping[str, int]) -> tuple[str, str]:
    """What a rule saw, in Chinese and English."""
    if rule in CEILINGS:
        committed, worst = yuan(figures["committed_fen"]), yuan(figures["worst_fen"])
        return f"已发生 {committed} 元，最多 {worst} 元", f"{committed} yuan so far, at most {worst}"
    minutes, pieces, fen = figures["minutes"], figures["pieces"], yuan(figures["redeemed_fen"])
    if rule is BrakeRule.BURN_RATE:
        worth = yuan(figures["worth_fen"])
        return (
            f"{minutes} 分钟核销 {pieces} 笔 {fen} 元，总额 {worth} 元",
            f"{pieces} for {fen} of {worth} yuan in {minutes} min",
        )
    if rule is BrakeRule.REFUND_RATE:
        back = yuan(figures["returned_fen"])
        return (
            f"{minutes} 分钟退回 {figures['returns']} 笔 {back} 元，核销 {fen} 元",
            f"{back} of {fen} yuan back in {minutes} min",
        )
    own, own_fen = figures["merchant_pieces"], yuan(figures["merchant_fen"])
    return (
        f"{minutes} 分钟本店 {own} 笔 {own_fen} 元，全部 {pieces} 笔 {fen} 元",
        f"{own} of {pieces}, {own_fen} of {fen} yuan in {minutes} min",
    )


def alert_words(level: AlertLevel, reading: Reading, limit: int, who: tuple[str, str] | None) -> str:
    """What crossed which level, with its figures, in both languages; ``who`` is the merchant it is about."""
    rule_zh, rule_en = RULE_WORDS[reading.rule]
    figures_zh, figures_en = told_figures(reading.rule, reading.figures)
    value_zh, value_en = told_value(reading.rule, reading.value)
    limit_zh, limit_en = told_value(reading.rule, limit)
    of_zh, of_en = (f"（{who[0]}）", f" ({who[1] or who[0]})") if who else ("", "")
    paused = level is AlertLevel.PAUSE
    did_zh, did_en, line_zh = ("自动熔断", "Paused", "暂停线") if paused else ("自动预警", "Warned", "预警线")
    return (
        f"{did_zh}：{rule_zh}{of_zh}{value_zh}，达到{line_zh} {limit_zh}。{figures_zh} / "
        f"{did_en} automatically: {rule_en}{of_en} {value_en}, at or above {limit_en}: {figures_en}"
    )
