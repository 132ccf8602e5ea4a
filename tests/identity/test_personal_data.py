"""What the county knows of people is listed, exported, looked at for a purpose only, and erased when they go."""

import csv
import io
from collections.abc import Sequence

from backend.audit_trail.find import Find, find
from backend.database.columns import metadata
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.close_account import CloseAccount, close_account
from backend.identity.enrol_holder_key import holder_keys
from backend.identity.events import AccountClosed
from backend.identity.freeze import Freeze, Unfreeze, freeze, unfreeze
from backend.identity.look import (
    FindResident,
    LookAtResident,
    LooksAtMe,
    find_resident,
    look_at_resident,
    looks_at_me,
)
from backend.identity.open_account import AdmitResidents, OpenAccount, admit_residents, open_account
from backend.identity.person import claimant, claimants
from backend.identity.personal_data import Export, Section, as_csv, collected, export
from backend.identity.prove_identity import RecordProof, record_proof
from backend.identity.reasons import IdentityReason
from backend.identity.recognise import Recogniser
from backend.identity.records import NewResident, Resident
from backend.identity.rules import ResidentState
from backend.kernel.actors import Role
from backend.kernel.claimants import KeyKind, ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.refusals import GeneralReason, Refused
from backend.kernel.signing import SigningKey
from backend.notifications.inbox import Inbox, inbox
from backend.outbox.relay import Consumer, by_event_name, deliver_events
from tests.databases import HandClock
from tests.identity.people import PHONE, by, resident, staff
from tests.identity.test_holder_key import enrol
from tests.identity.test_proofs import NUMBER


async def test_a_full_view_is_recorded_and_told_to_the_resident(county: County, clock: HandClock) -> None:
    person = (await resident(county)).person_id
    clerk = await staff(county, Role.OFFICE)
    look = LookAtResident(
        resident_id=person,
        staff_id=clerk,
        role="office",
        purpose="核对退款账户",
        actor=by(clerk, Role.OFFICE),
    )
    seen = await transact(county, look_at_resident, look)
    assert isinstance(seen, Resident)
    assert seen.phone == PHONE
    (told,) = await inquire(county, looks_at_me, LooksAtMe(resident_id=person))
    assert (told.by, told.look.purpose, told.look.role, told.look.at) == ("牟*文", "核对退款账户", "office", clock())
    (message,) = await inquire(county, inbox, Inbox(recipient_id=person))
    assert "核对退款账户" in message.words.body_zh
    entry = (await inquire(county, find, Find(act="identity.look_at_resident")))[0]
    assert (entry.actor.id, entry.subject_id, entry.words) == (clerk, str(person), "核对退款账户")
    nobody = LookAtResident(resident_id=new_id(), staff_id=clerk, role="office", purpose="核对", actor=by(clerk))
    assert await transact(county, look_at_resident, nobody) == Refused(GeneralReason.NOT_FOUND)


async def test_a_frozen_account_may_not_claim_and_is_told_why(county: County) -> None:
    opened, recogniser = await resident(county), Recogniser()
    person = opened.person_id
    await recogniser.poll_once(county)
    await recogniser.find(county, opened.token, None)
    stop = Freeze(resident_id=person, why="同一设备多次领取", actor=by(new_id(), Role.OFFICE))
    assert await transact(county, freeze, stop) is ResidentState.FROZEN
    assert await transact(county, freeze, stop) is ResidentState.FROZEN
    await recogniser.poll_once(county)
    caller = await recogniser.find(county, opened.token, None)
    assert caller is not None
    assert caller.claimant is not None
    assert caller.claimant.frozen
    closing = CloseAccount(resident_id=person, actor=by(person))
    assert await transact(county, close_account, closing) == Refused(IdentityReason.ACCOUNT_FROZEN)
    free = Unfreeze(resident_id=person, why="人工核验通过", actor=by(new_id(), Role.OFFICE))
    assert await transact(county, unfreeze, free) is ResidentState.OPEN
    told = await inquire(county, inbox, Inbox(recipient_id=person))
    assert sorted(message.code for message in told) == ["account-frozen", "account-unfrozen"]
    nobody = Freeze(resident_id=new_id(), why="无", actor=by(new_id()))
    assert await transact(county, freeze, nobody) == Refused(GeneralReason.NOT_FOUND)


