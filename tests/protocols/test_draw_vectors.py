"""A draw comes out alike in the county's program and in the tools that anybody runs against it."""

import hashlib
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.hash_tree import HashTree, root_by_path
from backend.vouchers.draw_rules import Entrant, in_order, leaves_of, ranked, root_of, split_ranks
from merchant_tools import draw as tools
from tests.protocols.vector_files import vectors_of

Vector = dict[str, Any]


def hexes(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


@pytest.mark.parametrize("vector", vectors_of("draw", "tree"))
def test_a_tree_has_the_standards_root(vector: Vector) -> None:
    leaves = [hashlib.sha256(b"\x00" + data).digest() for data in hexes(vector["data"])]
    assert HashTree(leaves).root.hex() == vector["root"]
    assert tools.root_of(leaves).hex() == vector["root"]


@pytest.mark.parametrize("vector", vectors_of("draw", "draw"))
def test_the_county_works_a_draw_out(vector: Vector) -> None:
    round_id = UUID(vector["round_id"])
    entrants = [Entrant(UUID(one["entry_id"]), bytes.fromhex(one["salt"])) for one in vector["entries"]]
    ordered = in_order(round_id, entrants)
    assert [str(one.entry_id) for one in ordered] == vector["numbers"]
    leaves = leaves_of(round_id, ordered)
    assert leaves == hexes(vector["leaves"])
    tree = HashTree(leaves)
    assert tree.root.hex() == vector["root"] == root_of(round_id, reversed(entrants)).hex()
    for shown in vector["paths"]:
        assert tree.path(shown["number"] - 1) == hexes(shown["path"])
    winners, reserves = split_ranks(
        ranked(vector["seed"], round_id, tree.root, len(leaves)), vector["pieces"], vector["reserve_places"]
    )
    assert (winners, reserves) == (vector["winners"], vector["reserves"])


@pytest.mark.parametrize("vector", vectors_of("draw", "draw"))
def test_the_merchants_tools_work_a_draw_out(vector: Vector) -> None:
    round_id, root = UUID(vector["round_id"]), bytes.fromhex(vector["root"])
    entries = [(UUID(one["entry_id"]), bytes.fromhex(one["salt"])) for one in vector["entries"]]
    ordered = tools.order_of(round_id, entries)
    assert [str(entry_id) for entry_id, _ in ordered] == vector["numbers"]
    leaves = [tools.leaf_of(round_id, number, *one) for number, one in enumerate(ordered, 1)]
    assert leaves == hexes(vector["leaves"])
    assert tools.root_of(leaves) == root
    for shown in vector["paths"]:
        number = shown["number"]
        assert tools.root_by_path(leaves[number - 1], number, len(leaves), hexes(shown["path"])) == root
    ranks = tools.ranked(vector["seed"], round_id, root, len(leaves))
    pieces, places = vector["pieces"], vector["reserve_places"]
    assert (ranks[:pieces], ranks[pieces : pieces + places]) == (vector["winners"], vector["reserves"])


leaf = st.binary(min_size=32, max_size=32)


@given(st.lists(leaf, min_size=1, max_size=40), st.data())
def test_only_the_right_path_at_the_right_place_leads_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    tree, count = HashTree(leaves), len(leaves)
    index = data.draw(st.integers(0, count - 1))
    path = tree.path(index)
    assert root_by_path(leaves[index], index, count, path) == tree.root == tools.root_of(leaves)
    assert tools.root_by_path(leaves[index], index + 1, count, path) == tree.root
    spoilt = bytes([leaves[index][0] ^ 1]) + leaves[index][1:]
    for wrong, at, way in (
        (spoilt, index, path),
        (leaves[index], index, [*path, bytes(32)]),
        (leaves[index], index, path[:-1] if path else [bytes(32)]),
        (leaves[index], count, path),
    ):
        assert root_by_path(wrong, at, count, way) != tree.root
        assert tools.root_by_path(wrong, at + 1, count, way) != tree.root


@given(st.lists(leaf, min_size=1, max_size=20), st.data())
def test_a_list_with_one_dropped_added_or_changed_has_another_root(leaves: list[bytes], data: st.DataObject) -> None:
    root, place = HashTree(leaves).root, data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(leaf.filter(lambda found: found not in leaves))
    assert HashTree(leaves[:place] + leaves[place + 1 :]).root != root
    assert HashTree([*leaves[:place], other, *leaves[place:]]).root != root
    assert HashTree([*leaves[:place], other, *leaves[place + 1 :]]).root != root


@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 30), st.text("0123456789", min_size=5, max_size=20))
def test_everybody_has_one_rank_and_nobody_two(count: int, pieces: int, reserves: int, seed: str) -> None:
    round_id, root = UUID(int=7), hashlib.sha256(b"root").digest()
    ranks = ranked(seed, round_id, root, count)
    assert sorted(ranks) == list(range(1, count + 1))
    winners, seconds = split_ranks(ranks, pieces, reserves)
    assert len(winners) == min(pieces, count)
    assert len(seconds) == max(0, min(reserves, count - pieces))
    assert not set(winners) & set(seconds)
