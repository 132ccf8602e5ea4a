"""Open residents' accounts: at the first sign-in, at a station, or many at once from a roll."""

from uuid import UUID

from msgspec import Struct

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.identity.records import NewResident
from backend.identity.store import residents
from backend.kernel.actors import SYSTEM, Actor, ActorKind
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant


class OpenAccount(Struct, frozen=True, kw_only=True):
    """What is known of a person when the account is opened; ``actor`` is a station's operator, else the person."""

    phone: str | None = None
    name: str | None = None
    identity_number: str | None = None
    town_code: str | None = None
    groups: tuple[str, ...] = ()
    proof_level: ProofLevel = ProofLevel.NONE
    actor: Actor | None = None
    address: str | None = None


class AdmitResidents(Struct, frozen=True):
    """A roll of residents, each with the account's id chosen by the caller."""

    roll: tuple[NewResident, ...]


async def open_account(tx: Transaction, command: OpenAccount, *, now: Instant) -> UUID:
    """The new account's id. The phone must not belong to an open account: ask ``find_by_phone`` before."""
    new = NewResident(
        id=new_id(),
        name=command.name,
        phone=command.phone,
        identity_number=command.identity_number,
        town_code=command.town_code,
        proof_level=command.proof_level,
        groups=command.groups,
    )
    await residents.insert_residents(tx, [new], now)
    actor = command.actor or Actor(kind=ActorKind.RESIDENT, id=new.id, address=command.address)
    await record(tx, new_entry(now, actor, "identity.open_account", ("resident", new.id), to_state="open"))
    return new.id


async def admit_residents(tx: Transaction, command: AdmitResidents, *, now: Instant) -> int:
    """Open an account for everybody on the roll; returns how many."""
    if command.roll:
        await residents.insert_residents(tx, command.roll, now)
        await record(tx, new_entry(now, SYSTEM, "identity.admit_residents", ("roll", len(command.roll))))
    return len(command.roll)
