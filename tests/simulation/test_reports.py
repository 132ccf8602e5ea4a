"""What went wrong in other people's counters, tried on ours: each test is named after its report."""

from dataclasses import replace
from uuid import UUID

import pytest

from backend.kernel.presentations import present
from backend.kernel.trust import instant_of
from merchant_tools.till import Accepted, Bill
from tests.merchant_tools.shop import NOW, voucher_of
from tests.protocols.known_keys import OPERATOR
from tests.simulation.offline.checkers import breaches
from tests.simulation.offline.county_data import Power, PowerCut
from tests.simulation.offline.devices import Shop
from tests.simulation.offline.settings import VOUCHERS
from tests.simulation.offline.world import World


def merchants_that_differ() -> int:
    """A seed whose first two tills are two merchants'."""
    return next(seed for seed in range(100) if len({shop.merchant for shop in World(seed).shops[:2]}) == 2)


def a_world() -> World:
    """A county with its first tills connected, and nothing has happened yet."""
    world = World(merchants_that_differ())
    assert len({shop.merchant for shop in world.shops[:2]}) == 2
    for shop in world.shops:
        send(world, shop)
    return world


def sell(world: World, shop: Shop, number: int, fen: int = 250_00) -> Accepted:
    """A fifth of the bill, at most 50 yuan, is paid with the voucher of this number."""
    voucher = VOUCHERS[voucher_of(number)]
    shown = present(voucher.token, holder=voucher.holder, at=instant_of(world.now), counter=1)
    return shop.on(world.now).accept(shown, Bill(fen, fen, OPERATOR), shop.reading(world.now))


def send(world: World, shop: Shop, power: Power | None = None) -> None:
    """Push once, and hear the answer at once."""
    till, asked = shop.on(world.now), shop.reading(world.now)
    answer = world.county.take(till.push(), world.now, power or Power())
    assert answer is not None
    shop.hear(answer.data, answer.allowance, asked, world.now)


def codes(world: World, device: UUID) -> list[str]:
    """What each event of a device came to."""
    known, labels = world.county.data.devices[device], world.county.codes()
    return [str(world.county.result(known, seq, labels)[0]) for seq in sorted(known.events)]


def test_odoo_288974_a_claim_is_not_overwritten_by_another_device() -> None:
    world = a_world()
    one, two = world.shops[:2]
    world.now += 60
    first, second = sell(world, one, 2), sell(world, two, 2, fen=150_00)
    send(world, two)
    send(world, one)
    kept = {event.hash for device in world.county.data.devices.values() for event in device.events.values()}
    assert kept == {first.hash, second.hash}
    assert sorted(codes(world, one.id) + codes(world, two.id)) == ["applied", "conflict_paid"]
    assert sum(world.county.data.payable.values()) == 50_00 + 30_00
    assert (world.county.data.own[first.voucher], world.county.data.cover[first.voucher]) == (50_00, 30_00)


@pytest.mark.parametrize("step", [0, 1])
def test_odoo_261096_a_sync_that_was_interrupted_is_done_again(step: int) -> None:
    world = a_world()
    shop = world.shops[0]
    sell(world, shop, 2)
    with pytest.raises(PowerCut):
        send(world, shop, Power(step))
    shop.off()
    assert shop.on(world.now).kept.standing.ack == 0
    send(world, shop)
    assert shop.on(world.now).kept.standing.ack == 1
    assert codes(world, shop.id) == ["applied"]
    for each in world.shops:
        each.pull(world.county.status(), world.now)
    assert breaches(world) == []


def test_posnext_50_97_a_push_that_comes_twice_counts_once() -> None:
    world = a_world()
    shop = world.shops[0]
    sell(world, shop, 2)
    push = shop.on(world.now).push()
    answers = [world.county.take(push, world.now, Power()) for _ in range(3)]
    assert [answer.ack for answer in answers if answer is not None] == [1, 1, 1]
    assert sum(world.county.data.payable.values()) == 50_00
    assert list(world.county.data.posted.values()) == [1]


