"""A trouble is told when it begins, ever more rarely while it lasts, and once when it is over."""

import logging
import re
from itertools import pairwise

import pytest

from backend.database.trouble import MOST_SECONDS_BETWEEN, QUIET_SECONDS, Trouble

log = logging.getLogger("test.trouble")
EVERY = 0.5


class Watch:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def trouble(watch: Watch, caplog: pytest.LogCaptureFixture) -> Trouble:
    caplog.set_level(logging.INFO)
    return Trouble(log, "work of 511527", elapsed=watch)


def test_an_hour_without_a_database_is_a_dozen_lines_and_one_when_it_is_back(
    trouble: Trouble, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    begun, told_at = watch.at, []
    while watch.at < begun + 3_600:
        before = len(caplog.messages)
        trouble.waits("connection refused")
        told_at += [watch.at - begun] * (len(caplog.messages) - before)
        watch.at += EVERY
    assert told_at == [0, 10, 30, 70, 150, 310, 630, 1_230, 1_830, 2_430, 3_030]
    assert caplog.messages[:2] == [
        "work of 511527 waits: connection refused",
        "work of 511527 waits, 21 times in 10 s: connection refused",
    ]
    assert max(b - a for a, b in pairwise(told_at)) == MOST_SECONDS_BETWEEN
    trouble.over()
    assert caplog.messages[-1] == "work of 511527 goes on after 7200 tries in 3600 s"
    trouble.over()
    assert len(caplog.messages) == len(told_at) + 1, "what is well is not told"
    trouble.waits("connection refused")
    assert caplog.messages[-1] == "work of 511527 waits: connection refused", "the next trouble begins anew"


def test_a_bug_is_told_in_full_once_and_another_one_too(
    trouble: Trouble, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    def one() -> None:
        raise ValueError("one")

    def other() -> None:
        raise ValueError("other")

    for _ in range(40):
        for bug in (one, other):
            try:
                bug()
            except ValueError as error:
                trouble.failed(error)
        watch.at += EVERY
    traced = [message for message in caplog.messages if "Traceback" in message]
    assert [re.findall(r"in (one|other)\b", message) for message in traced] == [["one"], ["other"]]
    (short,) = (message for message in caplog.messages if "Traceback" not in message)
    assert re.fullmatch(r"work of 511527 failed, 41 times in 10 s: ValueError, test_trouble\.py:\d+", short)


def test_a_trouble_that_was_quiet_for_long_begins_anew(
    trouble: Trouble, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    trouble.waits("away")
    watch.at += 1
    trouble.waits("away")
    watch.at += QUIET_SECONDS + 1
    trouble.waits("away")
    assert caplog.messages == ["work of 511527 waits: away"] * 2
