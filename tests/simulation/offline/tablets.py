"""What people do at a station's tablet beside taking vouchers, at random: shifts, acts that build on others, tasks."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from backend.sync.log_rules import COMMAND_UNKNOWN
from backend.sync.review_rules import REJECTED
from backend.sync.station_claim_rules import TYPE
from merchant_tools.till_rules import NotAccepted
from tests.simulation.offline.devices import Shop
from tests.simulation.offline.settings import HOUR

if TYPE_CHECKING:
    from tests.simulation.offline.world import World

MOST_ACTS = 9
OPERATORS = UUID(int=0x0A), UUID(int=0x0A), UUID(int=0x0B)
CASH = 20_000
POISONED = "parcel"
"""Nobody here does such an act yet."""
POISONED_IDS = {2, 5, 8}


def _tablet(world: "World") -> Shop | None:
    there = [shop for shop in world.shops if shop.is_station and not shop.is_gone]
    return world.dice.choice(there) if there and world.acts < MOST_ACTS else None


def _noted(world: "World", shop: Shop, kind: str, body: list[Any]) -> bool:
    with suppress(NotAccepted):  # Of an older copy of a journal.
        sealed = shop.on(world.now).note(kind, body, shop.reading(world.now))
        world.acts += 1
        world.diary.noted.append((shop.id, sealed.hash))
        return True
    return False


def serve(world: "World") -> None:
    """A shift is opened, somebody is registered in it, or it is closed."""
    shop = _tablet(world)
    if shop is None:
        return
    if world.dice.random() < 0.15:
        shop.skew = world.dice.choice((0, 600, -600, 3 * HOUR))
    if shop.shift is None:
        shift = UUID(int=world.dice.getrandbits(128), version=4), world.dice.choice(OPERATORS)
        if _noted(world, shop, "SHIFT", ["open", shift[0].bytes, shift[1].bytes, CASH, None]):
            shop.shift = shift
    elif world.dice.random() < 0.3:
        close(world, shop)
    else:
        register(world, shop)


def close(world: "World", shop: Shop) -> None:
    """The cash is counted."""
    assert shop.shift is not None, "somebody works there"
    cash = world.dice.choice((CASH, CASH, CASH - 500))
    if _noted(world, shop, "SHIFT", ["close", shop.shift[0].bytes, shop.shift[1].bytes, cash, None]):
        shop.shift = None


def register(world: "World", shop: Shop) -> None:
    """Something is asked for somebody. It may build on what any tablet registers, or will; now and then it is written
    twice.
    """
    assert shop.shift is not None, "somebody works there"
    dice = world.dice
    # The ids of what is registered in this world, also of what nobody has registered yet.
    ids = [UUID(int=number, version=4) for number in range(1, MOST_ACTS + 1)]
    cmd_id = dice.choice(ids[: world.acts + 2])
    if world.registered.setdefault(cmd_id, shop.id) != shop.id:
        return
    deps = [dep.bytes for dep in dice.sample(ids[: world.acts + 2], dice.choice((0, 0, 0, 1, 1, 2))) if dep < cmd_id]
    name = POISONED if cmd_id.int & 0xFF in POISONED_IDS else TYPE
    _noted(world, shop, "CMD", [cmd_id.bytes, name, shop.shift[0].bytes, deps, None])


def see_to(world: "World") -> None:
    """Somebody in the office puts an act aside that nobody can do."""
    data = world.county.data
    tasks = [hashed for hashed, judged in data.acts.items() if judged == COMMAND_UNKNOWN]
    if tasks:
        hashed = world.dice.choice(tasks)
        data.acts[hashed] = REJECTED
        data.rejected |= {hashed}


def end_the_day(world: "World") -> None:
    """Whoever still works somewhere counts the cash and goes home."""
    for shop in world.shops:
        if shop.is_station and not shop.is_gone and shop.shift is not None:
            close(world, shop)
