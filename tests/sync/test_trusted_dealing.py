"""Money is set apart for a device only while its county is believed, and not while redeeming is paused."""

from datetime import timedelta

import msgspec
import pytest

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel import cbor
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.kernel.trust import sign_trust_list, trusting
from backend.sync.trusted_list import TRUST_LIST
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.issuer import trust_of
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.databases import HandClock
from tests.sync.device_makers import CLERK, policy_in_force, with_device
from tests.sync.test_allowances import CAP, deal, hear
from tests.vouchers.campaigns import faults
from tests.vouchers.pools import places, with_pool

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("until", [None, timedelta(days=-1), timedelta(0), SECOND], ids=str)
async def test_a_real_county_deals_only_while_its_root_names_the_issuing_key(
    county: County, clock: HandClock, until: timedelta | None
) -> None:
    campaign_id = await with_pool(county, 10_000)
    device_id = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    demonstration = county.keys.file
    county.keys.file = msgspec.structs.replace(demonstration, root_key=None)
    try:
        if until is not None:
            put_list(county, clock() + until)
        dealt = await deal(county, device_id)
    finally:
        county.keys.file = demonstration
        (county.folder / TRUST_LIST).unlink(missing_ok=True)
    good = until == SECOND
    assert (dealt is not None and dealt.began) is good
    assert await places(county, campaign_id) == ((10_000, 6_000, 4_000, 0) if good else (10_000, 10_000, 0, 0))
    assert await faults(county) == []


def put_list(county: County, until: Instant) -> None:
    """A list that names the issuing key until then."""
    own, root = trust_of(county).keys[0], SigningKey.new()
    key = msgspec.structs.replace(own, not_after=until)
    signed = sign_trust_list(trusting(county.code, [key], at=own.not_before), root=root, kid=b"r")
    (county.folder / TRUST_LIST).write_bytes(cbor.encode([root.public.compressed, signed]))


@pytest.mark.parametrize("scope", [PauseScope.CLAIMS, PauseScope.EVERYTHING])
async def test_a_campaign_whose_redeeming_is_paused_deals_nothing_new(county: County, scope: PauseScope) -> None:
    """What a device holds stays set apart until it has heard; another device is dealt nothing."""
    campaign_id = await with_pool(county, 10_000)
    first = (await with_device(county)).device_id
    await policy_in_force(county, CAP)
    assert await deal(county, first) is not None
    pause = SteerCampaign(
        turn_id=new_id(), campaign_id=campaign_id, turn=Turn.PAUSE, reason="核对", scope=scope, actor=CLERK
    )
    assert not isinstance(await transact(county, steer_campaign, pause), Refused)
    again = await deal(county, first)
    assert again is not None
    told = {cap.campaign_number: cap.cap_fen for cap in again.caps}
    paused = scope is PauseScope.EVERYTHING
    assert told == {1: 0 if paused else 4_000}
    assert await places(county, campaign_id) == (10_000, 6_000, 4_000, 0)
    await hear(county, first)
    assert (await places(county, campaign_id))[2] == (0 if paused else 4_000)
    resume = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.RESUME, actor=CLERK)
    assert not isinstance(await transact(county, steer_campaign, resume), Refused)
    resumed = await deal(county, first)
    assert resumed is not None
    assert {cap.campaign_number: cap.cap_fen for cap in resumed.caps} == {1: 4_000}
    assert await faults(county) == []
