"""Who plays in the demonstration county, by the keys of its files and with the ids the county gave them?"""

from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from backend.demonstration.residents import Resident
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.refusals import Refused

T = TypeVar("T")


class Shop(Struct, frozen=True, kw_only=True):
    """A merchant with its owner."""

    key: str
    merchant_id: UUID
    owner_id: UUID
    trade: str
    opens: str
    closes: str


class Counter(Struct, frozen=True, kw_only=True):
    """A station with its operator."""

    station_id: UUID
    operator_id: UUID
    town_code: str


class Cast(Struct, frozen=True, kw_only=True):
    """Everybody."""

    staff: dict[str, UUID]
    shops: tuple[Shop, ...]
    counters: tuple[Counter, ...]
    residents: tuple[tuple[Resident, UUID], ...]

    def officer(self, key: str, role: Role) -> Actor:
        """Somebody of the office, acting in a role of theirs."""
        return staff_actor(self.staff[key], role)


def staff_actor(staff_id: UUID, role: Role) -> Actor:
    """Somebody of the staff as commands name them."""
    return Actor(kind=ActorKind.STAFF, id=staff_id, role=role.value)


class SeedingRefused(Exception):
    """A verb said no to the county's own files: the files or the rules are wrong."""


def accepted(kind: type[T], outcome: object, of: str) -> T:
    """The answer, which must be of this kind; anything else stops the seeding and names what it was about."""
    if isinstance(outcome, kind):
        return outcome
    told = f"{outcome.reason.zh} / {outcome.reason.en} {outcome.detail}" if isinstance(outcome, Refused) else outcome
    raise SeedingRefused(f"{of}: {told}")
