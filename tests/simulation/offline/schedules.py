"""Many schedules one after another: which of them broke something, and what happened in them."""

from collections import Counter
from collections.abc import Iterable

from tests.simulation.offline.checkers import breaches
from tests.simulation.offline.devices import Shop
from tests.simulation.offline.world import World

ENOUGH = 5


def broken_in(seeds: Iterable[int]) -> dict[int, list[str]]:
    """What broke, by seed; it stops after a handful."""
    broken: dict[int, list[str]] = {}
    for seed in seeds:
        found = breaches(World(seed).live())
        if found:
            broken[seed] = found
        if len(broken) == ENOUGH:
            break
    return broken


def summed(seeds: Iterable[int]) -> Counter[str]:
    """How often what happened in these schedules, all that there is named, also with 0."""
    told = Counter[str]()
    for seed in seeds:
        world = World(seed).live()
        data = world.county.data
        codes = [str(code) for code in world.county.codes().values()]
        words = [word for device in data.devices.values() for word in world.county.judged(device).values()]
        counts = {
            "accepted": len(world.diary.seen),
            "acknowledged": sum(device.ack for device in data.devices.values()),
            "conflicts paid": codes.count("conflict_paid"),
            "conflicts unpaid": codes.count("conflict_unpaid"),
            "fen from the pool": sum(data.cover.values()),
            "claims of revoked devices": words.count("device-revoked"),
            "clocks set back": _of_kind(world, "CLOCK"),
            "taken back": _of_kind(world, "VOID"),
            "unreadable": _of_kind(world, "WEIGH"),
            "forks": sum(len(device.forks) for device in data.devices.values()),
            "shifts": len(data.shifts),
            "acts done": len(data.done),
            "acts that wait": told_as(world, "held_gap", None),
            "acts put aside": len(data.rejected),
            "acts that build on one put aside": told_as(world, "needs_review", "dependency-failed"),
            "restores": world.county.epoch - 1,
            "journals lost": sum(shop.is_gone for shop in world.shops),
            "forgotten": sum(_first_kept(world, shop) > 1 for shop in world.shops),
            "empty pools": sum(device.episodes[-1].cap == 0 for device in data.devices.values() if device.episodes),
        }
        for name, times in counts.items():
            told[name] += times
    return told


def told_as(world: World, code: str, reason: str | None) -> int:
    """How many shifts and acts of stations came to this."""
    return sum((str(one.code), one.reason) == (code, reason) for one in world.county.data.acts.values())


def _of_kind(world: World, kind: str) -> int:
    devices = world.county.data.devices.values()
    return sum(event.event.kind == kind for device in devices for event in device.events.values())


def _first_kept(world: World, shop: Shop) -> int:
    kept = shop.on(world.now).kept
    return kept.entries[0].seq if kept.entries else kept.standing.head + 1
