"""Anybody's own check of a draw, written from ``fixtures/protocols/draw/SPEC.md`` and nothing else: ``DRAW LEAVES``."""

import json
import sys
import uuid
from hashlib import sha256
from pathlib import Path


def root(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + root(leaves[:half]) + root(leaves[half:])).digest()


def main(draw_file: str, leaves_file: str) -> int:
    draw = json.loads(Path(draw_file).read_text("utf-8"))
    leaves = [bytes.fromhex(leaf) for leaf in json.loads(Path(leaves_file).read_text("utf-8"))["leaves"]]
    seed = draw["seed"].encode("ascii")
    head = len(seed).to_bytes(4, "big") + seed + uuid.UUID(draw["round_id"]).bytes + bytes.fromhex(draw["root"])
    scores = {n: sha256(b"\x03" + head + n.to_bytes(4, "big")).digest() for n in range(1, draw["count"] + 1)}
    ranks = sorted(scores, key=lambda n: (scores[n], n))
    pieces, places = draw["pieces"], draw["reserve_places"]
    found = {
        "count": len(leaves) == draw["count"] == len(set(leaves)),
        "root": root(leaves).hex() == draw["root"],
        "winners": ranks[:pieces] == draw["winners"],
        "reserves": ranks[pieces : pieces + places] == draw["reserves"],
    }
    sys.stdout.write(json.dumps(found))
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
