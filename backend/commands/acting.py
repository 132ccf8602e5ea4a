"""How does a command change a county? Through one verb, and with the trail's chain brought up to date at once.

``serve`` links new entries several times a second; where none runs, nobody would until the next start, and an audit in
between would rightly complain.
"""

from typing import TypeVar

from backend.audit_trail.chain import Chain, chain
from backend.database.county import County
from backend.database.transaction import Verb, transact

MOST_PORTIONS = 50

C = TypeVar("C")
O = TypeVar("O")  # noqa: E741 - outcome; the pair reads as C and O everywhere in the house.


async def act(county: County, verb: Verb[C, O], command: C) -> O:
    """Run the verb, then link what it wrote; returns the verb's outcome."""
    outcome = await transact(county, verb, command)
    await link(county)
    return outcome


async def link(county: County) -> None:
    """Link what was written into the trail, by whatever way."""
    for _ in range(MOST_PORTIONS):  # In mid-rush others never stop writing; theirs is the serving process's to link.
        if not await transact(county, chain, Chain()):
            break
