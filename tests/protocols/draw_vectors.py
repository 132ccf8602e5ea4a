"""Vectors of ``fixtures/protocols/draw``, worked out here a third time, as the specification's sentences read.

The roots of ``KNOWN`` are those of certificate transparency's own published test tree (RFC 9162's reference leaves).
"""

import hashlib
from typing import Any
from uuid import UUID

Vector = dict[str, Any]

ROUND = UUID("01a1b2c3-0000-7000-8000-0000000d4a01")
KNOWN_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
KNOWN = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def sha(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def u32(number: int) -> bytes:
    return bytes([number >> 24 & 255, number >> 16 & 255, number >> 8 & 255, number & 255])


def entry(nth: int) -> tuple[UUID, bytes]:
    return UUID(f"01a1b2c3-0000-7000-8000-0000e4{nth:06x}"), sha(b"salt %d" % nth)


def tree(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha(b"\x01" + tree(leaves[:split]) + tree(leaves[split:]))


def beside(leaves: list[bytes], place: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if place < split:
        return [*beside(leaves[:split], place), tree(leaves[split:])]
    return [*beside(leaves[split:], place - split), tree(leaves[:split])]


def a_draw(case: str, why: str, *, count: int, seed: str, pieces: int, reserves: int) -> Vector:
    """A whole draw, from what is private to what is published."""
    head = ROUND.bytes
    entries = [entry(nth) for nth in range(count)]
    ordered = sorted(entries, key=lambda one: sha(b"\x02" + head + one[0].bytes + one[1]))
    leaves = [sha(b"\x00YZDRAW1" + head + u32(number) + one[0].bytes + one[1]) for number, one in enumerate(ordered, 1)]
    root = tree(leaves)
    scores = {
        number: sha(b"\x03" + u32(len(seed)) + seed.encode() + head + root + u32(number))
        for number in range(1, count + 1)
    }
    ranks = sorted(scores, key=lambda number: scores[number])
    shown = sorted({1, count, (count + 1) // 2}) if count else []
    return {
        "op": "draw",
        "case": case,
        "why": why,
        "round_id": str(ROUND),
        "entries": [{"entry_id": str(entry_id), "salt": salt.hex()} for entry_id, salt in entries],
        "numbers": [str(entry_id) for entry_id, _ in ordered],
        "leaves": [leaf.hex() for leaf in leaves],
        "root": root.hex(),
        "paths": [{"number": n, "path": [part.hex() for part in beside(leaves, n - 1)]} for n in shown],
        "seed": seed,
        "pieces": pieces,
        "reserve_places": reserves,
        "winners": ranks[:pieces],
        "reserves": ranks[pieces : pieces + reserves],
    }


def vectors() -> list[Vector]:
    """Trees of the standard, then whole draws."""
    trees = [
        {"op": "tree", "case": "D6", "why": f"{n} of the standard's leaves", "data": KNOWN_LEAVES[:n], "root": root}
        for n, root in enumerate(KNOWN, 1)
    ]
    nothing = {"op": "tree", "case": "D6", "why": "no leaves", "data": [], "root": sha(b"").hex()}
    return [
        nothing,
        *trees,
        a_draw("D6", "nobody entered", count=0, seed="0000000", pieces=3, reserves=2),
        a_draw("D6", "one entrant is the root", count=1, seed="0000000", pieces=1, reserves=0),
        a_draw("D10", "fewer entries than pieces: all win", count=3, seed="1234567", pieces=5, reserves=2),
        a_draw("D10", "fewer reserves than places for them", count=6, seed="7654321", pieces=4, reserves=5),
        a_draw("D10", "no reserves at all", count=7, seed="0918273", pieces=2, reserves=0),
        a_draw("D9", "another digit of the seed, another result", count=13, seed="40717", pieces=4, reserves=3),
        a_draw("D9", "the same list, the seed's last digit one more", count=13, seed="40718", pieces=4, reserves=3),
        a_draw("D8", "leading zeros count", count=13, seed="0040718", pieces=4, reserves=3),
        a_draw("D4", "a list of a hundred", count=100, seed="05091822303312", pieces=20, reserves=10),
    ]
