"""What does an event of a device say happened? The bodies of the five kinds, and what is none.

Only the form is settled here: whether a claim was right (caps, terms, times) is compliance, recomputed by the county
from all events. Specification: ``fixtures/protocols/event/SPEC.md``, V12 to V16; twins:
``pwa/src/offline/event_body.ts``, ``merchant_tools/event_bodies.py``.
"""

import re
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from backend.kernel.cbor import CborValue
from backend.kernel.instants import Instant
from backend.kernel.signing import SIGNATURE_BYTES
from backend.kernel.trust import instant_of, seconds_of, uint

HASH_BYTES: Final = 32
NONCE_BYTES: Final = 16
LONGEST_ARGS: Final = 65_535
LONGEST_REASON: Final = 1_000
"""Bytes of UTF-8, as every text here."""
LONGEST_CODE: Final = 64
MOST_LINES: Final = 100
MOST_DEPS: Final = 16
_LIMIT = 2**32
_TYPE = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


class Kind(StrEnum):
    """What an event is about."""

    REDEEM = "REDEEM"  # A voucher was taken.
    VOID = "VOID"  # An earlier event of the same device was a mistake.
    CLOCK = "CLOCK"  # The device's clock jumped.
    SHIFT = "SHIFT"  # Somebody began or ended work at the device.
    CMD = "CMD"  # Any other act of a station.


class Mode(StrEnum):
    """How a holder proved at the counter that the voucher is theirs."""

    ONLINE = "online"  # The county itself decided, by a redemption of its own.
    ROTATING = "rotating"  # By the code on their screen, new every 30 s.
    CHALLENGE = "challenge"  # By an answer to this counter's challenge.
    PAPER = "paper"  # By a paper card, at its home device.


class Check(StrEnum):
    """What an operator looked at beside a paper card."""

    PHOTO = "photo"  # The person's photo on the home device.
    DIGITS = "digits"  # The last four digits of the identity number.


class ShiftAct(StrEnum):
    """What became of a shift."""

    OPEN = "open"  # It began.
    CLOSE = "close"  # It ended.


class OnlineProof(Struct, frozen=True):
    """The county's own redemption that this event tells of."""

    redemption: UUID


class HolderProof(Struct, frozen=True):
    """What the holder signed, without the token's bytes, which the county has; ``nonce`` only with a challenge."""

    token_hash: bytes
    time: Instant
    counter: int
    signature: bytes
    nonce: bytes | None


class CardProof(Struct, frozen=True):
    """The paper card that was shown and what was looked at beside it."""

    card: UUID
    card_hash: bytes
    check: Check


class Line(Struct, frozen=True):
    """One line of a bill."""

    code: str
    fen: int


class Redeem(Struct, frozen=True, kw_only=True):
    """A voucher was taken for ``amount_fen``."""

    voucher: UUID
    terms_version: int
    bill_fen: int
    eligible_fen: int
    lines: tuple[Line, ...] | None
    amount_fen: int
    mode: Mode
    proof: OnlineProof | HolderProof | CardProof
    operator: UUID


class Void(Struct, frozen=True):
    """The event of this number was a mistake."""

    seq: int
    reason: str


class ClockJump(Struct, frozen=True):
    """The clock should have shown ``was`` and ``shows`` another time; ``mark`` is the latest instant ever seen."""

    was: Instant
    shows: Instant
    mark: Instant


class Shift(Struct, frozen=True):
    """A shift of an operator began or ended, with the cash that was counted."""

    act: ShiftAct
    shift: UUID
    operator: UUID
    cash_fen: int = 0
    reason: str | None = None
    """Why the cash differs from what should be there; only at the end."""


class Cmd(Struct, frozen=True):
    """Any other act: ``args`` are the bytes of its own form, perhaps encrypted to the county."""

    cmd_id: UUID
    type: str
    args: bytes
    deps: tuple[UUID, ...]
    """Acts that must have been applied before; only they make it wait."""
    base_rev: int | None
    """The revision of what it changes that the device had seen; nothing for what it makes."""


Body = Redeem | Void | ClockJump | Shift | Cmd


def read_body(kind: str, value: CborValue) -> Body:
    """The body of a known kind. Raises ``ValueError`` for any other form and for an unknown kind."""
    match Kind(kind):
        case Kind.REDEEM:
            return _redeem_of(value)
        case Kind.VOID:
            return _void_of(value)
        case Kind.CLOCK:
            return _clock_of(value)
        case Kind.SHIFT:
            return _shift_of(value)
        case Kind.CMD:
            return _cmd_of(value)


def write_body(body: Body) -> tuple[Kind, list[CborValue]]:
    """The kind and the items of a body."""
    match body:
        case Redeem():
            lines: CborValue = None if body.lines is None else [[line.code, line.fen] for line in body.lines]
            start: list[CborValue] = [body.voucher.bytes, body.terms_version, body.bill_fen, body.eligible_fen, lines]
            rest: list[CborValue] = [body.amount_fen, str(body.mode), _proof_items(body.proof), body.operator.bytes]
            return Kind.REDEEM, start + rest
        case Void():
            return Kind.VOID, [body.seq, body.reason]
        case ClockJump():
            return Kind.CLOCK, [seconds_of(at) for at in (body.was, body.shows, body.mark)]
        case Shift():
            return Kind.SHIFT, [str(body.act), body.shift.bytes, body.operator.bytes, body.cash_fen, body.reason]
        case Cmd():
            deps: list[CborValue] = [dep.bytes for dep in body.deps]
            return Kind.CMD, [body.cmd_id.bytes, body.type, body.args, deps, body.base_rev]


