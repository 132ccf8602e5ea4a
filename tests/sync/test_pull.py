"""What the county hands out to a device: signed, complete, only what changed, and to nobody who may only push."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from msgspec import structs

from backend.data_state.epoch import RaiseEpoch, raise_epoch
from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel import cbor
from backend.kernel.refusals import Refused
from backend.kernel.signing import SigningKey
from backend.kernel.trust import TrustList, instant_of, read_trust_list, seconds_of, sign_trust_list, trusting
from backend.sync.allowance_rules import Allowance, CampaignCap, verify_allowance
from backend.sync.certificate_rules import Certificate, DeviceKind, verify_certificate
from backend.sync.decide_device import DecideDevice, decide_device
from backend.sync.policy_rules import Policy, verify_policy
from backend.sync.pull_routes import DIGESTS, PULLS, STATUS
from backend.sync.push_routes import CBOR
from backend.sync.request_rules import ReadRequest, sign_request
from backend.sync.revoke_device import RevokeDevice, revoke_device
from backend.sync.status_rules import StatusList, read_status_list
from backend.sync.trusted_list import TRUST_LIST, trusted_list
from backend.sync.word_rules import Word, digests_of, read_word
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.issuer import trust_of
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from tests.databases import HandClock
from tests.sync.device_makers import CLERK, active_device, enrolled, with_merchant
from tests.sync.pushing import Counter
from tests.sync.test_push import LIMITS, World, world
from tests.vouchers.campaigns import running_campaign
from tests.web.client import calling, serving


async def ask(client: httpx.AsyncClient, of: Counter, address: str, **changes: Any) -> httpx.Response:
    """A question of this device."""
    told: dict[str, Any] = {"county": of.county.code, "device": of.device_id, "address": address}
    told["t_dev"] = instant_of(seconds_of(of.county.clock()))
    key = changes.pop("key", of.key)
    request = ReadRequest(**(told | changes))
    return await client.get(address, headers={"authorization": sign_request(request, device=key)})


async def pulled(client: httpx.AsyncClient, of: Counter, cursor: str | None = None) -> Word:
    """The county's word to this device."""
    answer = await ask(client, of, PULLS if cursor is None else f"{PULLS}?cursor={cursor}")
    assert answer.status_code == 200, answer.text
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (CBOR, "no-store")
    read = read_word(answer.content, county=of.county.code, device=of.device_id)
    assert isinstance(read, Word), read
    return read


def trusted(word: Word, county: County) -> TrustList:
    """The list in a word, as the root beside it signed it."""
    assert word.trust is not None
    read = read_trust_list(word.trust.data, root=word.trust.root, county=county.code)
    assert isinstance(read, TrustList), read
    return read


