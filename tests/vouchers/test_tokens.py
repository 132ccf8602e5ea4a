"""The county remembers what it wrote into a token, and hands the same one out again while it is fresh."""

import hashlib
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.enrol_holder_key import (
    AskChallenge,
    EnrolHolderKey,
    ask_challenge,
    enrol_holder_key,
    holder_keys,
)
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.enrolment import Challenge, prove_possession
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey, to_base64url
from backend.kernel.tokens import DEMONSTRATION, ONLINE_ONLY, Token
from backend.outbox.due import run_due
from backend.vouchers.desk_rules import CampaignPlan, KindPlan, RoundPlan
from backend.vouchers.find_tokens import issued_tokens_of
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.refund_rules import RolledBack
from backend.vouchers.retention import plan_forgetting
from backend.vouchers.token_rules import domain_of, flags_of
from backend.vouchers.trade_in_rules import Appliance, TradeIn
from backend.vouchers.wallet import IssuedToken, IssueTokens, issue_tokens
from tests.databases import HandClock
from tests.vouchers.campaigns import SILENT, running_campaign, terms
from tests.vouchers.counters import Phone, counter, phone, redemption, shown, spend, undo, voucher
from tests.vouchers.lots import run_plan
from tests.vouchers.test_retention import DUE
from tests.web.world import row_counts


async def refreshed(county: County, of: Phone) -> list[IssuedToken]:
    """What the phone gets when it refreshes its wallet."""
    issued = await transact(county, issue_tokens, IssueTokens(of.resident_id))
    assert not isinstance(issued, Refused), issued
    return issued


async def remembered(county: County, issued: IssuedToken) -> Token | None:
    """What is found under the hash of a token."""
    hashed = hashlib.sha256(issued.token).digest()
    return (await inquire(county, issued_tokens_of, [hashed, bytes(32)])).get(hashed)


async def moved(county: County, of: Phone) -> Phone:
    """The same resident with a new phone."""
    key = SigningKey.new()
    asked = await transact(county, ask_challenge, AskChallenge(of.resident_id))
    challenge = Challenge(county=county.code, resident=of.resident_id, nonce=asked.nonce, expires_at=asked.expires_at)
    command = EnrolHolderKey(
        resident_id=of.resident_id,
        key=to_base64url(key.public.uncompressed),
        signature=to_base64url(prove_possession(challenge, holder=key)),
        actor=Actor(kind=ActorKind.RESIDENT, id=of.resident_id),
    )
    assert not isinstance(await transact(county, enrol_holder_key, command), Refused)
    return Phone(resident_id=of.resident_id, key=key)


async def test_a_token_is_found_again_by_its_hash_and_says_what_was_written(county: County) -> None:
    [round_id] = await running_campaign(county)
    me = await phone(county)
    mine = await voucher(county, round_id, me)
    [issued] = await refreshed(county, me)
    token = await remembered(county, issued)
    assert token is not None
    assert (token.voucher, token.holder, token.face_fen) == (mine, me.key.public, 5_000)
    assert (token.campaign, token.terms_version, token.domain) == (1, 1, 1)
    assert (token.expires_at, token.flags) == (issued.expires_at, DEMONSTRATION)
    assert await inquire(county, issued_tokens_of, []) == {}


async def test_each_kind_has_its_place_in_the_plan(county: County) -> None:
    rounds = [new_id() for _ in range(3)]
    agreed = [terms(kind_code=code) for code in ("zeta", "alpha", "middle")]
    now = county.clock()
    plan = CampaignPlan(
        title_zh="测试活动",
        title_en="Test campaign",
        brake=SILENT,
        kinds=tuple(
            KindPlan(code=one.kind_code, name_zh="餐饮券", name_en="Dining", terms=one, cap_pieces=5) for one in agreed
        ),
        rounds=tuple(
            RoundPlan(
                round_id=round_id,
                kind_code=one.kind_code,
                name_zh="第一轮",
                name_en="Round",
                opens_at=now,
                closes_at=now + timedelta(days=1),
                pieces=5,
            )
            for round_id, one in zip(rounds, agreed, strict=True)
        ),
    )
    await run_plan(county, plan)
    for number, round_id in enumerate(rounds, 1):
        me = await phone(county, number)
        await voucher(county, round_id, me)
        [issued] = await refreshed(county, me)
        token = await remembered(county, issued)
        assert token is not None
        assert token.domain == number


