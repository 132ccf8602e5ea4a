"""Was the draw as the county says? Works everything out again from what is published, and from nothing else.

Written from ``fixtures/protocols/draw/SPEC.md`` alone, with the standard library alone: whoever checks a county need
trust neither its program nor anybody's packages.
"""

import hashlib
import json
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

LEAVES_AT_ONCE = 2_000
MOST_BYTES = 4_000_000


@dataclass
class Verdict:
    """What was found; ``faults`` is empty when everything holds."""

    said: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def hold(self, holds: bool, text: str) -> None:
        """Note one thing that was checked."""
        (self.said if holds else self.faults).append(text)


def _sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """D6, as it is defined: the largest power of two below their number is the left part."""
    if not leaves:
        return _sha()
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return _sha(b"\x01", root_of(leaves[:left]), root_of(leaves[left:]))


def leaf_of(round_id: UUID, number: int, entry_id: UUID, salt: bytes) -> bytes:
    """D5."""
    return _sha(b"\x00YZDRAW1", round_id.bytes, number.to_bytes(4, "big"), entry_id.bytes, salt)


def order_of(round_id: UUID, entries: list[tuple[UUID, bytes]]) -> list[tuple[UUID, bytes]]:
    """D4, for whoever holds all salts: the county, and its auditor."""
    return sorted(entries, key=lambda one: _sha(b"\x02", round_id.bytes, one[0].bytes, one[1]))


def root_by_path(leaf: bytes, number: int, count: int, path: list[bytes]) -> bytes | None:
    """D7: the root that a path leads to, ``None`` for a path of the wrong length."""

    def climb(place: int, of: int, rest: list[bytes]) -> bytes | None:
        if of == 1:
            return leaf if not rest else None
        if not rest:
            return None
        left = 1 << (of - 1).bit_length() - 1
        if place < left:
            below = climb(place, left, rest[:-1])
            return None if below is None else _sha(b"\x01", below, rest[-1])
        below = climb(place - left, of - left, rest[:-1])
        return None if below is None else _sha(b"\x01", rest[-1], below)

    return climb(number - 1, count, path) if 1 <= number <= count else None


def ranked(seed: str, round_id: UUID, root: bytes, count: int) -> list[int]:
    """D9 and D10: all numbers by rank."""
    written = seed.encode("ascii")
    head = b"\x03" + len(written).to_bytes(4, "big") + written + round_id.bytes + root
    return sorted(range(1, count + 1), key=lambda number: (_sha(head, number.to_bytes(4, "big")), number))


def check_draw(draw: dict[str, Any], leaves: list[str], receipt: dict[str, Any] | None = None) -> Verdict:
    """Everything that the published data says, worked out again; and whether one's own entry is in the list."""
    verdict = Verdict()
    if draw["root"] is None:
        verdict.faults.append("名单还没有公布 / the list has not been published yet")
        return verdict
    round_id, root, count = UUID(draw["round_id"]), bytes.fromhex(draw["root"]), draw["count"]
    verdict.hold(len(leaves) == count, f"{count} 个叶子 / leaves")
    verdict.hold(len(set(leaves)) == len(leaves), "没有重复的叶子 / no leaf twice")
    verdict.hold(root_of([bytes.fromhex(leaf) for leaf in leaves]) == root, f"根 / root {draw['root']}")
    before = draw["numbered_at"] < draw["source"]["published_at"]
    verdict.hold(before, "名单先于开奖公布 / the list was published before the source was drawn")
    if draw["seed"] is not None:
        _check_result(verdict, draw, ranked(draw["seed"], round_id, root, count))
    if receipt is not None:
        _check_receipt(verdict, receipt, round_id, root, leaves)
    return verdict


def _check_result(verdict: Verdict, draw: dict[str, Any], ranks: list[int]) -> None:
    pieces, reserves = draw["pieces"], draw["reserve_places"]
    digits = draw["seed"].isascii() and draw["seed"].isdigit() and len(draw["seed"]) == draw["source"]["digits"]
    verdict.hold(digits, f"种子 / seed {draw['seed']}")
    winners, seconds = ranks[:pieces], ranks[pieces : pieces + reserves]
    verdict.hold(draw["winners"] == winners, f"中签 {len(winners)} 个 / winners")
    verdict.hold(draw["reserves"] == seconds, f"候补 {len(seconds)} 个 / reserves")
    gone = draw["passed_over"]
    served = [number for number in winners + seconds if number not in set(gone)]
    expected = [number for number in seconds if number in set(served[:pieces])]
    if draw["state"] == "finished":
        verdict.hold(draw["moved_up"] == expected, f"递补 {len(expected)} 个 / reserves that moved up")
        verdict.hold(set(gone) <= set(winners + seconds), "被跳过的都在结果里 / whoever was passed over was drawn")


def _check_receipt(verdict: Verdict, receipt: dict[str, Any], round_id: UUID, root: bytes, leaves: list[str]) -> None:
    number, salt = receipt["number"], bytes.fromhex(receipt["salt"])
    leaf = leaf_of(round_id, number, UUID(receipt["entry_id"]), salt)
    verdict.hold(leaf.hex() == receipt["leaf"], f"我的叶子，{number} 号 / my leaf, number {number}")
    listed = 1 <= number <= len(leaves) and leaves[number - 1] == leaf.hex()
    verdict.hold(listed, "我在公布的名单里 / I am in the published list")
    path = [bytes.fromhex(beside) for beside in receipt["path"]]
    verdict.hold(root_by_path(leaf, number, len(leaves), path) == root, "我的路径通到根 / my path leads to the root")


def read(source: str) -> Any:
    """JSON from a file or an address."""
    if source.startswith(("https://", "http://")):
        with urllib.request.urlopen(source, timeout=30) as answer:  # noqa: S310 - the scheme is one of the two above.
            return json.loads(answer.read(MOST_BYTES))
    return json.loads(Path(source).read_text("utf-8"))


def fetch_leaves(address: str, count: int) -> list[str]:
    """All leaves of a published draw, portion by portion."""
    leaves: list[str] = []
    while len(leaves) < count:
        part = read(f"{address}/leaves?first={len(leaves) + 1}")["leaves"]
        if not part:
            break
        leaves += part
    return leaves


USAGE = """python -m merchant_tools draw ADDRESS|FILE [LEAVES] [--receipt FILE]

ADDRESS  https://…/api/v1/public/rounds/<round>/draw, or FILE with what it answered
LEAVES   a file with what …/draw/leaves answered, several answers one a line; not needed with ADDRESS
--receipt  a file with what /api/v1/me/entries/<entry> told you: whether you are in the list"""


def run(arguments: list[str]) -> int:
    """The command; 0 when everything holds, 1 when something does not, 2 for a wrong call."""
    receipt = None
    if "--receipt" in arguments[:-1]:
        at = arguments.index("--receipt")
        receipt = read(arguments[at + 1])
        arguments = arguments[:at] + arguments[at + 2 :]
    if not 1 <= len(arguments) <= 2:
        print(USAGE, file=sys.stderr)
        return 2
    draw = read(arguments[0])
    if len(arguments) == 2:
        lines = Path(arguments[1]).read_text("utf-8").splitlines()
        leaves = [leaf for line in lines if line.strip() for leaf in json.loads(line)["leaves"]]
    else:
        leaves = fetch_leaves(arguments[0], draw["count"] or 0)
    verdict = check_draw(draw, leaves, receipt)
    for text in verdict.said:
        print(f"✓ {text}")
    for text in verdict.faults:
        print(f"✗ {text}")
    return 1 if verdict.faults else 0
