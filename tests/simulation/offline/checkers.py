"""Did it hold? The invariants I1 to I12 of the offline counter, asked of a world that has come to rest.

Nothing here decides anything for the county or a till: what should be is worked out anew, from what people saw and from
the journals. Each breach begins with the invariant's name.
"""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from uuid import UUID

from backend.kernel.trust import seconds_of
from backend.sync.answer_rules import ResultCode
from backend.sync.body_rules import Redeem, Void
from backend.sync.event_rules import SignedEvent
from merchant_tools.canonical_order import Claim as Ranked
from merchant_tools.canonical_order import effective_time
from tests.simulation.offline.act_checkers import acted_once, nothing_else_waits, same_acts
from tests.simulation.offline.county import County
from tests.simulation.offline.county_data import Device
from tests.simulation.offline.money import Books, Used, settled
from tests.simulation.offline.settings import FACE, HARD, VOUCHERS
from tests.simulation.offline.told_checkers import only_forward
from tests.simulation.offline.world import World


def breaches(world: World) -> list[str]:
    """Every broken invariant of this world."""
    found = list(world.diary.wrong)
    for check in CHECKS:
        found += check(world)
    return found


def _events(county: County) -> Iterator[tuple[Device, SignedEvent]]:
    for device in county.data.devices.values():
        for event in device.events.values():
            yield device, event


def arrived(world: World) -> Iterator[str]:
    """I1, I10: what was accepted is at the county, and what is lost with a disk is counted as missing."""
    devices = world.county.data.devices
    for shop in world.shops:
        device = devices[shop.id]
        has = {event.hash for event in device.events.values()} | set(device.forks)
        if shop.is_gone:
            newest = max((seen.seq for seen in world.diary.seen if seen.device == shop.id), default=0)
            told = max(device.head, device.told_lost)
            if newest > told and not world.diary.was_restored and not shop.is_older and _was_told(world, shop.id):
                yield f"I1 {newest} events were accepted on a lost device, the county knows of {told}"
            continue
        kept = {entry.hash for entry in shop.on(world.now).kept.entries}
        if not kept <= has:
            yield f"I10 {len(kept - has)} events of a journal are not at the county"
        if not shop.is_older and not world.diary.was_restored:
            lost = _shown(world, shop.id) - has
            if lost:
                yield f"I1 {len(lost)} accepted claims and acts are not at the county"
        elif not shop.is_older:
            lost = _shown(world, shop.id) - has
            if lost:
                yield f"I10 {len(lost)} accepted claims and acts are not at the restored county"


def _shown(world: World, device: UUID) -> set[bytes]:
    """What people saw "accepted" or "registered" on this device."""
    claims = {seen.hash for seen in world.diary.seen if seen.device == device}
    return claims | {hashed for noted, hashed in world.diary.noted if noted == device}


def _was_told(world: World, lost: UUID) -> bool:
    """Whether the device that came after it has reached the county."""
    return any(shop.disk.sentinel is not None and shop.disk.sentinel[0] == lost for shop in world.shops)


def once(world: World) -> Iterator[str]:
    """I2: an event is kept once and looked at once to be paid."""
    data = world.county.data
    often = [times for times in data.posted.values() if times != 1]
    if often:
        yield f"I2 a claim was settled {max(often)} times"
    hashes = Counter(event.hash for _, event in _events(world.county))
    if any(times > 1 for times in hashes.values()):
        yield "I2 an event is kept twice"


def _balances(county: County) -> tuple[object, ...]:
    data = county.data
    codes = {hashed: str(code) for hashed, code in county.codes().items()}
    return codes, dict(+data.payable), dict(+data.own), dict(+data.cover)


def any_order(world: World) -> Iterator[str]:
    """I3: the same events in another order of arrival give the same labels and the same balances."""
    county = world.county
    other = type(county)(VOUCHERS, county.pool)
    other.epoch, other.data.dead, other.data.online = county.epoch, county.data.dead, dict(county.data.online)
    other.data.rejected = county.data.rejected
    for device in county.data.devices.values():
        other.enrol(device.id, device.key, device.merchant, is_station=device.is_station)
        other.copy_facts(device)
    everything = [(device.id, event) for device, event in _events(county)]
    everything += [(device.id, fork) for device in county.data.devices.values() for fork in device.forks.values()]
    random.Random(len(everything)).shuffle(everything)
    for device_id, event in everything:
        other.store_read(device_id, event)
        other.settle()
        other.acts.judge(other.data, device_id)
    other.settle()
    other.acts.judge_all(other.data)
    if _balances(other) != _balances(county):
        yield "I3 another order of arrival gives other labels or balances"
    yield from same_acts(county, other)


def _books(county: County) -> Books:
    used = [
        Used(claim.voucher, claim.merchant, claim.amount, _ranked(county, claim.device, claim.hash))
        for claim in county.claims()
    ]
    faces = dict.fromkeys(VOUCHERS, FACE)
    return settled(used, faces, county.data.dead, county.data.online)


def _ranked(county: County, device: UUID, hashed: bytes) -> Ranked:
    event = next(one for one in county.data.devices[device].events.values() if one.hash == hashed)
    body = county.body(event)
    assert isinstance(body, Redeem)
    head = event.event
    return Ranked(str(body.mode), seconds_of(head.t_dev), seconds_of(head.checkpoint.time), HARD, hashed)


