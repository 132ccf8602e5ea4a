"""What a till accepted outlives what happens to shops: power cuts, full disks, second programs, restored servers."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from merchant_tools.journal import Journal, SentinelFile
from merchant_tools.signed import NotOurForm
from merchant_tools.till import Till
from merchant_tools.till_rules import NotAccepted
from tests.merchant_tools.shop import (
    BILL,
    NOW,
    a_till,
    a_till_connected,
    answer,
    heard,
    other_holder,
    reading,
    shown,
)
from tests.protocols.known_keys import AT, DAY, DEVICE, OTHER_DEVICE

HOUR, MONTH = 3_600, 30 * 86_400
APPLIED = ("applied", None)

SELLS_UNTIL_KILLED = """
import sys
from pathlib import Path
from tests.merchant_tools.shop import BILL, a_till_connected, other_holder, reading, shown

till = a_till_connected(Path(sys.argv[1]))
for number in range(1, 40):
    accepted = till.accept(shown(number, holder=other_holder(number)), BILL, reading(1))
    print(accepted.seq, accepted.hash.hex(), flush=True)
"""


def sell(till: Till, number: int, *, after: int = 1) -> int:
    """Take the voucher of this number from somebody who has no other."""
    return till.accept(shown(number, holder=other_holder(number)), BILL, reading(after)).seq


def refusal(ask: Callable[[], object]) -> str:
    with pytest.raises(NotAccepted) as refused:
        ask()
    return refused.value.reason


def test_odoo_125037_a_power_cut_loses_no_confirmed_sale(tmp_path: Path) -> None:
    """kill -9 in the middle of selling, three times; whatever was printed as accepted is in the journal."""
    printed: dict[int, str] = {}
    for lines in (3, 5, 4):
        with subprocess.Popen(
            [sys.executable, "-c", SELLS_UNTIL_KILLED.replace("range(1,", f"range({len(printed) + 1},"), str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
        ) as selling:
            assert selling.stdout is not None
            for _ in range(lines):
                seq, hashed = selling.stdout.readline().split()
                printed[int(seq)] = hashed
            selling.kill()
            for line in selling.stdout:
                seq, hashed = line.split()
                printed[int(seq)] = hashed
        kept = a_till(tmp_path).kept
        assert {entry.seq: entry.hash.hex() for entry in kept.entries}.items() >= printed.items()
        assert [entry.seq for entry in kept.entries] == list(range(1, kept.standing.head + 1))
        if kept.standing.head > len(printed):  # The last one was written and its line was not: sold on is the next one.
            printed = {entry.seq: entry.hash.hex() for entry in kept.entries}


def test_odoo_60939_no_receipt_without_a_record(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    with sqlite3.connect(tmp_path / "journal.sqlite") as beside:
        beside.execute("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(OSError, match="disk full"):
        sell(till, 1)
    assert till.kept.entries == ()
    with sqlite3.connect(tmp_path / "journal.sqlite") as beside:
        beside.execute("DROP TRIGGER full")
    assert sell(till, 1) == 1


def test_odoo_152259_two_programs_do_not_double_a_number(tmp_path: Path) -> None:
    one, two = a_till_connected(tmp_path), a_till(tmp_path)
    assert sell(one, 1) == 1
    assert sell(two, 2) == 2
    assert refusal(lambda: sell(two, 1)) == "taken-here-before"
    with pytest.raises(OSError, match="another program"):
        heard(one, ack=1)
    assert (sell(one, 3), [entry.seq for entry in a_till(tmp_path).kept.entries]) == (3, [1, 2, 3])
    (tmp_path / "sentinel").unlink()  # Without it only the journal itself can tell.
    with pytest.raises(OSError, match="another program"):
        sell(two, 4)
    assert sell(two, 4) == 4


def test_cht_8093_after_a_restore_of_the_server_everything_is_sent_again(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    for number in (1, 2, 3):
        sell(till, number)
    assert heard(till, ack=3, epoch=1, results=dict.fromkeys((1, 2, 3), APPLIED)) is False
    assert heard(till, ack=1, epoch=2) is True
    assert (till.kept.standing.ack, till.kept.standing.epoch) == (1, 2)
    again = a_till(tmp_path)
    assert again.kept == till.kept
    assert heard(again, ack=3, epoch=2, results={2: ("duplicate", None), 3: APPLIED}) is False
    assert [entry.code for entry in again.kept.entries] == ["applied", "applied", "applied"]


def test_what_the_county_asks_for_is_sent_again_also_when_it_has_the_number(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    for number in (1, 2, 3):
        sell(till, number)
    assert heard(till, ack=3, need=2) is True
    assert till.kept.standing.ack == 1


def test_what_the_county_asks_for_in_vain_is_sent_once_more_and_not_for_ever(tmp_path: Path) -> None:
    """It misses another journal's event of number 2, which nobody has any more."""
    till = a_till_connected(tmp_path)
    for number in (1, 2, 3, 4):
        sell(till, number)
    other = ("needs_review", "two-journals")
    assert heard(till, ack=9, need=2) is True
    # Its numbers are those of the other journal: what this push did not bring is not there.
    assert heard(till, ack=9, need=2, results={2: other, 3: other}, brought=(2, 3)) is True
    assert till.kept.standing.ack == 3
    assert heard(till, ack=9, need=2, results={4: other}, brought=(4,)) is False
    assert heard(till, ack=9, need=2) is False
    assert heard(till, ack=9, need=2, epoch=2) is True, "it was restored"
    assert heard(till, ack=9, need=3, epoch=2) is True


