"""A rush of claims by people who each keep their claim's id, and what must be true of it after any crash."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from backend.audit_trail.chain import Chain, chain
from backend.audit_trail.verify import Verify, verify
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.enter import ReadySessions, ready_sessions
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.vouchers.tables import vouchers
from tests.bench.surroundings import admit
from tests.crash.wire import Cut, Line, Unreached, claim_body, claims_path
from tests.vouchers.campaigns import faults, running_campaign

RETRY_SECONDS = 0.02


class Person:
    """A resident with a session, a claim's id made beforehand, and the voucher that was acknowledged."""

    def __init__(self, resident_id: UUID, cookie: str) -> None:
        self.resident_id = resident_id
        self.cookie = cookie
        self.claim_id = new_id()
        self.voucher_id: str | None = None


class Rush(Struct):
    """A round and its people; ``acknowledged`` counts answers, ``statuses`` those of another kind than 200 and 201."""

    round_id: UUID
    people: list[Person]
    ports: list[int]
    acknowledged: int = 0
    gave_up: int = 0
    others: dict[int, int] = {}

    async def claim(self, person: Person, line: Line) -> int:
        """Send the person's claim once and note what was acknowledged; the status."""
        answer = await line.post(claims_path(self.round_id), claim_body(person.claim_id))
        if answer.status in (200, 201):
            told = answer.json()
            assert told["claim_id"] == str(person.claim_id)
            assert person.voucher_id in (None, told["voucher_id"]), "an id was answered with another voucher"
            person.voucher_id = told["voucher_id"]
            self.acknowledged += 1
        else:
            self.others[answer.status] = self.others.get(answer.status, 0) + 1
        return answer.status

    async def run(self, *, at_once: int, patient: float = 1.0, dice: random.Random | None = None) -> None:
        """Everybody claims, so many at once. Of those who were cut, this part tries again with the same id."""
        dice = dice or random.Random(1)
        waiting = list(reversed(self.people))

        async def one_after_another() -> None:
            while waiting:
                person = waiting.pop()
                line = Line(dice.choice(self.ports), cookie=person.cookie)
                while True:
                    try:
                        if await self.claim(person, line) != 503:
                            break
                    except Cut as cut:
                        if not isinstance(cut, Unreached) and dice.random() >= patient:
                            self.gave_up += 1
                            break
                    await asyncio.sleep(RETRY_SECONDS)
                line.hang_up()

        await asyncio.gather(*(one_after_another() for _ in range(at_once)))

    async def until_acknowledged(self, count: int) -> bool:
        """Wait for so many answers; ``False`` once nobody is left."""
        goal = self.acknowledged + count
        while self.acknowledged < goal:
            if self.acknowledged + self.gave_up >= len(self.people):
                return False
            await asyncio.sleep(0.001)
        return True


async def prepare(
    county: County, people: int, ports: list[int], *, pieces: int | None = None, campaign_id: UUID | None = None
) -> Rush:
    """Residents with sessions and an open round with a voucher for each of them, or as many as said."""
    await admit(county, people)
    opened = await transact(county, ready_sessions, ReadySessions(role=Role.RESIDENT, count=people))
    assert not isinstance(opened, Refused), opened
    (round_id,) = await running_campaign(county, pieces=people if pieces is None else pieces, campaign_id=campaign_id)
    return Rush(round_id, [Person(one.person_id, f"__Host-yizhan={one.token}") for one in opened], ports, others={})


async def held(county: County, round_id: UUID) -> dict[UUID, list[str]]:
    """The vouchers of a round by resident, as the rows say."""

    async def ask(tx: Transaction, asked: UUID) -> dict[UUID, list[str]]:
        found: dict[UUID, list[str]] = {}
        rows = await tx.execute(select(vouchers.c.id, vouchers.c.resident_id).where(vouchers.c.round_id == asked))
        for voucher_id, resident_id in rows:
            found.setdefault(resident_id, []).append(str(voucher_id))
        return found

    return await inquire(county, ask, round_id)


async def check(county: County, rush: Rush) -> int:
    """Acknowledged once, unacknowledged 0 or 1 times, and every book in order; how many were stored unheard."""
    stored = await held(county, rush.round_id)
    for person in rush.people:
        vouchers_of = stored.get(person.resident_id, [])
        if person.voucher_id is None:
            assert len(vouchers_of) <= 1, f"a claim that was never acknowledged is there {len(vouchers_of)} times"
        else:
            assert vouchers_of == [person.voucher_id], "an acknowledged claim is not there exactly once"
    await check_books(county)
    return len(stored) - sum(person.voucher_id is not None for person in rush.people)


async def check_books(county: County) -> None:
    """What ``yizhan audit`` checks, and the chain of the trail once everything is linked."""
    assert await faults(county) == []
    while await transact(county, chain, Chain()):
        pass
    report = await inquire(county, verify, Verify(county.clock()))
    assert (report.broken_at, report.fault, report.unlinked_too_long) == (None, "", 0)


async def everybody_again(rush: Rush) -> None:
    """Everybody sends the same id once more: who was acknowledged hears the same, who was not gets theirs now."""
    known = {person.claim_id: person.voucher_id for person in rush.people}
    new = 0
    for person in rush.people:
        line = Line(rush.ports[0], cookie=person.cookie)
        status = await rush.claim(person, line)
        line.hang_up()
        assert status == 200 if known[person.claim_id] else status in (200, 201), status
        new += status == 201
    assert all(person.voucher_id is not None for person in rush.people)


async def during(rush: Awaitable[None], act: Callable[[], Awaitable[None]]) -> None:
    """Run both together; a fault of either ends the other."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_await(rush))
        group.create_task(_await(act()))


async def _await(awaitable: Awaitable[None]) -> None:
    await awaitable
