"""The batched twin of ``claim``: what arrives while one batch is being stored is decided and stored together.

Most claims of a rush are plain: a new person, a new id, a round with pieces left. Such a batch is one optimistic write.
Whatever it does not take stores nothing and goes to the plain verb, which decides each claim under locks, so the
outcomes are the plain verb's in every case. Before a round opens, and once it is full, answers come from memory.

"Full" is remembered only of what cannot become free again: a round whose pieces are all issued stays so, and one whose
pieces for people online are issued stays so until the stations' share is opened to them.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Sequence
from functools import partial
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from backend.audit_trail.rules import Entry, digested
from backend.database.county import County
from backend.database.group_commit import GroupCommitter, each_alone
from backend.database.hot import HotPostgreSQL, HotSQLite
from backend.database.transaction import DatabaseGone, Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.faults import traced_fault
from backend.kernel.ids import new_ids
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.numbers import account_numbers
from backend.ledger.rules import Account, AccountKind
from backend.vouchers.claim import claim_many
from backend.vouchers.claim_rules import Claim, Claimed, ClaimOutcome, RoundRecord, decide_way
from backend.vouchers.events import VoucherClaimed
from backend.vouchers.mode_rules import RoundMode
from backend.vouchers.rules import ClaimReason, VoucherState, decide_claimant, limit_period, pieces_left, validity
from backend.vouchers.store import claims as store
from backend.vouchers.store.rush import RushBatch, RushRound, store_on_postgresql, store_on_sqlite

MOST_HOLDERS = 200_000
MOST_FULL = 50
MOST_ROUNDS = 1_000

log = logging.getLogger(__name__)

_SLOT = UUID(int=0x5105105105105105105105105105105)
_SLOT_TOO = UUID(int=0x6206206206206206206206206206206)


class _Known(Struct, frozen=True):
    """A round prepared for the rush."""

    record: RoundRecord
    rush: RushRound


class _Full(Struct, frozen=True):
    """A round with nothing left for people online before ``until``, and everybody who holds a voucher of it."""

    until: Instant
    holders: frozenset[UUID]


class ClaimDesk:
    """All claims of one county in one process. ``submit`` is the door; see ``doors.py``."""

    def __init__(self, county: County) -> None:
        self.county = county
        self._committer: GroupCommitter[Claim, ClaimOutcome] = GroupCommitter(self._write)
        self._hot = HotPostgreSQL(county) if county.on_postgresql else HotSQLite(county)
        self._known: dict[UUID, _Known] = {}
        self._full: dict[UUID, _Full] = {}
        self._looking: dict[UUID, asyncio.Task[None]] = {}
        self._planned: set[Instant] = set()

    async def submit(self, command: Claim) -> ClaimOutcome:
        """Decide and store one claim; returns after the commit."""
        refused = None if command.assisted else self.from_memory(command.round_id, command.resident_id)
        return refused if refused is not None else await self._committer.submit(command)

    def decided(self, command: Claim) -> Awaitable[ClaimOutcome]:
        """Decide and store one claim that memory has not refused."""
        return self._committer.submit(command)

    def from_memory(self, round_id: UUID, resident_id: UUID) -> Refused[ClaimReason] | None:
        """An early no that costs nothing and binds no id; ``None`` when the database has to decide."""
        full = self._full.get(round_id)
        # Who holds a voucher of the round may be asking again with the same id, and hears what they heard before.
        if full is not None and resident_id not in full.holders and self.county.clock() < full.until:
            return Refused(ClaimReason.SOLD_OUT)
        known = self._known.get(round_id)
        if known is None:
            return None
        if known.record.facts.mode is not RoundMode.RUSH:
            return decide_way(known.record.facts, RoundMode.RUSH)
        return Refused(ClaimReason.NOT_OPEN) if self.county.clock() < known.record.facts.opens_at else None

    async def close(self) -> None:
        """Store what was handed in, then let go of the driver."""
        await self._committer.close()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)
        await self._hot.close()

    async def _write(self, commands: Sequence[Claim]) -> Sequence[ClaimOutcome | Exception]:
        by_round: dict[UUID, list[int]] = {}
        for i, command in enumerate(commands):
            by_round.setdefault(command.round_id, []).append(i)
        outcomes: dict[int, ClaimOutcome | Exception] = {}
        for round_id, places in by_round.items():
            asked = [commands[i] for i in places]
            decided: Sequence[ClaimOutcome | Exception]
            try:
                decided = await self._write_round(round_id, asked)
            except Exception as error:
                # Rounds are stored one after the other: what happens to one says nothing about those before it.
                decided = [error] * len(asked)
            outcomes.update(zip(places, decided, strict=True))
        return [outcomes[i] for i in range(len(commands))]

    async def _write_round(self, round_id: UUID, commands: list[Claim]) -> Sequence[ClaimOutcome | Exception]:
        known = self._known.get(round_id) or await self._learn(round_id)
        now = self.county.clock()
        if known is not None and _is_plain(known.record, commands):
            batch, claimed = _batch(known, commands, now)
            # The first claims of a day go to the plain verb, which also plans their vouchers' expiry.
            if batch.expires_at in self._planned and await self._try(batch):
                return claimed
        outcomes = await self._decide(round_id, commands)
        self._planned |= {outcome.expires_at for outcome in outcomes if isinstance(outcome, Claimed)}
        return outcomes

    async def _decide(self, round_id: UUID, commands: Sequence[Claim]) -> Sequence[ClaimOutcome | Exception]:
        try:
            outcomes = await transact(self.county, claim_many, commands, here=True)
        except DatabaseGone:
            raise
        except Exception:
            if len(commands) == 1:
                raise
            return await each_alone(partial(self._decide, round_id), commands)
        if any(isinstance(outcome, Refused) and outcome.reason is ClaimReason.SOLD_OUT for outcome in outcomes):
            self._look_whether_full(round_id)
        return outcomes

    async def _try(self, batch: RushBatch) -> bool:
        if isinstance(self._hot, HotSQLite):
            return await store_on_sqlite(self._hot, batch)
        try:
            return await store_on_postgresql(self._hot, batch)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.TransactionRollbackError):
            return False

    async def _learn(self, round_id: UUID) -> _Known | None:
        known = await transact(self.county, _prepare, round_id)
        if known is not None:
            if len(self._known) >= MOST_ROUNDS:
                self._known.clear()
            self._known[round_id] = known
        return known

    def _look_whether_full(self, round_id: UUID) -> None:
        """Beside the answers, which are true already and must neither wait for this nor fail with it."""
        if round_id not in self._looking:
            self._looking[round_id] = asyncio.get_running_loop().create_task(self._remember_full(round_id))

    async def _remember_full(self, round_id: UUID) -> None:
        try:
            full = await inquire(self.county, _full, (round_id, self.county.clock()), frozen=True)
        except DatabaseGone:
            return  # The next refusal looks again.
        except Exception as error:
            log.error("could not look whether a round is full: %s", traced_fault(error))
            return
        finally:
            self._looking.pop(round_id, None)
        if full is not None:
            if len(self._full) >= MOST_FULL:
                self._full.clear()
            self._full[round_id] = full


async def _full(tx: Transaction, asked: tuple[UUID, Instant]) -> _Full | None:
    round_id, now = asked
    record = await store.read_round(tx, round_id)
    if record is None or not record.facts.running or pieces_left(record.facts, at=now, at_station=False) > 0:
        return None
    facts = record.facts
    at_stations = pieces_left(facts, at=now, at_station=True) > 0
    until = facts.station_until if at_stations and facts.station_until is not None else facts.closes_at
    holders = await store.holders_of(tx, round_id, MOST_HOLDERS + 1)
    return _Full(until, frozenset(holders)) if len(holders) <= MOST_HOLDERS else None


async def _prepare(tx: Transaction, round_id: UUID, *, now: Instant) -> _Known | None:
    del now
    record = await store.read_round(tx, round_id)
    if record is None:
        return None
    campaign, line = record.campaign_id, record.line_id
    numbers = await account_numbers(
        tx, [Account(AccountKind.BUDGET_LINE, campaign, line), Account(AccountKind.VOUCHER_OPEN, campaign, line)]
    )
    return _Known(
        record,
        RushRound(
            round_id=round_id,
            campaign_id=campaign,
            line_id=line,
            path=record.path,
            version=record.version,
            face_fen=record.facts.terms.face_fen,
            public_fen=record.public_fen,
            line_account=numbers[0],
            open_account=numbers[1],
        ),
    )


def _is_plain(record: RoundRecord, commands: Sequence[Claim]) -> bool:
    """A rush, no station's claim, nobody outside the group: the rest the statement's conditions and keys decide."""
    terms = record.facts.terms
    if record.facts.mode is not RoundMode.RUSH:
        return False
    return all(not command.assisted and decide_claimant(terms, command.facts) is None for command in commands)


def _batch(known: _Known, commands: Sequence[Claim], now: Instant) -> tuple[RushBatch, list[ClaimOutcome]]:
    terms = known.record.facts.terms
    use_from, expires_at = validity(terms, claimed_at=now)
    voucher_ids = new_ids(len(commands))
    model = Claimed(
        claim_id=_SLOT,
        voucher_id=_SLOT_TOO,
        round_id=known.rush.round_id,
        face_fen=terms.face_fen,
        minimum_spend_fen=terms.minimum_spend_fen,
        use_from=use_from,
        expires_at=expires_at,
        claimed_at=now,
    )
    periods = [(limit.rule_id, limit_period(limit, at=now)) for limit in terms.limits]
    batch = RushBatch(
        round=known.rush,
        now=now,
        use_from=use_from,
        expires_at=expires_at,
        voucher_ids=voucher_ids,
        claim_ids=[command.claim_id for command in commands],
        resident_ids=[command.resident_id for command in commands],
        hashes=[command.hashed() for command in commands],
        addresses=[command.actor.address for command in commands],
        keys=[(rule, person, period) for command in commands for rule, period in periods for person in command.people],
        outcome=_outcome_parts(model),
        event=_event_parts(known, now),
        digests=_digests(commands, voucher_ids, now),
    )
    return batch, [
        Claimed(
            claim_id=command.claim_id,
            voucher_id=voucher_id,
            round_id=model.round_id,
            face_fen=model.face_fen,
            minimum_spend_fen=model.minimum_spend_fen,
            use_from=use_from,
            expires_at=expires_at,
            claimed_at=now,
        )
        for command, voucher_id in zip(commands, voucher_ids, strict=True)
    ]


def _outcome_parts(model: Claimed) -> tuple[str, str, str]:
    before, _, rest = msgspec.json.encode(model).decode().partition(str(_SLOT))
    between, _, after = rest.partition(str(_SLOT_TOO))
    return before, between, after


def _digests(commands: Sequence[Claim], voucher_ids: Sequence[UUID], now: Instant) -> list[bytes]:
    """The digests of the batch's entries in the trail; all that differs between them is four ids."""
    model = Entry(
        id=_SLOT,
        at=now,
        actor=Actor(kind=ActorKind.RESIDENT, id=_SLOT, role=Role.RESIDENT, request_id=_SLOT),
        act="voucher.claim",
        subject_kind="voucher",
        subject_id=str(_SLOT),
        to_state=VoucherState.ISSUED,
    )
    before, a, b, c, after = digested(model).decode().split(str(_SLOT))
    return [
        hashlib.sha256(
            f"{before}{voucher}{a}{command.resident_id}{b}{command.claim_id}{c}{voucher}{after}".encode()
        ).digest()
        for command, voucher in zip(commands, voucher_ids, strict=True)
    ]


def _event_parts(known: _Known, now: Instant) -> tuple[str, str, str, str]:
    text = msgspec.json.encode(
        VoucherClaimed(
            event_id=_SLOT,
            occurred_at=now,
            voucher_id=_SLOT,
            round_id=known.rush.round_id,
            resident_id=_SLOT_TOO,
            face_fen=known.rush.face_fen,
        )
    ).decode()
    before, between, rest = text.split(str(_SLOT))
    middle, _, after = rest.partition(str(_SLOT_TOO))
    return before, between, middle, after
