"""What does an event of a till's journal say happened?

Written from ``fixtures/protocols/event/SPEC.md`` alone, V12 to V16.
"""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from merchant_tools.signed import LATEST_SECOND, is_uint

Body = dict[str, Any]
LONGEST_ARGS = 65_535
_TYPE = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


def read_body(kind: str, value: Any) -> Body | None:
    """The body by the names of the specification, or nothing for any other form; a kind that is unknown has none."""
    return READERS[kind](value)


def _redeem(value: Any) -> Body | None:
    match value:
        case [voucher, terms, bill, eligible, lines, amount, mode, proof, operator]:
            told = _proof(mode, proof)
            numbers = all(map(is_uint, (terms, bill, eligible, amount)))
            if told is None or not numbers or not _is_id(voucher) or not _is_id(operator) or not _are_lines(lines):
                return None
            return {
                "voucher": UUID(bytes=voucher),
                "terms_version": terms,
                "bill_fen": bill,
                "eligible_fen": eligible,
                "lines": None if lines is None else [{"code": code, "fen": fen} for code, fen in lines],
                "amount_fen": amount,
                "mode": mode,
                "proof": told,
                "operator": UUID(bytes=operator),
            }
    return None


def _proof(mode: Any, items: Any) -> Body | None:
    match mode, items:
        case "online", [redemption] if _is_id(redemption):
            return {"redemption": UUID(bytes=redemption)}
        case "rotating", [token, time, counter, signature]:
            return _holder(token, time, counter, signature, None)
        case "challenge", [token, time, counter, signature, nonce] if _is_id(nonce):
            return _holder(token, time, counter, signature, nonce)
        case "paper", [card, card_hash, ("photo" | "digits") as check] if _is_id(card) and _is_bytes(card_hash, 32):
            return {"card": UUID(bytes=card), "card_hash": card_hash, "check": check}
    return None


def _holder(token: Any, time: Any, counter: Any, signature: Any, nonce: bytes | None) -> Body | None:
    if not _is_bytes(token, 32) or not _is_bytes(signature, 64) or not is_uint(counter):
        return None
    if not is_uint(time, LATEST_SECOND):
        return None
    return {"token_hash": token, "time": time, "counter": counter, "signature": signature, "nonce": nonce}


def _void(value: Any) -> Body | None:
    match value:
        case [seq, reason] if is_uint(seq) and seq > 0 and _is_text(reason, 1_000):
            return {"seq": seq, "reason": reason}
    return None


def _clock(value: Any) -> Body | None:
    match value:
        case [was, shows, mark] if all(is_uint(at, LATEST_SECOND) for at in value):
            return {"was": was, "shows": shows, "mark": mark}
    return None


def _shift(value: Any) -> Body | None:
    match value:
        case [("open" | "close") as act, shift, operator, cash, reason] if _is_id(shift) and _is_id(operator):
            if is_uint(cash) and (reason is None or (act == "close" and _is_text(reason, 1_000))):
                told = {"act": act, "shift": UUID(bytes=shift), "operator": UUID(bytes=operator)}
                return told | {"cash_fen": cash, "reason": reason}
    return None


def _cmd(value: Any) -> Body | None:
    match value:
        case [cmd_id, str(name), bytes(args), list(deps), base_rev] if _is_id(cmd_id) and _TYPE.fullmatch(name):
            known = base_rev is None or is_uint(base_rev)
            if known and len(args) <= LONGEST_ARGS and _are_deps(deps):
                act = {"cmd_id": UUID(bytes=cmd_id), "type": name, "args": args}
                return act | {"deps": [UUID(bytes=dep) for dep in deps], "base_rev": base_rev}
    return None


READERS: dict[str, Callable[[Any], Body | None]] = {
    "REDEEM": _redeem,
    "VOID": _void,
    "CLOCK": _clock,
    "SHIFT": _shift,
    "CMD": _cmd,
}


def _are_lines(lines: Any) -> bool:
    if lines is None:
        return True
    if not isinstance(lines, list) or not 1 <= len(lines) <= 100:
        return False
    return all(isinstance(one, list) and len(one) == 2 and _is_text(one[0], 64) and is_uint(one[1]) for one in lines)


def _are_deps(deps: list[Any]) -> bool:
    return len(deps) <= 16 and all(map(_is_id, deps)) and len(set(deps)) == len(deps)


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 1 <= len(value.encode()) <= longest


def _is_id(value: Any) -> bool:
    return _is_bytes(value, 16)


def _is_bytes(value: Any, length: int) -> bool:
    return isinstance(value, bytes) and len(value) == length
