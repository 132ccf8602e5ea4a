"""A draw from entering to the vouchers: one entry a person, two people for the seed, reserves that move up."""

from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import func, select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.close_account import CloseAccount, close_account
from backend.identity.freeze import Freeze, freeze
from backend.identity.prove_identity import NoteKey, note_key
from backend.kernel.claimants import KeyKind
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.vouchers.brake_rules import PauseScope
from backend.vouchers.claim import claim
from backend.vouchers.claim_in_batches import ClaimDesk
from backend.vouchers.claim_rules import Claimed
from backend.vouchers.draw_rules import (
    DrawReason,
    DrawState,
    EntryReason,
    EntryStanding,
    PassedOver,
    PlaceOutcome,
    ranked,
    split_ranks,
)
from backend.vouchers.enter_seed import Progress, SeedEntered
from backend.vouchers.find_draws import OwnEntries, draw_board, own_entries
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import ClaimReason, Limit
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from backend.vouchers.tables import vouchers
from backend.vouchers.wallet import Wallet, wallet
from tests.databases import HandClock
from tests.vouchers.campaigns import CLERK, RULE, claim_of, faults
from tests.vouchers.desks import balances
from tests.vouchers.lots import (
    ONE,
    OTHER,
    SEED,
    SOURCE_AFTER,
    all_enter,
    asking,
    close,
    drawn_campaign,
    enter,
    enter_seeds,
    people,
    person,
    plan_with,
    published,
    round_plan,
    run_plan,
    seal,
    seed_by,
    work_off,
)
from tests.web.world import row_counts


async def holders(county: County, round_id: UUID) -> list[UUID]:
    """Who holds a voucher of the round."""

    async def look(tx: Transaction, asked: UUID) -> list[UUID]:
        found = await tx.execute(select(vouchers.c.resident_id).where(vouchers.c.round_id == asked))
        return sorted(found.scalars())

    return await inquire(county, look, round_id)


async def numbers_of(county: County, residents: list[UUID]) -> dict[int, UUID]:
    """(number → who) of the people's one entry each."""
    found = {}
    for one in residents:
        (entry,) = await inquire(county, own_entries, OwnEntries(resident_id=one))
        assert entry.number is not None
        found[entry.number] = one
    return found


async def drawn(county: County, clock: HandClock, count: int, **given: int) -> tuple[UUID, list[UUID]]:
    """A round that so many entered, numbered, at the instant at which its source is drawn."""
    round_id = await drawn_campaign(county, **given)
    residents = await people(county, count)
    await all_enter(county, round_id, residents)
    await close(county, clock, round_id)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    return round_id, residents


async def test_a_claim_in_a_round_by_lot_is_told_to_enter_and_leaves_nothing(county: County) -> None:
    round_id = await drawn_campaign(county)
    before = await row_counts(county)
    assert await transact(county, claim, claim_of(round_id, 1)) == Refused(ClaimReason.BY_DRAW)
    desk = ClaimDesk(county)
    for _ in range(2):  # The second time it is known without a question.
        assert await desk.submit(claim_of(round_id, 1)) == Refused(ClaimReason.BY_DRAW)
    assert desk.from_memory(round_id, UUID(int=1)) == Refused(ClaimReason.BY_DRAW)
    await desk.close()
    after = await row_counts(county)
    assert {name: rows for name, rows in after.items() if rows != before[name]}.keys() <= {"ledger_accounts"}


async def test_the_rushs_quick_way_never_gives_what_is_drawn_by_lot(county: County) -> None:
    rush, lot = round_plan(county, mode=RoundMode.RUSH, draw=None, pieces=2), round_plan(county, pieces=2)
    await run_plan(county, plan_with(rush, lot))
    desk = ClaimDesk(county)
    for number in (1, 2):  # The expiry of such vouchers is planned now: whatever is plain goes the quick way.
        assert isinstance(await desk.submit(claim_of(rush.round_id, number)), Claimed)
    for number in (3, 4):
        assert await desk.decided(claim_of(lot.round_id, number)) == Refused(ClaimReason.BY_DRAW)
    await desk.close()
    assert await holders(county, lot.round_id) == []
    assert await faults(county) == []