def test_what_was_forgotten_long_ago_is_asked_for_in_vain(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    for number in (1, 2):
        sell(till, number)
    month = 31 * 86_400
    assert heard(till, ack=2, durable=1, results={1: APPLIED, 2: APPLIED}) is False
    assert heard(till, ack=2, durable=1, at=month) is False
    assert [entry.seq for entry in till.kept.entries] == [2]
    assert heard(till, ack=2, durable=1, at=month, need=1) is False


def test_cht_8202_a_till_tells_what_has_not_arrived(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    for number in (1, 2):
        sell(till, number)
    assert heard(till, ack=1, results={1: APPLIED}) is True
    kept = till.kept
    assert [(entry.seq, entry.code, entry.seq <= kept.standing.ack) for entry in kept.entries] == [
        (1, "applied", True),
        (2, None, False),
    ]


def test_getodk_1017_nothing_is_forgotten_after_a_send_that_failed(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    sell(till, 1)
    before = till.kept
    for damaged in (b"", b"\xff", answer(ack=1)[:-1], b"<html>502</html>"):
        with pytest.raises(NotOurForm):
            till.take(damaged, asked=reading(), now=reading())
    assert till.kept == before == a_till(tmp_path).kept
    assert len(till.push()) > 300


@pytest.mark.parametrize(
    ("durable", "code", "later", "is_kept"),
    [
        (1, "applied", MONTH, False),
        (1, "applied", MONTH - 1, True),
        (0, "applied", 12 * MONTH, True),
        (1, "needs_review", 12 * MONTH, True),
        (1, "held_gap", 12 * MONTH, True),
        (1, "conflict_unpaid", MONTH, False),
    ],
)
def test_an_event_is_forgotten_when_backed_up_settled_and_thirty_days_old(
    durable: int, code: str, later: int, is_kept: bool, tmp_path: Path
) -> None:
    till = a_till_connected(tmp_path)
    sell(till, 1)
    result = {1: (code, "two-journals" if code == "needs_review" else None)}
    heard(till, ack=1, durable=durable, at=10, results=result)
    # Ten years by the till's own clock are no reason: only the county's time makes an event old.
    heard(till, ack=1, durable=durable, at=10 + later, clock=-3_650 * 86_400)
    assert (len(till.kept.entries) == 1) is is_kept
    assert (len(a_till(tmp_path).kept.entries) == 1) is is_kept
    assert a_till(tmp_path).kept.standing.head == 1


def test_a_later_word_for_a_number_is_taken_whatever_was_told_of_it_before(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    sell(till, 1)
    refused = ("noncompliant", "over-cap")
    for told, kept in ((refused, refused), (("duplicate", None), refused), (APPLIED, APPLIED)):
        heard(till, ack=1, durable=1, at=10, results={1: told})
        [entry] = a_till(tmp_path).kept.entries
        assert (entry.code, entry.reason) == kept


def test_what_is_forgotten_is_the_oldest_part_and_the_chain_goes_on(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    for number in (1, 2, 3):
        sell(till, number)
    last = till.kept.entries[2].hash
    heard(till, ack=3, durable=3, at=10, results={1: APPLIED, 2: ("needs_review", "two-journals"), 3: APPLIED})
    heard(till, ack=3, durable=3, at=10 + MONTH)
    assert [entry.seq for entry in till.kept.entries] == [2, 3]
    assert till.kept.standing.head_hash == last


def test_actual_3786_5010_a_clock_that_is_wrong_never_stops_an_upload(tmp_path: Path) -> None:
    for years in (-10, 10):
        folder = tmp_path / str(years)
        folder.mkdir()
        till = a_till_connected(folder)
        sell(till, 1)
        wrong = years * 365 * 86_400
        assert till.take(answer(ack=1, at=10), asked=reading(10, clock=wrong), now=reading(10, clock=wrong)) is False
        assert till.kept.standing.ack == 1
        # The county has set the clock right, so that the till also accepts again.
        voucher = shown(2, holder=other_holder(2))
        assert till.accept(voucher, BILL, reading(20, clock=wrong)).seq == 2


def test_a_clock_far_ahead_is_asked_about_and_locks_nothing_for_good(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    ahead = reading(1, clock=2 * 86_400)
    code = shown(1, at=AT + 2 * DAY)
    assert refusal(lambda: till.accept(code, BILL, ahead)) == "clock-far-ahead"
    till.accept(code, BILL, ahead, is_clock_right=True)
    assert till.kept.standing.mark == NOW + 2 * 86_400 + 1
    heard(till, ack=1, at=60, clock=2 * 86_400)
    assert till.kept.standing.mark == NOW + 60
    voucher = shown(2, holder=other_holder(2), at=AT + timedelta(seconds=90))
    assert till.accept(voucher, BILL, reading(90, clock=2 * 86_400)).seq == 2


def test_a_clock_set_back_makes_no_expired_code_young_and_is_written_down_once(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    heard(till, at=7 * HOUR)
    with pytest.raises(NotOurForm, match="token-expired"):
        till.accept(shown(1, life=timedelta(hours=6)), BILL, reading(7 * HOUR, clock=-7 * HOUR))
    with pytest.raises(NotOurForm, match="token-expired"):
        till.accept(shown(1, life=timedelta(hours=6)), BILL, reading(7 * HOUR, clock=-7 * HOUR))
    assert len(till.kept.entries) == 1
    assert a_till(tmp_path).kept.standing.is_back is True
    heard(till, ack=1, at=7 * HOUR)
    assert till.kept.standing.is_back is False


def test_a_slow_answer_does_not_set_the_clock(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    heard(till, at=100, took=10, clock=50)
    assert till.kept.standing.offset == -45
    heard(till, at=200, took=11, clock=0)
    assert till.kept.standing.offset == -45


def test_a_journal_that_was_set_back_gives_no_number_twice(tmp_path: Path) -> None:
    till = a_till_connected(tmp_path)
    sell(till, 1)
    image = (tmp_path / "journal.sqlite").read_bytes()
    sell(till, 2)
    (tmp_path / "journal.sqlite").write_bytes(image)
    older = a_till(tmp_path)
    assert refusal(lambda: sell(older, 3)) == "journal-is-an-older-copy"
    # Without its sentinel it learns from the county, which knows of two events.
    (tmp_path / "sentinel").unlink()
    older = a_till(tmp_path)
    heard(older, ack=2)
    assert refusal(lambda: sell(a_till(tmp_path), 3)) == "journal-is-an-older-copy"
    assert older.push()


def test_the_trace_of_an_earlier_device_is_kept_until_the_county_has_heard_of_it(tmp_path: Path) -> None:
    sentinel = SentinelFile(tmp_path / "sentinel")
    sentinel.remember(OTHER_DEVICE, 7)
    till = a_till(tmp_path)
    till.note("VOID", [1, "none"], reading())
    assert sentinel.recall() == (OTHER_DEVICE, 7)
    heard(till, ack=1)
    sell(till, 1)
    assert sentinel.recall() == (DEVICE, 2)


def test_a_damaged_sentinel_is_none(tmp_path: Path) -> None:
    (tmp_path / "sentinel").write_text("torn")
    assert SentinelFile(tmp_path / "sentinel").recall() is None


def test_a_file_that_is_no_journal_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"not a database, but somebody's file" * 100)
    with pytest.raises(OSError, match="cannot be opened"):
        Journal(tmp_path / "journal.sqlite")
    assert (tmp_path / "journal.sqlite").read_bytes().startswith(b"not a database")


def test_the_file_is_written_through_to_the_disk(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    told = [journal._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
    assert told == [3, "delete"]
    journal.close()