async def test_a_closed_account_leaves_nothing_personal_and_the_phone_is_free(county: County, clock: HandClock) -> None:
    opened = await resident(county, device="d" * 22)
    person = opened.person_id
    proof = RecordProof(
        resident_id=person,
        level=ProofLevel.STATION,
        provider="station",
        reference="",
        actor=by(new_id()),
        name="李晓燕",
        identity_number=NUMBER,
    )
    await transact(county, record_proof, proof)
    await enrol(county, person, SigningKey.new())
    assert await transact(county, close_account, CloseAccount(resident_id=person, actor=by(person))) is None
    again = await transact(county, close_account, CloseAccount(resident_id=person, actor=by(person)))
    assert again == Refused(GeneralReason.NOT_FOUND)
    assert await Recogniser().find(county, opened.token, None) is None
    assert await inquire(county, claimant, person) is None
    assert await inquire(county, holder_keys, frozenset({person})) == {}
    assert await inquire(county, inbox, Inbox(recipient_id=person)) == []

    async def left(tx: Transaction, _asked: None) -> list[object]:
        row = (await tx.connection.exec_driver_sql("SELECT * FROM residents")).one()
        kept = [name for name, value in row._mapping.items() if value is not None]
        session = (await tx.connection.exec_driver_sql("SELECT network, device, device_hash FROM sessions")).one()
        assert tuple(session) == ("", "", None)
        keys = (await tx.connection.exec_driver_sql("SELECT count(*) FROM resident_keys")).scalar_one()
        return [sorted(kept), keys]

    assert await inquire(county, left, None) == [["closed_at", "id", "opened_at", "proof_level", "state"], 0]
    heard: list[AccountClosed] = []

    async def listen(tx: Transaction, events: Sequence[object], now: object) -> None:
        for event in events:
            assert isinstance(event, AccountClosed)
            heard.append(event)

    consumers = by_event_name([Consumer("test.closed", AccountClosed, listen)])
    await deliver_events(county, consumers, clock())
    assert [event.resident_id for event in heard] == [person]
    clock.forward(minutes=1)
    newcomer = await resident(county)
    assert newcomer.person_id != person


async def test_the_list_of_what_is_collected_is_made_from_the_columns(county: County) -> None:
    listed = {(one.table, one.column) for one in collected()}
    assert {
        ("residents", "phone"),
        ("residents", "name"),
        ("residents", "identity_number"),
        ("staff", "phone"),
        ("inbox_messages", "words"),
    } <= listed
    marked = {(table.name, column.name) for table in metadata.sorted_tables for column in table.c if column.info}
    assert listed == marked
    assert all(one.purpose_zh and one.purpose_en and one.kept_days >= 0 for one in collected())


async def test_an_export_holds_everything_as_data_and_as_a_table(county: County) -> None:
    person = (await resident(county)).person_id

    async def vouchers(tx: Transaction, resident_id: object) -> Section:
        return Section("vouchers", [{"id": str(resident_id), "note": "=1+1"}])

    sections = await inquire(county, export, Export(person, (vouchers,)))
    names = [section.name for section in sections]
    assert names == ["account", "proofs", "sessions", "holder_key", "consents", "looks", "messages", "vouchers"]
    assert sections[0].rows[0]["phone"] == PHONE
    rows = list(csv.reader(io.StringIO(as_csv(sections).removeprefix("\ufeff"))))
    assert rows[0] == ["section", "row", "field", "value"]
    assert ["account", "1", "phone", PHONE] in rows
    assert ["vouchers", "1", "note", "'=1+1"] in rows
    assert await inquire(county, export, Export(new_id())) == []


async def test_a_roll_opens_accounts_with_groups_and_keys(county: County) -> None:
    roll = tuple(
        NewResident(
            id=new_id(),
            name=f"居民{number}",
            phone=f"1541000{number:04}",
            identity_number=NUMBER if number == 7 else None,
            town_code="511527100",
            proof_level=ProofLevel.VENDOR,
            groups=("elder", "low_income") if number == 7 else (),
        )
        for number in range(1200)
    )
    assert await transact(county, admit_residents, AdmitResidents(roll)) == 1200
    known = await inquire(county, claimants, [one.id for one in roll])
    assert len(known) == 1200
    seventh = known[roll[7].id]
    assert (seventh.groups, seventh.town_code) == (frozenset({"elder", "low_income"}), "511527100")
    assert [kind for kind, _ in seventh.keys] == [KeyKind.ACCOUNT, KeyKind.PHONE, KeyKind.IDENTITY]
    assert await transact(county, admit_residents, AdmitResidents(())) == 0


async def test_a_station_opens_an_account_for_somebody_without_a_phone(county: County) -> None:
    operator = by(new_id(), Role.OPERATOR)
    command = OpenAccount(
        name="王素珍", identity_number=NUMBER, proof_level=ProofLevel.STATION, groups=("elder",), actor=operator
    )
    person = await transact(county, open_account, command)
    found = await inquire(county, claimant, person)
    assert found is not None
    assert [kind for kind, _ in found.keys] == [KeyKind.ACCOUNT, KeyKind.IDENTITY]
    entry = (await inquire(county, find, Find(act="identity.open_account")))[0]
    assert entry.actor.role == "operator"
    assert await transact(county, find_resident, FindResident(PHONE, operator)) is None
    missed, *_ = await inquire(county, find, Find(act="identity.find_resident"))
    assert (missed.subject_kind, missed.success, missed.actor.id) == ("phone", False, operator.id)
    assert PHONE not in missed.subject_id


async def test_what_the_staff_wrote_about_somebody_goes_with_the_account(county: County) -> None:
    person = (await resident(county)).person_id
    officer = by(new_id(), Role.OFFICE)
    frozen = await transact(county, freeze, Freeze(resident_id=person, why="邻居李四举报", actor=officer))
    freed = await transact(county, unfreeze, Unfreeze(resident_id=person, why="核实无误", actor=officer))
    assert not isinstance(frozen, Refused)
    assert not isinstance(freed, Refused)
    assert [entry.words for entry in await inquire(county, find, Find(act="identity.freeze"))] == ["邻居李四举报"]
    assert await transact(county, close_account, CloseAccount(resident_id=person, actor=by(person))) is None
    assert [entry.words for entry in await inquire(county, find, Find(act="identity.freeze"))] == [""]
