"""All SQL of the county's facts."""

from sqlalchemy import delete, insert, select

from backend.data_state.rules import Fact
from backend.data_state.tables import data_state
from backend.database.transaction import Transaction
from backend.kernel.instants import Instant


async def lock_value(tx: Transaction, name: Fact) -> str | None:
    """A fact's value; nobody else changes it until the commit."""
    found = await tx.execute(select(data_state.c.value).where(data_state.c.name == name.value).with_for_update())
    return found.scalar_one_or_none()


async def read_value(tx: Transaction, name: Fact) -> str | None:
    """A fact's value."""
    found = await tx.execute(select(data_state.c.value).where(data_state.c.name == name.value))
    return found.scalar_one_or_none()


async def read_since(tx: Transaction, name: Fact) -> Instant | None:
    """Since when a fact has its value."""
    found = await tx.execute(select(data_state.c.since).where(data_state.c.name == name.value))
    return found.scalar_one_or_none()


async def put_value(tx: Transaction, name: Fact, value: str, at: Instant) -> None:
    """The fact's value from now on."""
    await tx.execute(delete(data_state).where(data_state.c.name == name.value))
    await tx.execute(insert(data_state).values(name=name.value, value=value, since=at))
