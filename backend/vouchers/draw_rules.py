"""Who wins a draw (摇号) when nobody may steer it, and everybody must be able to work it out again?

Pure. Specification and vectors: ``fixtures/protocols/draw``; twin: ``merchant_tools/draw.py``.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.hash_tree import HashTree
from backend.kernel.refusals import Reason, Refused
from backend.vouchers.rules import ClaimantFacts, ClaimReason

SALT_BYTES = 32
LEAST_DIGITS = 5
MOST_DIGITS = 64
LEAD = timedelta(minutes=10)
"""Between the end of entering and the source's instant: the root is public before anybody can know the seed."""
MOST_PLACES = 20_000
"""Pieces and reserves of one draw: all of its result is published in one answer."""


class DrawPlan(Struct, frozen=True, kw_only=True):
    """Where the seed will come from, named before anybody enters, and how many reserves are drawn."""

    source: str
    issue: str
    writing: str
    """How the published digits are written down, in words."""
    digits: int
    published_at: datetime
    reserves: int = 0


class DrawState(StrEnum):
    """Where a draw stands (摇号进度)."""

    COLLECTING = "collecting"
    """报名中"""
    NUMBERED = "numbered"
    """已编号并公布，等待种子"""
    DRAWN = "drawn"
    """已摇出，正在发放"""
    FINISHED = "finished"
    """已发放完毕"""


class PlaceOutcome(StrEnum):
    """What became of a place in the result."""

    ISSUED = "issued"
    """已发放"""
    PASSED_OVER = "passed-over"
    """无法发放，由候补递补"""
    NOT_NEEDED = "not-needed"
    """候补未用到"""


class EntryStanding(StrEnum):
    """What an entrant is told of their entry."""

    ENTERED = "entered"
    """已报名"""
    NUMBERED = "numbered"
    """已编号，等待摇号"""
    WON = "won"
    """中签，正在发放"""
    ISSUED = "issued"
    """已发放"""
    RESERVE = "reserve"
    """候补"""
    PASSED_OVER = "passed-over"
    """中签但无法发放"""
    NOT_WON = "not-won"
    """未中签"""


class EntryReason(Reason):
    """Why an entry was not taken, beside the reasons for claims."""

    NOT_A_DRAW = "not-a-draw", 409, "这个轮次不用报名摇号", "This round is not drawn by lot"
    ALREADY_ENTERED = (
        "already-entered",
        409,
        "您已报名这一轮，不用再报；如有疑问可到驿站人工核验",
        "You have entered this round already; a station can check by hand",
    )


class DrawReason(Reason):
    """Why the seed of a draw was not taken."""

    NO_SUCH_DRAW = "no-such-draw", 404, "没有这个摇号轮次", "No such draw"
    NOT_NUMBERED = "not-numbered", 409, "报名还没截止编号，不能录入", "The entrants have not been numbered yet"
    SEED_TOO_EARLY = (
        "seed-too-early",
        409,
        "还没到公布种子的时间，不能录入",
        "The source has not been drawn yet; its value cannot be known",
    )
    NUMBERED_TOO_LATE = (
        "numbered-too-late",
        409,
        "编号公布时原定的种子可能已为人知，请两人改定下一期",
        "The list was published after the source was drawn; two people must name a later issue",
    )
    SEED_MALFORMED = "seed-malformed", 409, "位数或写法与方案不符", "It is not written as the plan says"
    SEED_PUBLISHED = (
        "seed-published",
        409,
        "种子已公布，结果不能再变",
        "The seed is public already; the result cannot change any more",
    )
    SOURCE_STANDS = (
        "source-stands",
        409,
        "方案里的种子来源仍然有效，不能改定",
        "The plan's source is still good; no other may be named",
    )
    SOURCE_NOT_LATER = (
        "source-not-later",
        409,
        "改定的开奖时间至少要在 10 分钟以后",
        "The new source must be drawn ten minutes from now or later",
    )


class Entrant(Struct, frozen=True):
    """One entry as the list commits to it."""

    entry_id: UUID
    salt: bytes