async def test_somebody_enters_once_by_any_of_their_keys_and_the_same_id_gets_the_same_answer(county: County) -> None:
    round_id = await drawn_campaign(county)
    one, two = await people(county, 2)
    entry_id = new_id()
    first = await enter(county, round_id, one, entry_id=entry_id)
    assert len(bytes.fromhex(first.salt)) == 32
    assert await enter(county, round_id, one, entry_id=entry_id) == replace(first, again=True)
    assert await enter(county, round_id, two, entry_id=entry_id) == IdReused()
    assert await enter(county, round_id, one) == Refused(EntryReason.ALREADY_ENTERED)
    for resident_id in (one, two):
        await transact(county, note_key, NoteKey(resident_id=resident_id, kind=KeyKind.CARD, value="6222 0001"))
    assert await enter(county, round_id, two) != Refused(EntryReason.ALREADY_ENTERED), "the card was not known before"
    third = await person(county, 3)
    await transact(county, note_key, NoteKey(resident_id=third, kind=KeyKind.CARD, value="6222 0001"))
    assert await enter(county, round_id, third) == Refused(EntryReason.ALREADY_ENTERED)
    assert (await published(county, round_id)).entered == 2
    assert await faults(county) == []


async def test_entering_has_the_conditions_of_a_claim(county: County, clock: HandClock) -> None:
    limits = (Limit(rule_id=RULE),)
    rush = round_plan(county, mode=RoundMode.RUSH, draw=None, pieces=1)
    lot = round_plan(county, opens_at=county.clock() + timedelta(hours=1), pieces=2)
    await run_plan(county, plan_with(rush, lot, limits=limits, groups=("elders",)))
    elder = await person(county, 1, groups=("elders",))
    young = await person(county, 2)
    assert await enter(county, lot.round_id, elder) == Refused(ClaimReason.NOT_OPEN)
    clock.forward(hours=1)
    assert await enter(county, lot.round_id, young) == Refused(ClaimReason.NOT_ELIGIBLE)
    assert await enter(county, rush.round_id, elder) == Refused(EntryReason.NOT_A_DRAW)
    assert await enter(county, new_id(), elder) == Refused(ClaimReason.NOT_OPEN)
    await transact(county, claim, await asking(county, rush.round_id, elder))
    assert await enter(county, lot.round_id, elder) == Refused(ClaimReason.LIMIT_REACHED)
    assert await faults(county) == []


async def test_whoever_is_late_or_frozen_or_asks_while_it_is_paused_does_not_enter(
    county: County, clock: HandClock
) -> None:
    round_ = round_plan(county)
    campaign_id = await run_plan(county, plan_with(round_))
    one, two = await people(county, 2)
    await transact(county, freeze, Freeze(resident_id=two, why="核对", actor=CLERK))
    assert await enter(county, round_.round_id, two) == Refused(ClaimReason.NOT_ELIGIBLE)
    pausing = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.PAUSE, reason="核查", actor=CLERK)
    await transact(county, steer_campaign, pausing)
    assert await enter(county, round_.round_id, one) == Refused(ClaimReason.PAUSED)
    clock.forward(hours=24)
    resuming = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.RESUME, actor=CLERK)
    await transact(county, steer_campaign, resuming)
    assert await enter(county, round_.round_id, one) == Refused(ClaimReason.NOT_OPEN), "the closing instant is too late"


async def test_nobody_enters_once_the_list_is_published_whatever_their_clock_says(
    county: County, clock: HandClock
) -> None:
    round_id = await drawn_campaign(county)
    one, late = await people(county, 2)
    await all_enter(county, round_id, [one])
    told = await close(county, clock, round_id)
    clock.forward(hours=-2)  # A server whose clock is behind: the window seems open, the list is public.
    assert await enter(county, round_id, late) == Refused(ClaimReason.NOT_OPEN)
    assert await published(county, round_id) == told


