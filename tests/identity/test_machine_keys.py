"""A machine's key opens what its role opens, is told once, and is worthless when revoked."""

from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.make_machine_key import (
    MadeKey,
    MakeMachineKey,
    PageOfKeys,
    RevokeMachineKey,
    RotateMachineKey,
    make_machine_key,
    page_of_keys,
    revoke_machine_key,
    rotate_machine_key,
)
from backend.identity.reasons import IdentityReason
from backend.identity.recognise import Recogniser
from backend.kernel.actors import MACHINE_ROLES, ActorKind, Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Refused
from tests.databases import HandClock
from tests.identity.test_codes import stored_bytes

MERCHANT = UUID(int=41)


async def made(county: County, role: Role = Role.POS, *, lasts: timedelta | None = None) -> MadeKey:
    command = MakeMachineKey(
        name="收银台 1",
        role=role,
        merchant_id=MERCHANT if role is Role.POS else None,
        expires_at=None if lasts is None else county.clock() + lasts,
    )
    key = await transact(county, make_machine_key, command)
    assert isinstance(key, MadeKey)
    return key


@pytest.mark.parametrize("role", sorted(MACHINE_ROLES))
async def test_a_key_is_known_by_its_role_from_database_and_memory(county: County, role: Role) -> None:
    key = await made(county, role)
    assert key.key.startswith(f"yz_{role.value}_")
    recogniser = Recogniser()
    await recogniser.poll_once(county)
    caller = await recogniser.find(county, None, key.key)
    assert caller is not None
    assert (caller.kind, caller.id, caller.roles) == (ActorKind.MACHINE, key.row.id, frozenset({role}))
    assert caller.merchant_id == (MERCHANT if role is Role.POS else None)
    assert recogniser.known_key(county, key.key) is caller
    assert recogniser.known(county, key.key) is None
    assert await recogniser.find(county, key.key, None) is None
    assert key.key.encode() not in await stored_bytes(county, "machine_keys")


async def test_a_till_belongs_to_a_merchant_and_nothing_else_does(county: County) -> None:
    for role, merchant_id in ((Role.POS, None), (Role.CAPTURE, MERCHANT), (Role.OFFICE, None)):
        command = MakeMachineKey(name="x", role=role, merchant_id=merchant_id)
        assert await transact(county, make_machine_key, command) == Refused(IdentityReason.KEY_UNFIT)


async def test_a_key_runs_out_after_now_and_within_ten_years(county: County, clock: HandClock) -> None:
    for lasts in (timedelta(0), timedelta(days=3653, microseconds=1)):
        command = MakeMachineKey(name="x", role=Role.QUERY, expires_at=clock() + lasts)
        assert await transact(county, make_machine_key, command) == Refused(IdentityReason.KEY_DATES)
    far_off = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12)))
    command = MakeMachineKey(name="x", role=Role.QUERY, expires_at=far_off)
    assert await transact(county, make_machine_key, command) == Refused(IdentityReason.KEY_DATES)
    assert (await made(county, Role.QUERY, lasts=timedelta(days=3653))).row.expires_at is not None


async def test_a_revoked_key_is_worthless_after_the_next_poll(county: County) -> None:
    key, recogniser = await made(county), Recogniser()
    await recogniser.poll_once(county)
    assert await recogniser.find(county, None, key.key) is not None
    for _ in range(2):
        assert await transact(county, revoke_machine_key, RevokeMachineKey(key_id=key.row.id)) is None
    await recogniser.poll_once(county)
    assert recogniser.known_key(county, key.key) is None
    assert await recogniser.find(county, None, key.key) is None
    unknown = RevokeMachineKey(key_id=new_id())
    assert await transact(county, revoke_machine_key, unknown) == Refused(GeneralReason.NOT_FOUND)


async def test_a_rotated_key_works_for_another_day_beside_the_new_one(county: County, clock: HandClock) -> None:
    old, recogniser = await made(county), Recogniser()
    await recogniser.poll_once(county)
    await recogniser.find(county, None, old.key)
    new = await transact(county, rotate_machine_key, RotateMachineKey(key_id=old.row.id))
    assert isinstance(new, MadeKey)
    assert (new.row.role, new.row.merchant_id) == (Role.POS, MERCHANT)
    await recogniser.poll_once(county)
    clock.forward(hours=24, microseconds=-1)
    assert await recogniser.find(county, None, old.key) is not None
    clock.forward(microseconds=1)
    assert await recogniser.find(county, None, old.key) is None
    assert await recogniser.find(county, None, new.key) is not None
    twice = RotateMachineKey(key_id=old.row.id)
    assert await transact(county, rotate_machine_key, twice) == Refused(GeneralReason.NOT_FOUND)


async def test_a_key_runs_out_at_its_instant(county: County, clock: HandClock) -> None:
    key, recogniser = await made(county, Role.QUERY, lasts=timedelta(minutes=1)), Recogniser()
    await recogniser.poll_once(county)
    clock.forward(minutes=1, microseconds=-1)
    assert await recogniser.find(county, None, key.key) is not None
    assert recogniser.known_key(county, key.key) is not None
    clock.forward(microseconds=1)
    assert recogniser.known_key(county, key.key) is None
    assert await recogniser.find(county, None, key.key) is None


async def test_the_list_shows_use_and_never_the_key(county: County, clock: HandClock) -> None:
    key, recogniser = await made(county), Recogniser()
    await recogniser.poll_once(county)
    await recogniser.find(county, None, key.key)
    recogniser.known_key(county, key.key)
    await recogniser.poll_once(county)
    (row,) = await inquire(county, page_of_keys, PageOfKeys())
    assert (row.hint, row.last_used_at) == (key.key[-4:], clock())
