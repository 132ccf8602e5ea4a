"""Every night what has outlived its purpose is erased, and no more than that."""

from datetime import timedelta

from backend.database.columns import Personal, metadata
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.end_staff import EndStaff, end_staff
from backend.identity.recognise import Recogniser
from backend.identity.retention import NIGHTLY, SESSIONS_KEPT, STAFF_NAMES_KEPT, erase_what_is_over, plan_first_night
from backend.identity.sign_out import end_session
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.notifications.retention import BOX_KEPT, INBOX_KEPT
from backend.outbox.due import run_due
from tests.databases import HandClock
from tests.identity.people import by, resident, staff
from tests.identity.test_sessions import ending

DUE = {NIGHTLY: erase_what_is_over}


async def counts(county: County) -> dict[str, int]:
    async def ask(tx: Transaction, names: tuple[str, ...]) -> dict[str, int]:
        return {
            name: (await tx.connection.exec_driver_sql(f"SELECT count(*) FROM {name}")).scalar_one() for name in names
        }

    return await inquire(county, ask, ("sign_in_doors", "sessions", "session_changes", "demonstration_sms"))


async def test_every_night_is_planned_once_and_runs_at_three(county: County, clock: HandClock) -> None:
    for _ in range(2):
        await transact(county, plan_first_night, None)
    clock.forward(hours=17, microseconds=-1)  # It was 10:00.
    assert await run_due(county, DUE, clock()) == 0
    clock.forward(microseconds=1)
    assert await run_due(county, DUE, clock()) == 1
    assert await run_due(county, DUE, clock()) == 0
    clock.forward(days=1)
    assert await run_due(county, DUE, clock()) == 1


async def test_doors_changes_and_sessions_go_when_their_time_is_over(county: County, clock: HandClock) -> None:
    await transact(county, plan_first_night, None)
    kept, gone = await resident(county), await resident(county, "15410000002")
    await transact(county, end_session, ending(gone))
    seen = []
    for days in (1, 6, 23, 2):
        clock.forward(days=days)
        await run_due(county, DUE, clock())
        seen.append(await counts(county))
    assert [one["sign_in_doors"] for one in seen] == [2, 0, 0, 0]
    assert [one["session_changes"] for one in seen] == [1, 0, 0, 0]
    assert [one["demonstration_sms"] for one in seen] == [2, 2, 0, 0]
    assert [one["sessions"] for one in seen] == [2, 2, 2, 1]
    assert await Recogniser().find(county, kept.token, None) is None  # Its thirty days are over too.


async def test_the_name_of_somebody_who_left_goes_after_three_years(county: County, clock: HandClock) -> None:
    await transact(county, plan_first_night, None)
    one = await staff(county, Role.OFFICE)
    await transact(county, end_staff, EndStaff(staff_id=one, actor=by(new_id())))

    async def named(tx: Transaction, _asked: None) -> bool:
        row = (await tx.connection.exec_driver_sql("SELECT name FROM staff")).one()
        return row[0] is not None

    clock.forward(days=1095)
    await run_due(county, DUE, clock())
    assert await inquire(county, named, None)
    clock.forward(days=1)
    await run_due(county, DUE, clock())
    assert not await inquire(county, named, None)


def test_the_nightly_work_keeps_what_the_columns_promise() -> None:
    def promised(table: str, column: str) -> timedelta:
        personal = metadata.tables[table].c[column].info["personal"]
        assert isinstance(personal, Personal)
        return timedelta(days=personal.kept_days)

    assert promised("inbox_messages", "words") == INBOX_KEPT
    assert promised("demonstration_sms", "variables") == BOX_KEPT
    assert promised("staff", "name") == STAFF_NAMES_KEPT
    assert {promised("sessions", column) for column in ("network", "device")} == {SESSIONS_KEPT}
    # Erased in the act itself, when the account closes or the message has left:
    assert {promised("residents", column) for column in ("name", "phone", "identity_number")} == {timedelta(0)}