async def test_the_drawn_get_their_vouchers_and_the_rest_of_the_money_goes_back(
    county: County, clock: HandClock
) -> None:
    round_id, residents = await drawn(county, clock, 8, pieces=3, reserves=2)
    told = await published(county, round_id)
    assert (told.draw.state, told.draw.count, told.places) == (DrawState.NUMBERED, 8, [])
    answers = await enter_seeds(county, round_id)
    assert [answer.progress for answer in answers] == [Progress.WAITING, Progress.MATCHED]
    await work_off(county)
    told = await published(county, round_id)
    assert told.draw.root is not None
    winners, reserves = split_ranks(ranked(SEED, round_id, told.draw.root, 8), 3, 2)
    assert [number for _, number, _ in told.places] == [*winners, *reserves]
    outcomes = [outcome for _, _, outcome in told.places]
    assert outcomes == [PlaceOutcome.ISSUED] * 3 + [PlaceOutcome.NOT_NEEDED] * 2
    whose = await numbers_of(county, residents)
    assert await holders(county, round_id) == sorted(whose[number] for number in winners)
    assert told.draw.state is DrawState.FINISHED
    money = await balances(county)
    assert sum(fen for key, fen in money.items() if key.startswith("voucher.open")) == 15_000
    assert await faults(county) == []


async def test_an_entrant_sees_number_and_result_and_a_winner_the_voucher(county: County, clock: HandClock) -> None:
    round_id = await drawn_campaign(county, pieces=1, reserves=1)
    residents = await people(county, 3)
    await all_enter(county, round_id, residents)

    async def standings() -> list[EntryStanding]:
        found = [await inquire(county, own_entries, OwnEntries(resident_id=one)) for one in residents]
        return sorted(entry.standing for (entry,) in found)

    assert await standings() == [EntryStanding.ENTERED] * 3
    await close(county, clock, round_id)
    assert await standings() == [EntryStanding.NUMBERED] * 3
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    await enter_seeds(county, round_id)
    assert await standings() == [EntryStanding.NOT_WON, EntryStanding.RESERVE, EntryStanding.WON]
    await work_off(county)
    assert await standings() == [EntryStanding.ISSUED, EntryStanding.NOT_WON, EntryStanding.NOT_WON]
    (winner,) = await holders(county, round_id)
    (entry,) = await inquire(county, own_entries, OwnEntries(resident_id=winner))
    (voucher,) = await inquire(county, wallet, Wallet(resident_id=winner))
    assert entry.place is not None
    assert entry.place.voucher_id == voucher.voucher_id


async def test_reserves_move_up_in_their_order_for_whoever_cannot_be_served(county: County, clock: HandClock) -> None:
    round_id, residents = await drawn(county, clock, 9, pieces=4, reserves=3)
    whose = await numbers_of(county, residents)
    told = await published(county, round_id)
    assert told.draw.root is not None
    winners, reserves = split_ranks(ranked(SEED, round_id, told.draw.root, 9), 4, 3)
    gone, frozen, twin = (whose[number] for number in winners[:3])
    await transact(county, close_account, CloseAccount(resident_id=gone, actor=CLERK))
    await transact(county, freeze, Freeze(resident_id=frozen, why="核对", actor=CLERK))
    for resident_id in (twin, whose[winners[3]]):  # Two accounts turn out to be one person after they entered.
        await transact(county, note_key, NoteKey(resident_id=resident_id, kind=KeyKind.IDENTITY, value="X"))
    await enter_seeds(county, round_id)
    await work_off(county)
    expected = [whose[winners[2]], *(whose[number] for number in reserves)]
    assert await holders(county, round_id) == sorted(expected)
    board = await inquire(county, draw_board, round_id)
    assert board is not None
    assert [(place.number, place.reason) for place in board.passed_over] == [
        (winners[0], PassedOver.ACCOUNT_CLOSED),
        (winners[1], PassedOver.FROZEN),
        (winners[3], PassedOver.LIMIT_REACHED),
    ]
    assert await faults(county) == []


async def test_one_person_alone_or_two_who_differ_draw_nothing(county: County, clock: HandClock) -> None:
    round_id, _ = await drawn(county, clock, 4)
    first = await seed_by(county, round_id, ONE, seal())
    assert (first.progress, first.differing) == (Progress.WAITING, ())
    again = await seed_by(county, round_id, ONE, seal())
    assert again.progress is Progress.WAITING, "the same person twice is one person"
    for sealed, differing in (
        (seal("0918274"), ("value",)),
        (seal(document_no="别的文号"), ("document_no",)),
        (seal(file_sha256="cd" * 32), ("file_sha256",)),
    ):
        answer = await seed_by(county, round_id, OTHER, sealed)
        assert (answer.progress, answer.differing) == (Progress.DIFFERS, differing)
    assert (await published(county, round_id)).draw.state is DrawState.NUMBERED
    await seed_by(county, round_id, ONE, seal("0918274"))
    answer = await seed_by(county, round_id, OTHER, seal("0918274"))
    assert answer.progress is Progress.MATCHED
    told = await published(county, round_id)
    assert told.draw.seal == seal("0918274")


