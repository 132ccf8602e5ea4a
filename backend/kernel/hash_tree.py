"""How is a list committed to by 32 bytes, so that each of its members can be shown to be in it, and at which place?

The hash tree of RFC 9162 (certificate transparency) over SHA-256: ``fixtures/protocols/draw/SPEC.md`` has its cases.
"""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class HashTree:
    """All levels of one tree, the leaves first; an odd node at a level's end goes up as it is."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        level = list(leaves)
        self._levels = [level]
        while len(level) > 1:
            paired = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            level = [*paired, level[-1]] if len(level) % 2 else paired
            self._levels.append(level)

    @property
    def root(self) -> bytes:
        """What the whole list is committed to by."""
        return self._levels[-1][0] if self._levels[0] else EMPTY_ROOT

    def path(self, index: int) -> list[bytes]:
        """The neighbours, from the leaf's own up to the root's, that lead from leaf ``index`` (from 0) to the root."""
        found = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                found.append(level[beside])
            index //= 2
        return found


def root_by_path(leaf: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf at ``index`` of ``count`` leads to by its path; ``None`` for a path of the wrong length."""
    if not 0 <= index < count:
        return None
    last, node, rest = count - 1, leaf, list(path)
    while last > 0:
        if index % 2 or index < last:
            if not rest:
                return None
            beside = rest.pop(0)
            node = _node(beside, node) if index % 2 else _node(node, beside)
        index, last = index // 2, last // 2
    return None if rest else node