def test_odk_central_669_pushes_that_come_out_of_order_are_one_journal() -> None:
    world = a_world()
    shop = world.shops[0]
    sell(world, shop, 2)
    earlier = shop.on(world.now).push()
    sell(world, shop, 3)
    later = shop.on(world.now).push()
    acks = [world.county.take(push, world.now, Power()) for push in (later, earlier)]
    assert [answer.ack for answer in acks if answer is not None] == [2, 2]
    assert codes(world, shop.id) == ["applied", "applied"]


def test_odk_central_669_what_comes_after_a_gap_waits_for_it() -> None:
    world = a_world()
    shop = world.shops[0]
    for number in (2, 3):
        sell(world, shop, number)
    send(world, shop)
    world.county.data.devices[shop.id] = replace(world.county.data.devices[shop.id], events={})
    sell(world, shop, 5, fen=50_00)
    answer = world.county.take(shop.on(world.now).push(), world.now, Power())
    assert answer is not None
    assert (answer.ack, codes(world, shop.id)) == (0, ["held_gap"])
    assert sum(world.county.data.payable.values()) == 0
    shop.hear(answer.data, answer.allowance, shop.reading(world.now), world.now)
    send(world, shop)
    assert codes(world, shop.id) == ["applied", "applied", "applied"]


def test_erpnext_13388_one_event_that_nobody_can_read_blocks_no_other() -> None:
    world = a_world()
    shop = world.shops[0]
    shop.on(world.now).note("WEIGH", [1, 2, 3], shop.reading(world.now))
    sell(world, shop, 2)
    send(world, shop)
    assert shop.on(world.now).kept.standing.ack == 2
    assert codes(world, shop.id) == ["needs_review", "applied"]


def test_pretix_a_revoked_device_brings_what_it_holds_and_is_paid_for_what_it_did_before_it_knew() -> None:
    world = a_world()
    shop = world.shops[0]
    sell(world, shop, 2)
    world.now += 60
    world.county.revoke(shop.id, world.now)
    sell(world, shop, 3)
    send(world, shop)
    world.now += 60
    sell(world, shop, 5)
    send(world, shop)
    assert codes(world, shop.id) == ["applied", "applied", "noncompliant"]
    assert world.county.data.devices[shop.id].ack == 3


def test_eventra_10933_whatever_a_screen_has_called_accepted_is_in_the_next_push() -> None:
    world = a_world()
    shop = world.shops[0]
    seen = [sell(world, shop, 2).hash]
    shop.off()
    seen.append(sell(world, shop, 3).hash)
    send(world, shop)
    assert [event.hash for event in world.county.data.devices[shop.id].events.values()] == seen


def test_cht_8093_a_county_restored_from_its_backup_gets_everything_back() -> None:
    world = a_world()
    shop = world.shops[0]
    sell(world, shop, 2)
    send(world, shop)
    world.county.make_backup()
    sell(world, shop, 3)
    send(world, shop)
    world.county.restore(world.now)
    assert world.county.data.devices[shop.id].ack == 1
    send(world, shop)
    send(world, shop)
    assert (world.county.data.devices[shop.id].ack, codes(world, shop.id)) == (2, ["applied", "applied"])


def test_an_amount_over_the_face_is_covered_whoever_comes_first() -> None:
    totals = set()
    for order in ((0, 1), (1, 0)):
        world = a_world()
        shops = [world.shops[nth] for nth in (0, 1)]
        for shop in shops:
            sell(world, shop, 2, fen=200_00)
        for nth in order:
            send(world, shops[nth])
        data = world.county.data
        totals.add((sum(data.payable.values()), data.own[voucher_of(2)], data.cover[voucher_of(2)], NOW))
    assert totals == {(80_00, 50_00, 30_00, NOW)}