async def test_the_seed_has_its_time_its_form_and_its_one_answer_an_id(county: County, clock: HandClock) -> None:
    round_id = await drawn_campaign(county)
    assert await seed_by(county, new_id(), ONE, seal()) == Refused(DrawReason.NO_SUCH_DRAW)
    assert await seed_by(county, round_id, ONE, seal()) == Refused(DrawReason.NOT_NUMBERED)
    await all_enter(county, round_id, await people(county, 2))
    await close(county, clock, round_id)
    clock.forward(seconds=SOURCE_AFTER.total_seconds() - 1)
    assert await seed_by(county, round_id, ONE, seal()) == Refused(DrawReason.SEED_TOO_EARLY)
    clock.forward(seconds=1)
    for wrong in ("091827", "09182733", "09l8273", "０９１８２７３"):
        refused = await seed_by(county, round_id, ONE, seal(wrong))
        assert refused == Refused(DrawReason.SEED_MALFORMED, "方案写明 7 位数字：七位开奖号码依次连写")
    seed_id = new_id()
    first = await seed_by(county, round_id, ONE, seal(), seed_id=seed_id)
    assert isinstance(first, SeedEntered)
    assert await seed_by(county, round_id, ONE, seal(), seed_id=seed_id) == replace(first, again=True)
    assert await seed_by(county, round_id, OTHER, seal(), seed_id=seed_id) == IdReused()


async def test_a_draw_that_nobody_entered_is_over_and_its_money_is_back(county: County, clock: HandClock) -> None:
    round_id = await drawn_campaign(county, pieces=3, cap_pieces=3)
    told = await close(county, clock, round_id)
    assert (told.draw.state, told.draw.count) == (DrawState.FINISHED, 0)
    lines = {key: fen for key, fen in (await balances(county)).items() if key.startswith("budget.line")}
    assert sorted(lines.values()) == [0, 0, 15_000]
    assert await faults(county) == []


async def test_a_paused_campaign_gives_nothing_until_it_goes_on(county: County, clock: HandClock) -> None:
    round_ = round_plan(county, pieces=2)
    campaign_id = await run_plan(county, plan_with(round_))
    await all_enter(county, round_.round_id, await people(county, 3))
    await close(county, clock, round_.round_id)
    clock.forward(seconds=SOURCE_AFTER.total_seconds())
    pausing = SteerCampaign(
        turn_id=new_id(),
        campaign_id=campaign_id,
        turn=Turn.PAUSE,
        reason="核查",
        scope=PauseScope.CLAIMS,
        actor=CLERK,
    )
    await transact(county, steer_campaign, pausing)
    await enter_seeds(county, round_.round_id)
    await work_off(county)
    assert await holders(county, round_.round_id) == []
    resuming = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.RESUME, actor=CLERK)
    await transact(county, steer_campaign, resuming)
    clock.forward(minutes=5)
    await work_off(county)
    assert len(await holders(county, round_.round_id)) == 2
    assert await faults(county) == []


async def test_nothing_of_whoever_did_not_win_is_compared_any_more(county: County, clock: HandClock) -> None:
    round_id, _ = await drawn(county, clock, 5, pieces=2, reserves=1)
    before = await row_counts(county)
    assert before["draw_entry_keys"] == 10
    await enter_seeds(county, round_id)
    await work_off(county)
    after = await row_counts(county)
    assert (after["draw_entry_keys"], after["person_keys"]) == (0, 4)


async def count_of_vouchers(tx: Transaction, round_id: UUID) -> int:
    asked = select(func.count()).select_from(vouchers).where(vouchers.c.round_id == round_id)
    return int((await tx.execute(asked)).scalar_one())