def _redeem_of(value: CborValue) -> Redeem:
    match value:
        case [voucher, terms, bill, eligible, lines, amount, str(mode), [*proof], operator]:
            return Redeem(
                voucher=_uuid(voucher),
                terms_version=uint(terms, _LIMIT),
                bill_fen=uint(bill, _LIMIT),
                eligible_fen=uint(eligible, _LIMIT),
                lines=_lines_of(lines),
                amount_fen=uint(amount, _LIMIT),
                mode=Mode(mode),
                proof=_proof_of(Mode(mode), proof),
                operator=_uuid(operator),
            )
    raise ValueError("not the nine items of a REDEEM")


def _lines_of(value: CborValue) -> tuple[Line, ...] | None:
    match value:
        case None:
            return None
        case [*lines] if 1 <= len(lines) <= MOST_LINES:
            return tuple(map(_line_of, lines))
    raise ValueError("lines are null, or 1 to 100")


def _line_of(value: CborValue) -> Line:
    match value:
        case [str(code), fen] if 1 <= len(code.encode()) <= LONGEST_CODE:
            return Line(code, uint(fen, _LIMIT))
    raise ValueError("a line is [code of 1 to 64 bytes, fen]")


def _proof_of(mode: Mode, items: list[CborValue]) -> OnlineProof | HolderProof | CardProof:
    match mode, items:
        case Mode.ONLINE, [redemption]:
            return OnlineProof(_uuid(redemption))
        case Mode.ROTATING, [token, time, counter, signature]:
            return _holder_proof(token, time, counter, signature, None)
        case Mode.CHALLENGE, [token, time, counter, signature, nonce]:
            return _holder_proof(token, time, counter, signature, _bytes(nonce, NONCE_BYTES))
        case Mode.PAPER, [card, card_hash, str(check)]:
            return CardProof(_uuid(card), _bytes(card_hash, HASH_BYTES), Check(check))
    raise ValueError("not the proof of this mode")


def _holder_proof(
    token: CborValue, time: CborValue, counter: CborValue, signature: CborValue, nonce: bytes | None
) -> HolderProof:
    hashed, raw = _bytes(token, HASH_BYTES), _bytes(signature, SIGNATURE_BYTES)
    return HolderProof(hashed, instant_of(time), uint(counter, _LIMIT), raw, nonce)


def _proof_items(proof: OnlineProof | HolderProof | CardProof) -> list[CborValue]:
    match proof:
        case OnlineProof():
            return [proof.redemption.bytes]
        case CardProof():
            return [proof.card.bytes, proof.card_hash, str(proof.check)]
        case HolderProof():
            items: list[CborValue] = [proof.token_hash, seconds_of(proof.time), proof.counter, proof.signature]
            return items if proof.nonce is None else [*items, proof.nonce]


def _void_of(value: CborValue) -> Void:
    match value:
        case [seq, str(reason)] if uint(seq, _LIMIT) > 0 and 1 <= len(reason.encode()) <= LONGEST_REASON:
            return Void(uint(seq, _LIMIT), reason)
    raise ValueError("a VOID is [a number from 1, a reason of 1 to 1000 bytes]")


def _clock_of(value: CborValue) -> ClockJump:
    match value:
        case [was, shows, mark]:
            return ClockJump(instant_of(was), instant_of(shows), instant_of(mark))
    raise ValueError("a CLOCK is [was, shows, mark]")


def _shift_of(value: CborValue) -> Shift:
    match value:
        case [str(act), shift, operator, cash, None]:
            return Shift(ShiftAct(act), _uuid(shift), _uuid(operator), uint(cash, _LIMIT))
        case ["close", shift, operator, cash, str(reason)] if 1 <= len(reason.encode()) <= LONGEST_REASON:
            return Shift(ShiftAct.CLOSE, _uuid(shift), _uuid(operator), uint(cash, _LIMIT), reason)
    raise ValueError("a SHIFT is [open or close, shift, operator, cash, null or why a close has another sum]")


def _cmd_of(value: CborValue) -> Cmd:
    match value:
        case [cmd_id, str(name), bytes(args), [*deps], base_rev] if _TYPE.fullmatch(name):
            if len(args) > LONGEST_ARGS or len(deps) > MOST_DEPS:
                raise ValueError("an act has at most 65535 bytes and waits for at most 16 others")
            waits = tuple(map(_uuid, deps))
            if len(set(waits)) != len(waits):
                raise ValueError("an act waits for another once")
            return Cmd(_uuid(cmd_id), name, args, waits, None if base_rev is None else uint(base_rev, _LIMIT))
    raise ValueError("a CMD is [id, type, args, deps, base revision or null]")


def _uuid(value: CborValue) -> UUID:
    return UUID(bytes=_bytes(value, 16))


def _bytes(value: CborValue, length: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != length:
        raise ValueError(f"not {length} bytes")
    return value
