"""Campaigns at random: two kinds of voucher with odd faces, shares and thresholds, each with a second round."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.ledger.rules import Funder
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.desk_rules import CampaignPlan, KindPlan, RoundPlan
from backend.vouchers.find_campaigns import board
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.rules import DiscountKind, Limit, LimitPeriod, Terms
from backend.vouchers.steer_campaign import SteerCampaign, Steered, Turn, steer_campaign
from tests.vouchers.campaigns import CLERK, approved, funded
from tests.vouchers.desk_records import public_of

FACES = (1, 7, 333, 1_000, 4_999, 5_000, 10_001)


def random_id(dice: Random) -> UUID:
    """An id from the seed."""
    return UUID(int=dice.getrandbits(128))


def random_plan(dice: Random, at: datetime) -> CampaignPlan:
    """Two kinds, sometimes with one limit for both."""
    together = random_id(dice)
    kinds = tuple(
        KindPlan(
            code=code,
            name_zh="测试券",
            name_en="Test",
            terms=_terms(dice, code, together if dice.random() < 0.5 else random_id(dice), public=nth == 0),
            cap_pieces=dice.randint(6, 16),
        )
        for nth, code in enumerate(("first", "second"))
    )
    rounds = tuple(one for kind in kinds for one in _rounds(dice, kind, at))
    return CampaignPlan(title_zh="测试活动", title_en="Test campaign", kinds=kinds, rounds=rounds)


def _terms(dice: Random, code: str, rule: UUID, *, public: bool) -> Terms:
    face = dice.choice(FACES)
    kind = dice.choice(
        (DiscountKind.THRESHOLD, DiscountKind.THRESHOLD, DiscountKind.PERCENTAGE, DiscountKind.FIXED_PRICE)
    )
    return Terms(
        kind_code=code,
        discount=kind,
        face_fen=face,
        minimum_spend_fen=dice.choice((0, 1, face, face + 1, 3 * face)),
        percent_bp=dice.choice((1, 3_333, 5_000, 10_000)),
        fixed_price_fen=dice.choice((1, 100, 2_999)),
        trades=dice.choice(((), (), ("catering",))),
        funding=_funding(dice, public=public),
        limits=(
            Limit(rule_id=rule, most=dice.choice((1, 1, 2)), period=dice.choice((LimitPeriod.EVER, LimitPeriod.DAY))),
        ),
        valid_days=dice.randint(1, 4),
    )


def _funding(dice: Random, *, public: bool) -> tuple[FundingShare, ...]:
    """One to three funders whose odd shares make up the whole."""
    funders = dice.sample(list(Funder), dice.randint(1, 3))
    if public and Funder.GOVERNMENT not in funders:
        funders[0] = Funder.GOVERNMENT
    cuts = sorted(dice.sample(range(1, 10_000), len(funders) - 1))
    if len(funders) == 3 and dice.random() < 0.5:
        cuts = [3_333, 6_667]
    ends = [0, *cuts, 10_000]
    return tuple(FundingShare(funder=f, share_bp=b - a) for f, a, b in zip(funders, ends, ends[1:], strict=False))


def _rounds(dice: Random, kind: KindPlan, at: datetime) -> Sequence[RoundPlan]:
    """A round with a share for the stations, then one of what is left; no two of their instants are the same."""

    def odd() -> timedelta:
        return timedelta(seconds=dice.randint(1, 900), microseconds=dice.randint(1, 999_999))

    opens = dice.choice((at, at + odd()))
    closes = opens + timedelta(hours=dice.choice((3, 20, 40))) + odd()
    again = closes + timedelta(hours=dice.choice((1, 60, 120))) + odd()
    pieces = dice.randint(1, kind.cap_pieces)
    station = dice.choice((0, pieces // 2, pieces))
    dealt_station = dice.choice((0, 2))
    return [
        _round(dice, kind, opens, closes, pieces, station, opens + timedelta(hours=1) + odd() if station else None),
        _round(dice, kind, again, again + timedelta(hours=30) + odd(), None, dealt_station, again + odd()),
    ]


def _round(
    dice: Random, kind: KindPlan, opens: datetime, closes: datetime, pieces: int | None, station: int, until: Any
) -> RoundPlan:
    return RoundPlan(
        round_id=random_id(dice),
        kind_code=kind.code,
        name_zh="轮次",
        name_en="Round",
        opens_at=opens,
        closes_at=closes,
        pieces=pieces,
        station_pieces=station,
        station_until=until,
    )


def turned(dice: Random, campaign_id: UUID, turn: Turn, scope: PauseScope = PauseScope.CLAIMS) -> SteerCampaign:
    """The office's command."""
    return SteerCampaign(
        turn_id=random_id(dice), campaign_id=campaign_id, turn=turn, reason="核查", scope=scope, actor=CLERK
    )


async def run_plan(dice: Random, county: County, campaign_id: UUID, plan: CampaignPlan) -> dict[UUID | str, UUID]:
    """The plan funded and running; its lines by round, or by the code of their kind."""
    await approved(county, campaign_id, plan)
    await funded(county, campaign_id, sum(public_of(kind.terms) * kind.cap_pieces for kind in plan.kinds))
    assert isinstance(await transact(county, steer_campaign, turned(dice, campaign_id, Turn.RUN)), Steered)
    seen = await inquire(county, board, campaign_id)
    assert seen is not None
    ids = {str(one.round_id): one.round_id for one in plan.rounds}
    return {ids.get(line.key, line.key): line.line_id for line in seen.lines if line.key != "all"}
