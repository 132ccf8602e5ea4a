"""The epoch tells one life of the data from every other, also from one that the backup never knew."""

from datetime import UTC, datetime

from backend.data_state.epoch import AskEpoch, RaiseEpoch, epoch, raise_epoch
from backend.data_state.rules import FIRST_EPOCH, next_epoch
from backend.database.county import County
from backend.database.transaction import inquire, transact
from tests.databases import HandClock


def test_two_restores_of_one_backup_are_two_lives() -> None:
    first = next_epoch(FIRST_EPOCH, at=datetime(2026, 11, 20, 2, 0, 0, tzinfo=UTC))
    second = next_epoch(FIRST_EPOCH, at=datetime(2026, 11, 20, 2, 0, 1, tzinfo=UTC))
    assert (first, second) == (27_914_400, 27_914_401)


def test_a_clock_that_was_set_back_raises_it_all_the_same() -> None:
    assert next_epoch(27_914_400, at=datetime(2025, 1, 1, tzinfo=UTC)) == 27_914_401


async def test_every_restore_raises_the_epoch_and_nothing_else_does(county: County, clock: HandClock) -> None:
    assert await inquire(county, epoch, AskEpoch()) == FIRST_EPOCH
    lives = []
    for _ in range(3):
        lives.append(await transact(county, raise_epoch, RaiseEpoch()))
        assert await inquire(county, epoch, AskEpoch()) == lives[-1]
    assert lives == [27_914_400, 27_914_401, 27_914_402]
    clock.forward(days=1)
    assert await inquire(county, epoch, AskEpoch()) == lives[-1]
    assert await transact(county, raise_epoch, RaiseEpoch()) == 27_914_400 + 86_400