def adds_up(world: World) -> Iterator[str]:
    """I4: what merchants get is the vouchers' money and the pool's; the pool's is debts and uses of dead vouchers."""
    data, books = world.county.data, _books(world.county)
    if any(fen > FACE for fen in data.own.values()):
        yield "I4 a voucher gave more than its face"
    if sum(data.payable.values()) != sum(data.own.values()) + sum(data.cover.values()):
        yield "I4 credits are not face and pool"
    told = +data.payable, +data.own, +data.cover
    if told != (+books.payable, +books.own, +books.cover):
        yield "I4 the balances are not those of the set"
    if {hashed: str(code) for hashed, code in world.county.codes().items()} != books.labels:
        yield "I4 the labels are not those of the set"
    if sum(books.cover.values()) != sum(books.debts.values()) + sum(books.timely.values()):
        yield "I4 the pool is not debts and timely uses"


def capped(world: World) -> Iterator[str]:
    """I5: no till took more in an episode than it was dealt, and the pool is never promised twice."""
    older = {shop.id for shop in world.shops if shop.is_older}
    for seen in world.diary.seen:
        of_episode = [
            one.amount_fen for one in world.diary.seen if one.device == seen.device and seen.after < one.seq <= seen.seq
        ]
        if seen.device not in older and sum(of_episode) > seen.cap:
            yield f"I5 {sum(of_episode)} fen were accepted in an episode of {seen.cap}"
    # What a mistake or a second journal takes away may make another claim count that nothing was set apart for.
    devices = world.county.data.devices.values()
    bodies = [world.county.body(event) for _, event in _events(world.county)]
    is_plain = world.county.restored_at == 0 and not any(device.forks for device in devices)
    is_plain = is_plain and not any(isinstance(body, Void) for body in bodies)
    if is_plain and world.county.reserved() > world.county.pool:
        yield f"I5 {world.county.reserved()} fen are promised from a pool of {world.county.pool}"


def paid_once(world: World) -> Iterator[str]:
    """I6: a till takes a voucher once; a merchant is paid once for it."""
    older = {shop.id for shop in world.shops if shop.is_older}
    taken = Counter((seen.device, seen.voucher) for seen in world.diary.seen if seen.device not in older)
    if any(times > 1 for times in taken.values()):
        yield "I6 a till accepted a voucher twice"
    codes = world.county.codes()
    paid = Counter(
        (claim.merchant, claim.voucher) for claim in world.county.claims() if codes[claim.hash] != "conflict_unpaid"
    )
    if any(times > 1 for times in paid.values()):
        yield "I6 a merchant is paid twice for a voucher"


def chained(world: World) -> Iterator[str]:
    """I7: every event names the one before it, and where two journals went out under one name that is noticed."""
    older = {shop.id for shop in world.shops if shop.is_older}
    codes = world.county.codes()
    looked_at = (ResultCode.NEEDS_REVIEW, ResultCode.NONCOMPLIANT)
    for device in world.county.data.devices.values():
        before = bytes(32)
        for seq in range(1, device.ack + 1):
            is_noticed = world.county.result(device, seq, codes)[0] in looked_at
            if device.events[seq].event.prev != before and not (device.id in older and is_noticed):
                yield f"I7 event {seq} does not follow the one before"
            before = device.events[seq].hash
        if world.diary.was_restored:
            continue
        for (one, seq), hashes in world.diary.delivered.items():
            if one == device.id and len(hashes) > 1 and device.forked_from > seq:
                yield f"I7 two events of number {seq} came and nobody noticed"


def forward(world: World) -> Iterator[str]:
    """I8: within one life of the data the county never takes back what it acknowledged, and everything is settled."""
    told: dict[tuple[int, UUID], list[int]] = {}
    for epoch, device, ack in world.diary.acks:
        told.setdefault((epoch, device), []).append(ack)
    if any(after < before for acks in told.values() for before, after in pairwise(acks)):
        yield "I8 the county acknowledged less than before"
    for shop in world.shops:
        if not shop.is_gone:
            standing = shop.on(world.now).kept.standing
            if standing.ack < standing.head:
                yield f"I8 {standing.head - standing.ack} events are still waiting over a good network"


def timed(world: World) -> Iterator[str]:
    """I9: a claim counts between its checkpoint and the longest time after it; no clock makes an old token valid, and a
    revocation binds whoever had heard of it.
    """
    compliant = {claim.hash for claim in world.county.claims()}
    for device, event in _events(world.county):
        body = world.county.body(event)
        if not isinstance(body, Redeem):
            continue
        ranked, checkpoint = _ranked(world.county, device.id, event.hash), seconds_of(event.event.checkpoint.time)
        if not checkpoint <= effective_time(ranked) <= checkpoint + HARD:
            yield "I9 a claim counts outside of its time"
        if checkpoint >= VOUCHERS[body.voucher].expires_at:
            yield "I9 a token was taken after the county's own time had ended it"
        if event.hash in compliant and device.revoked_at is not None and checkpoint >= device.revoked_at:
            yield "I9 a device that had heard of its revocation is paid"


def replicas(world: World) -> Iterator[str]:
    """I12: after a pull a till has the county's own list."""
    for shop in world.shops:
        if not shop.is_gone and shop.on(world.now).briefing.unusable != world.county.status()[2]:
            yield "I12 a till's status list is not the county's"


def honest(world: World) -> Iterator[str]:
    """I5: what an honest till accepted under its allowance is never held against its merchant."""
    shops = {shop.id: shop for shop in world.shops}
    for device in world.county.data.devices.values():
        judged = world.county.judged(device)
        words = {word for word in judged.values() if word is not None} - {"device-revoked"}
        if words and not shops[device.id].is_older:
            yield f"I5 an honest till's claim is held against it: {', '.join(sorted(words))}"


CHECKS = (
    *(arrived, once, any_order, adds_up, capped, paid_once, chained, forward, timed, replicas, honest),
    *(acted_once, nothing_else_waits, only_forward),
)