async def test_a_device_is_handed_its_papers_signed_by_a_key_of_the_list(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    of = here.counter
    async with serving(county) as application, calling(application) as client:
        word = await pulled(client, of)
    trust = trusted(word, county)
    who: dict[str, Any] = {"trust": trust, "county": county.code, "device": of.device_id}
    assert word.certificate is not None
    certificate = verify_certificate(word.certificate, at=clock(), **who)
    assert isinstance(certificate, Certificate), certificate
    assert of.told is not None
    given = instant_of(seconds_of(of.told.checkpoint.time))
    assert (certificate.kind, certificate.merchant, certificate.policy) == (DeviceKind.MERCHANT, await of.merchant(), 1)
    assert (certificate.not_before, certificate.expires_at) == (given, given + timedelta(days=30))
    assert certificate.key == of.key.public
    assert word.policy is not None
    policy = verify_policy(word.policy, trust=trust, county=county.code)
    assert isinstance(policy, Policy), policy
    assert (policy.number, policy.limits) == (1, LIMITS)
    assert word.allowance is not None
    allowance = verify_allowance(word.allowance, **who)
    assert isinstance(allowance, Allowance), allowance
    assert (allowance.episode, allowance.after, allowance.caps) == (1, 0, (CampaignCap(1, 10_000),))
    assert word.status_version == of.told.status_version
    terms = word.collections["terms"]["1.1.1"]
    assert (terms["paused"], terms["offline"], terms["terms"]["face_fen"]) == (False, True, 5_000)
    [counter] = word.collections["counter"].values()
    assert counter["merchant_id"] == str(await of.merchant())
    assert set(word.collections) == {"terms", "counter", "county"}, "a merchant's phone is told nobody's name"
    [own] = word.collections["county"].values()
    assert own["lock_idle_s"] == 300


async def test_only_what_changed_is_told_again_and_a_restored_county_tells_everything(
    county: County, clock: HandClock
) -> None:
    here = await world(county)
    async with serving(county) as application, calling(application) as client:
        first = await pulled(client, here.counter)
        assert set(first.collections) == {"terms", "counter", "county"}
        again = await pulled(client, here.counter, first.cursor)
        assert (again.collections, again.cursor) == ({}, first.cursor)
        await running_campaign(county, kind_code="second")
        moved = await pulled(client, here.counter, first.cursor)
        assert {name: len(rows) for name, rows in moved.collections.items()} == {"terms": 2}
        turn = SteerCampaign(
            turn_id=UUID(int=1),
            campaign_id=here.campaign_id,
            turn=Turn.PAUSE,
            reason="暂停",
            scope=PauseScope.EVERYTHING,
            actor=CLERK,
        )
        await transact(county, steer_campaign, turn)
        paused = await pulled(client, here.counter, moved.cursor)
        assert paused.collections["terms"]["1.1.1"]["paused"] is True
        await transact(county, raise_epoch, RaiseEpoch())
        restored = await pulled(client, here.counter, paused.cursor)
        assert set(restored.collections) == set(first.collections)
        assert restored.epoch > first.epoch
        for other in ("x", "A" * 512, "gQE"):
            assert set((await pulled(client, here.counter, other)).collections) == set(first.collections)


async def test_a_device_that_has_everything_has_what_the_digests_say(county: County) -> None:
    here = await world(county)
    async with serving(county) as application, calling(application) as client:
        word = await pulled(client, here.counter)
        answer = await ask(client, here.counter, DIGESTS)
        assert answer.status_code == 200, answer.text
        own = digests_of(word.collections)
        assert answer.json() == {
            "epoch": word.epoch,
            "collections": [
                {"name": name, "count": own[name].count, "sha256": own[name].sha256.hex()} for name in sorted(own)
            ],
        }
        await running_campaign(county, kind_code="second")
        told = {one["name"]: one["sha256"] for one in (await ask(client, here.counter, DIGESTS)).json()["collections"]}
    assert {name for name in own if own[name].sha256.hex() != told[name]} == {"terms"}


async def test_the_status_list_is_told_until_the_device_has_it(county: County, clock: HandClock) -> None:
    here = await world(county)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.sync()
    clock.forward(minutes=5)
    async with serving(county) as application, calling(application) as client:
        answer = await ask(client, here.counter, STATUS)
        assert (answer.status_code, answer.headers["content-type"]) == (200, CBOR)
        listed = read_status_list(answer.content, county=county.code)
        assert isinstance(listed, StatusList)
        assert [int(listed.state_of(place)) for place in range(listed.count)].count(1) == 1
        have = f"{STATUS}?since={listed.version}&epoch={listed.epoch}"
        assert (await ask(client, here.counter, have)).status_code == 204
        for other in (f"?since={listed.version - 1}&epoch={listed.epoch}", f"?since={listed.version}&epoch=0"):
            assert (await ask(client, here.counter, STATUS + other)).content == answer.content
        assert (await pulled(client, here.counter)).status_version == listed.version


async def test_whoever_did_not_sign_for_this_address_reads_nothing(county: County) -> None:
    here = await world(county)
    stranger = SigningKey.from_scalar((9).to_bytes(32, "big"))
    async with serving(county) as application, calling(application) as client:
        for address in (PULLS, STATUS, DIGESTS):
            unsigned = await client.get(address)
            assert (unsigned.status_code, unsigned.json()["reason"]) == (401, "request-unsigned")
            for changes, status, reason in (
                ({"address": f"{address}?cursor=x"}, 401, "request-wrong-address"),
                ({"county": "511528"}, 401, "request-wrong-county"),
                ({"device": UUID(int=5)}, 401, "request-device-unknown"),
                ({"key": stranger}, 401, "request-forged"),
            ):
                told = dict(changes)
                if "address" in told:
                    header = sign_request(
                        ReadRequest(
                            county=county.code,
                            device=here.counter.device_id,
                            t_dev=instant_of(1),
                            address=str(told["address"]),
                        ),
                        device=here.counter.key,
                    )
                    answer = await client.get(address, headers={"authorization": header})
                else:
                    answer = await ask(client, here.counter, address, **told)
                assert (answer.status_code, answer.json()["reason"]) == (status, reason)
        damaged = await client.get(PULLS, headers={"authorization": "Device !"})
        assert (damaged.status_code, damaged.json()["reason"]) == (400, "request-unreadable")


async def test_who_may_only_push_is_told_why(county: County, clock: HandClock) -> None:
    here = await world(county)
    waiting = structs.replace(here.counter, key=SigningKey.from_scalar((300).to_bytes(32, "big")))
    waiting.device_id = await enrolled(county, await here.counter.merchant(), key=waiting.key)
    refused = structs.replace(here.counter, key=SigningKey.from_scalar((301).to_bytes(32, "big")))
    refused.device_id = await enrolled(county, await here.counter.merchant(), key=refused.key)
    no = DecideDevice(actor=CLERK, decision_id=UUID(int=8), device_id=refused.device_id, approve=False, reason="不认识")
    assert not isinstance(await transact(county, decide_device, no), Refused)
    clock.forward(minutes=5)
    await here.counter.take(here.phones[0], here.vouchers[0])
    await here.counter.suspend()
    revoking = RevokeDevice(actor=CLERK, change_id=UUID(int=7), device_id=here.other.device_id, reason="换机")
    assert not isinstance(await transact(county, revoke_device, revoking), Refused)
    async with serving(county) as application, calling(application) as client:
        for of, reason in (
            (waiting, "device-waiting"),
            (refused, "device-refused"),
            (here.counter, "device-suspended"),
            (here.other, "device-revoked"),
        ):
            for address in (PULLS, STATUS, DIGESTS):
                answer = await ask(client, of, address)
                assert (answer.status_code, answer.json()["reason"]) == (403, reason)
    assert (await here.counter.sync()).ack_seq == 1


async def test_what_the_county_has_not_decided_is_no_paper(county: County) -> None:
    merchant_id = await with_merchant(county)
    device_id = await active_device(county, merchant_id, number=5)
    key = SigningKey.from_scalar((105).to_bytes(32, "big"))
    of = Counter(county=county, device_id=device_id, key=key, operator=UUID(int=0x711), journal=[])
    async with serving(county) as application, calling(application) as client:
        word = await pulled(client, of)
        assert (word.certificate, word.policy, word.allowance) == (None, None, None)
        await of.sync()
        word = await pulled(client, of)
    assert word.certificate is not None
    certificate = verify_certificate(
        word.certificate, trust=trusted(word, county), county=county.code, device=device_id, at=county.clock()
    )
    assert isinstance(certificate, Certificate)
    assert (certificate.policy, word.policy, word.allowance) == (0, None, None)


async def test_a_certificate_ends_thirty_days_after_the_last_word(county: County, clock: HandClock) -> None:
    here: World = await world(county)
    async with serving(county) as application, calling(application) as client:
        clock.forward(days=29, hours=23)
        assert (await pulled(client, here.counter)).certificate is not None
        clock.forward(hours=2)
        assert (await pulled(client, here.counter)).certificate is None
        await here.counter.sync()
        assert (await pulled(client, here.counter)).certificate is not None


@pytest.mark.parametrize("spoil", ["none", "another root", "another county", "without the issuer", "damaged", "good"])
def test_a_real_county_hands_out_what_its_root_signed_elsewhere(county: County, spoil: str) -> None:
    """The root key of a real county is on no server; what it signed lies in a file."""
    real = structs.replace(county.keys.file, root_key=None)
    demonstration, county.keys.file = county.keys.file, real
    root, at = SigningKey.new(), instant_of(1_800_000_000)
    own = trust_of(county)
    keys = () if spoil == "without the issuer" else own.keys
    code = "511528" if spoil == "another county" else county.code
    data = sign_trust_list(trusting(code, keys, serial=3, at=at), root=root, kid=b"r")
    named = SigningKey.new() if spoil == "another root" else root
    place = county.folder / TRUST_LIST
    try:
        if spoil != "none":
            content = cbor.encode([named.public.compressed, data])
            place.write_bytes(content[:-1] if spoil == "damaged" else content)
        found = trusted_list(county)
    finally:
        county.keys.file = demonstration
        place.unlink(missing_ok=True)
    assert (found is not None) == (spoil == "good")
    if found is not None:
        assert (found.root, found.data) == (root.public, data)


async def test_a_question_in_no_good_form_is_told_so(county: County) -> None:
    async with serving(county) as application, calling(application) as client:
        for address in (f"{PULLS}?cursor={'A' * 513}", f"{STATUS}?since=x", f"{STATUS}?since=-1", f"{STATUS}?epoch=x"):
            answer = await client.get(address)
            assert (answer.status_code, answer.json()["reason"]) == (400, "invalid"), address
        assert (await client.get(f"{STATUS}?since={2**32 - 1}&other=1")).json()["reason"] == "request-unsigned"