def in_order(round_id: UUID, entrants: Iterable[Entrant]) -> list[Entrant]:
    """D4: number ``n`` is at place ``n - 1``."""
    head = b"\x02" + round_id.bytes
    return sorted(entrants, key=lambda one: hashlib.sha256(head + one.entry_id.bytes + one.salt).digest())


def leaf_of(round_id: UUID, number: int, entrant: Entrant) -> bytes:
    """D5: what an entry's number is committed to by."""
    told = b"\x00YZDRAW1" + round_id.bytes + number.to_bytes(4, "big") + entrant.entry_id.bytes + entrant.salt
    return hashlib.sha256(told).digest()


def leaves_of(round_id: UUID, ordered: Sequence[Entrant]) -> list[bytes]:
    """The leaves of a list that is in order."""
    return [leaf_of(round_id, number, entrant) for number, entrant in enumerate(ordered, 1)]


def root_of(round_id: UUID, entrants: Iterable[Entrant]) -> bytes:
    """D6: the root of everybody who entered."""
    return HashTree(leaves_of(round_id, in_order(round_id, entrants))).root


def ranked(seed: str, round_id: UUID, root: bytes, count: int) -> list[int]:
    """D10: all numbers by rank."""
    written = seed.encode("ascii")
    head = hashlib.sha256(b"\x03" + len(written).to_bytes(4, "big") + written + round_id.bytes + root)

    def score(number: int) -> tuple[bytes, int]:
        hashed = head.copy()
        hashed.update(number.to_bytes(4, "big"))
        return hashed.digest(), number

    return [number for _, number in sorted(map(score, range(1, count + 1)))]


def split_ranks(ranks: Sequence[int], pieces: int, reserves: int) -> tuple[list[int], list[int]]:
    """(winners by rank, reserves in order)."""
    return list(ranks[:pieces]), list(ranks[pieces : pieces + reserves])


def is_seed(plan: DrawPlan, value: str) -> bool:
    """D8: as many ASCII digits as the plan says."""
    return len(value) == plan.digits and value.isascii() and value.isdigit()


class Seal(Struct, frozen=True, kw_only=True):
    """What one person entered of the seed and of the notary's record about it."""

    value: str
    document_no: str
    file_sha256: str


def differs(one: Seal, other: Seal) -> list[str]:
    """The fields in which two people's entries are not alike, never their values."""
    return [name for name in Seal.__struct_fields__ if getattr(one, name) != getattr(other, name)]


def decide_seed(
    plan: DrawPlan, state: DrawState, numbered_at: datetime | None, value: str, *, at: datetime
) -> Refused[DrawReason] | None:
    """May this be entered now? ``None`` for yes."""
    if state in (DrawState.DRAWN, DrawState.FINISHED):
        return Refused(DrawReason.SEED_PUBLISHED)
    if state is DrawState.COLLECTING or numbered_at is None:
        return Refused(DrawReason.NOT_NUMBERED)
    if numbered_at >= plan.published_at:
        # Whoever numbers after the draw of the source could have numbered until they liked what comes out.
        return Refused(DrawReason.NUMBERED_TOO_LATE)
    if at < plan.published_at:
        return Refused(DrawReason.SEED_TOO_EARLY)
    if not is_seed(plan, value):
        return Refused(DrawReason.SEED_MALFORMED, f"方案写明 {plan.digits} 位数字：{plan.writing}")
    return None


def decide_source(
    plan: DrawPlan, state: DrawState, numbered_at: datetime | None, published_at: datetime, *, at: datetime
) -> Refused[DrawReason] | None:
    """May another source be named? Only where the planned one was known before the list: nobody draws a second time."""
    if state in (DrawState.DRAWN, DrawState.FINISHED):
        return Refused(DrawReason.SEED_PUBLISHED)
    if state is DrawState.COLLECTING or numbered_at is None:
        return Refused(DrawReason.NOT_NUMBERED)
    if numbered_at < plan.published_at:
        return Refused(DrawReason.SOURCE_STANDS)
    if published_at < at + LEAD:
        return Refused(DrawReason.SOURCE_NOT_LATER)
    return None