async def test_a_fresh_token_is_handed_out_again_and_an_older_one_is_renewed(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, valid_days=30)
    me = await phone(county)
    await voucher(county, round_id, me)
    first = await refreshed(county, me)
    assert first[0].expires_at == clock() - timedelta(seconds=5) + timedelta(days=7)
    clock.forward(hours=11, minutes=59, seconds=54)
    assert await refreshed(county, me) == first
    assert (await row_counts(county))["issued_tokens"] == 1
    clock.forward(seconds=1)
    second = await refreshed(county, me)
    assert second[0].expires_at == clock() - timedelta(seconds=5) + timedelta(days=7)
    assert (await row_counts(county))["issued_tokens"] == 2
    # Both are good until their ends: a phone that was offline meanwhile shows the older one.
    assert await remembered(county, first[0]) is not None
    assert await remembered(county, second[0]) is not None
    assert await refreshed(county, me) == second


async def test_a_token_to_its_vouchers_end_is_never_renewed(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, valid_days=3)
    me = await phone(county)
    await voucher(county, round_id, me)
    first = await refreshed(county, me)
    clock.forward(days=2)
    assert await refreshed(county, me) == first
    assert (await row_counts(county))["issued_tokens"] == 1


async def test_another_key_or_another_face_needs_another_token(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, refund_policy="a", valid_days=30)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    [first] = await refreshed(county, me)
    redeemed = await spend(county, redemption(county, await shown(county, me, mine), shop))
    assert isinstance(redeemed, Redeemed)
    assert await refreshed(county, me) == []
    assert isinstance(await undo(county, redeemed.redemption_id, shop), RolledBack)
    [again] = await refreshed(county, me)
    assert again.token == first.token
    clock.forward(minutes=10)
    new = await moved(county, me)
    [other] = await refreshed(county, new)
    token = await remembered(county, other)
    assert token is not None
    assert (token.holder, token.flags) == (new.key.public, DEMONSTRATION | ONLINE_ONLY)


async def test_a_new_phone_pays_without_a_network_from_the_next_day_on(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, valid_days=30)
    me = await phone(county)
    await voucher(county, round_id, me)
    clock.forward(minutes=10)
    new = await moved(county, me)
    key = (await inquire(county, holder_keys, frozenset({me.resident_id})))[me.resident_id]
    [waiting] = await refreshed(county, new)
    clock.at = key.offline_from - timedelta(microseconds=1)
    [still] = await refreshed(county, new)
    clock.at = key.offline_from
    [ready] = await refreshed(county, new)
    flags = [token.flags for one in (waiting, still, ready) if (token := await remembered(county, one))]
    assert flags == [DEMONSTRATION | ONLINE_ONLY, DEMONSTRATION | ONLINE_ONLY, DEMONSTRATION]


async def test_tokens_are_forgotten_sixty_days_after_their_end(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, valid_days=3)
    me = await phone(county)
    await voucher(county, round_id, me)
    [issued] = await refreshed(county, me)
    await transact(county, plan_forgetting, None)
    clock.at = issued.expires_at + timedelta(days=60)
    await run_due(county, DUE, clock())
    assert await remembered(county, issued) is not None
    clock.forward(days=1, hours=3)
    await run_due(county, DUE, clock())
    assert await remembered(county, issued) is None


def test_what_only_the_county_can_ask_for_is_not_taken_offline() -> None:
    plain = terms()
    given: dict[str, Any] = {"offline_from": HandClock()(), "now": HandClock()(), "demonstration": False}
    assert flags_of(plain, **given) == 0
    assert flags_of(replace(plain, redeem_level=2), **given) == ONLINE_ONLY
    assert flags_of(replace(plain, trade_in=TradeIn(appliance=Appliance.REFRIGERATOR)), **given) == ONLINE_ONLY
    assert flags_of(plain, **given | {"demonstration": True}) == DEMONSTRATION
    waits = given["now"] + timedelta(microseconds=1)
    assert flags_of(plain, **given | {"offline_from": waits}) == ONLINE_ONLY


def test_a_kind_that_the_plan_does_not_have_has_no_place() -> None:
    assert domain_of("b", ("a", "b")) == 2
    assert domain_of("c", ("a", "b")) == 0