def draw_faults(
    plan: DrawPlan | None, *, closes_at: datetime, pieces: int | None, station_pieces: int, ends: Sequence[datetime]
) -> Iterator[tuple[str, str]]:
    """(field of the round, mend) of everything in which a draw's round contradicts itself."""
    if plan is None:
        yield "draw", "摇号轮次须写明种子来源 / name the source of the seed"
        return
    if not plan.source.strip() or not plan.issue.strip() or not plan.writing.strip():
        yield "draw/source", "须写明来源、期号和数字写法 / name the source, its issue and how its digits are written"
    if not LEAST_DIGITS <= plan.digits <= MOST_DIGITS:
        yield "draw/digits", f"位数须在 {LEAST_DIGITS} 到 {MOST_DIGITS} 之间 / between {LEAST_DIGITS} and {MOST_DIGITS}"
    if plan.published_at < closes_at + LEAD:
        told = "开奖须比报名截止晚至少 10 分钟 / at least ten minutes after entering ends"
        yield "draw/published_at", told
    if any(plan.published_at >= end for end in ends):
        yield "draw/published_at", "须早于券的截止时间 / before the voucher's own end"
    if not pieces:
        yield "pieces", "摇号轮次须有固定张数 / a draw has a fixed number of pieces"
    if plan.reserves < 0 or (pieces or 0) + plan.reserves > MOST_PLACES:
        yield "draw/reserves", f"张数加候补最多 {MOST_PLACES} / pieces and reserves, at most {MOST_PLACES}"
    if station_pieces:
        # Everybody has the same chance; whoever has no phone enters at a station.
        yield "station_pieces", "摇号人人机会相同，不设驿站预留 / in a draw all chances are equal: no stations' share"


class PassedOver(StrEnum):
    """Why somebody who was drawn cannot be given a voucher any more."""

    ACCOUNT_CLOSED = "account-closed"
    """账户已注销"""
    FROZEN = "frozen"
    """账户被冻结"""
    LIMIT_REACHED = "limit-reached"
    """已领过同类券"""
    NOT_ELIGIBLE = "not-eligible"
    """不再符合条件"""


def passed_over(claimant: ClaimantFacts | None, refused: Refused[ClaimReason] | None = None) -> PassedOver | None:
    """Why this person is passed over; ``None`` when nothing speaks against them. ``refused`` is the claim's own no."""
    if claimant is None:
        return PassedOver.ACCOUNT_CLOSED
    if claimant.frozen:
        return PassedOver.FROZEN
    if refused is None:
        return None
    return {
        ClaimReason.LIMIT_REACHED: PassedOver.LIMIT_REACHED,
        ClaimReason.NOT_ELIGIBLE: PassedOver.NOT_ELIGIBLE,
    }.get(refused.reason)


def standing_of(
    state: DrawState, number: int | None, rank: int | None, pieces: int, outcome: PlaceOutcome | None
) -> EntryStanding:
    """What the entrant is told."""
    if number is None:
        return EntryStanding.ENTERED
    if state is DrawState.NUMBERED:
        return EntryStanding.NUMBERED
    match outcome:
        case PlaceOutcome.ISSUED:
            return EntryStanding.ISSUED
        case PlaceOutcome.PASSED_OVER:
            return EntryStanding.PASSED_OVER
        case PlaceOutcome.NOT_NEEDED:
            return EntryStanding.NOT_WON
    if rank is None:
        return EntryStanding.NOT_WON
    return EntryStanding.WON if rank <= pieces else EntryStanding.RESERVE


def derived_id(at: datetime, *parts: bytes) -> UUID:
    """An id that is the same however often it is worked out, in the form of one made at ``at`` (UUIDv7)."""
    milliseconds = int(at.timestamp() * 1_000) & 0xFFFF_FFFF_FFFF
    random = int.from_bytes(hashlib.sha256(b"\x04YZDRAW1" + b"".join(parts)).digest()[:10], "big")
    middle, tail = (random >> 62) & 0xFFF, random & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | middle << 64 | 0x2 << 62 | tail)
