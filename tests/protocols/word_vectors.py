"""Vectors of ``fixtures/protocols/word``: what a device is given to keep, and every reason against it."""

from collections.abc import Iterator
from typing import Any

from backend.kernel import cbor
from backend.kernel.trust import seconds_of, sign_trust_list
from backend.sync.word_rules import Trusted, Word, WordReason, digests_of, write_word
from tests.protocols.allowance_vectors import dealt
from tests.protocols.certificate_vectors import given_out
from tests.protocols.handover_vectors import EARLIER, EARLIEST, handed
from tests.protocols.known_keys import (
    AT,
    COUNTY,
    DEVICE,
    MERCHANT,
    OPERATOR,
    OTHER_COUNTY,
    OTHER_DEVICE,
    ROOT,
    ROOT_KID,
    trust_list,
)
from tests.protocols.policy_vectors import put_in_force

Vector = dict[str, Any]
CASE_OF = {reason: f"Y{number}" for number, reason in enumerate(WordReason, 10)}
TRUSTED = Trusted(ROOT.public, sign_trust_list(trust_list(), root=ROOT, kid=ROOT_KID))
HANDED_OVER = Trusted(ROOT.public, TRUSTED.data, (handed(EARLIEST, EARLIER), handed(EARLIER, ROOT)))
TERMS: dict[str, Any] = {
    "campaign": 3,
    "terms_version": 2,
    "domain": 1,
    "title_zh": "国庆消费券",
    "title_en": "Holiday vouchers",
    "name_zh": "餐饮券",
    "name_en": "Dining",
    "paused": False,
    "offline": True,
    "terms": {
        "discount": "threshold",
        "face_fen": 50_00,
        "minimum_spend_fen": 200_00,
        "percent_bp": 0,
        "fixed_price_fen": 0,
        "trades": ["catering"],
        "towns": [],
        "merchants": [],
        "lists": [],
        "weekdays": [0, 6],
        "hours": [{"from_": "10:00:00", "until": "22:00:00"}],
        "redeem_level": 1,
        "use_from": None,
    },
}
COUNTER: dict[str, Any] = {
    "merchant_id": str(MERCHANT),
    "name_zh": "竹海饭店",
    "trade": "catering",
    "town": "511527100",
    "standing": "admitted",
    "lists": [],
}
PERSON: dict[str, Any] = {"staff_id": str(OPERATOR), "name": "店员", "since": "2026-09-01T00:00:00Z", "until": None}
WHOLE: dict[str, Any] = {
    "counter": {str(MERCHANT): COUNTER},
    "operators": {str(OPERATOR): PERSON},
    "terms": {"10.1.1": TERMS | {"campaign": 10}, "3.2.1": TERMS},
}


def vectors() -> list[Vector]:
    """Good words, then refusals in the order of the checks."""
    return [*_good(), *_unreadable(), *_malformed(), *_collections()]


def word(**changes: Any) -> Word:
    """All that a device is told at first."""
    given: dict[str, Any] = {
        "county": COUNTY,
        "device": DEVICE,
        "epoch": 1,
        "cursor": "gQE",
        "server_time": AT,
        "trust": TRUSTED,
        "certificate": given_out(),
        "policy": put_in_force(),
        "allowance": dealt(),
        "status_version": 901,
        "collections": WHOLE,
    }
    return Word(**(given | changes))


def described(given: Word) -> dict[str, Any]:
    """A word as vectors write it."""
    papers = {name: getattr(given, name) for name in ("certificate", "policy", "allowance")}
    digests = digests_of(given.collections)
    return {
        "epoch": given.epoch,
        "cursor": given.cursor,
        "server_time": seconds_of(given.server_time),
        "trust": given.trust and hexed(given.trust.parts),
        **{name: paper and paper.hex() for name, paper in papers.items()},
        "status_version": given.status_version,
        "collections": {name: given.collections[name] for name in sorted(given.collections)},
        "digests": {name: [digests[name].count, digests[name].sha256.hex()] for name in sorted(digests)},
    }


def hexed(told: cbor.CborValue) -> Any:
    """Bytes in hexadecimal figures, in their places."""
    return [hexed(one) for one in told] if isinstance(told, list) else told.hex() if isinstance(told, bytes) else told


def _good() -> Iterator[Vector]:
    nothing: dict[str, Any] = {"trust": None, "certificate": None, "policy": None, "allowance": None}
    words = {
        "all of it": word(),
        "nothing changed": word(collections={}),
        "no paper": word(**nothing),
        "a root that two others handed over to": word(trust=HANDED_OVER),
        "a collection that has become empty": word(collections={"counter": {}}),
        "a collection that nobody knows yet": word(collections={"weather": {"x": {"rain": True}}}),
        "keys in the order of their UTF-8": word(collections={"terms": {"𠀀": {}, "～": {}, "a": {}, "Z": {}}}),
        "the largest numbers": word(epoch=2**32 - 1, status_version=2**32 - 1, cursor="_-" * 256),
        "rows with the largest integers": word(collections={"terms": {"a": {"most": 2**53 - 1, "least": 1 - 2**53}}}),
        "sixteen collections": word(collections={chr(ord("a") + i): {} for i in range(16)}),
        "a key of 200 signs": word(collections={"terms": {"k" * 200: {}}}),
    }
    for why, given in words.items():
        yield {"op": "word", "case": "Y9", "why": why, "data": write_word(given).hex(), "expect": described(given)}


def _refused(reason: WordReason, why: str, data: bytes, county: str = COUNTY, device: Any = DEVICE) -> Vector:
    told = {"op": "word-refused", "case": CASE_OF[reason], "why": why, "county": county, "device": str(device)}
    return told | {"data": data.hex(), "reason": reason.value}


def items() -> list[cbor.CborValue]:
    """The twelve items of a good word, to be spoiled."""
    rows: list[cbor.CborValue] = [["a", {"b": 1}], ["b", {}]]
    told: list[cbor.CborValue] = [["counter", cbor.encode([])], ["terms", cbor.encode(rows)]]
    return ["XW1", int(COUNTY), DEVICE.bytes, 1, "gQE", seconds_of(AT), None, b"c", b"p", b"a", 901, told]


def _unreadable() -> Iterator[Vector]:
    good = cbor.encode(items())
    for why, data in {
        "nothing": b"",
        "cut off": good[:-1],
        "a byte after the end": good + b"\x00",
        "a longer head than needed": b"\x98\x0c" + good[1:],
        "JSON": b'{"epoch": 1}',
    }.items():
        yield _refused(WordReason.UNREADABLE, why, data)
    yield _refused(WordReason.VERSION, "the next version", cbor.encode(["XW2", *items()[1:]]))
    yield _refused(WordReason.VERSION, "a status list", cbor.encode(["XU1"]))


def _malformed() -> Iterator[Vector]:
    good = items()
    values: dict[str, cbor.CborValue] = {
        "eleven items": good[:-1],
        "thirteen items": [*good, 0],
        "a map": {0: "XW1"},
        "no items": [],
    }
    point = ROOT.public.compressed
    places: dict[str, tuple[int, cbor.CborValue]] = {
        "a county as text": (1, COUNTY),
        "a county of five figures": (1, 51_152),
        "a device of 15 bytes": (2, bytes(15)),
        "an epoch below nothing": (3, -1),
        "an epoch that is true": (3, True),
        "a cursor in bytes": (4, b"gQE"),
        "an empty cursor": (4, ""),
        "a cursor with a space": (4, "g E"),
        "a cursor of 513 signs": (4, "A" * 513),
        "a time in the year 2242": (5, 2**33),
        "trust in bytes": (6, TRUSTED.data),
        "trust without its list": (6, [point]),
        "a root that is no point": (6, [bytes(33), TRUSTED.data]),
        "a root that is not compressed": (6, [ROOT.public.uncompressed, TRUSTED.data]),
        "a list that is text": (6, [point, "list"]),
        "hand-overs that are none": (6, [point, TRUSTED.data, []]),
        "nine hand-overs": (6, [point, TRUSTED.data, [b"x"] * 9]),
        "a hand-over as text": (6, [point, TRUSTED.data, ["x"]]),
        "a hand-over of 513 bytes": (6, [point, TRUSTED.data, [bytes(513)]]),
        "hand-overs in bytes": (6, [point, TRUSTED.data, b"x"]),
        "trust of four": (6, [point, TRUSTED.data, [b"x"], 0]),
        "a certificate as text": (7, "c"),
        "a policy as text": (8, "p"),
        "an allowance that is a number": (9, 0),
        "an allowance longer than any paper": (9, bytes(65_537)),
        "a status version of 33 bits": (10, 2**32),
        "collections as a map": (11, {"terms": b"\x80"}),
    }
    values |= {why: [*good[:place], value, *good[place + 1 :]] for why, (place, value) in places.items()}
    for why, value in values.items():
        yield _refused(WordReason.MALFORMED, why, cbor.encode(value))
    yield _refused(WordReason.WRONG_COUNTY, "another county's", write_word(word(county=OTHER_COUNTY)))
    yield _refused(WordReason.WRONG_COUNTY, "sent to another county", write_word(word()), OTHER_COUNTY)
    yield _refused(WordReason.WRONG_DEVICE, "another device's", write_word(word(device=OTHER_DEVICE)))
    yield _refused(WordReason.WRONG_DEVICE, "read by another device", write_word(word()), device=OTHER_DEVICE)


def _collections() -> Iterator[Vector]:
    empty = cbor.encode([])
    deep: cbor.CborValue = 0
    for _ in range(7):
        deep = [deep]

    def rows(*listed: cbor.CborValue) -> list[cbor.CborValue]:
        return [["terms", cbor.encode(list(listed))]]

    spoilt: dict[str, list[cbor.CborValue]] = {
        "a name alone": ["terms"],
        "a collection of three": [["terms", empty, 0]],
        "a name with a capital letter": [["Terms", empty]],
        "a name that is empty": [["", empty]],
        "a name of 33 letters": [["a" * 33, empty]],
        "names backwards": [["terms", empty], ["counter", empty]],
        "a name twice": [["terms", empty], ["terms", empty]],
        "seventeen collections": [[chr(ord("a") + i), empty] for i in range(17)],
        "rows that are no bytes": [["terms", []]],
        "rows that are no CBOR": [["terms", b"\xff"]],
        "rows as a map": [["terms", cbor.encode({})]],
        "bytes behind the rows": [["terms", empty + b"\x00"]],
        "rows that lie too deep": rows(["a", {"b": deep}]),
        "a row without its key": rows([{}]),
        "a row of three": rows(["a", {}, 0]),
        "a row that is a list": rows(["a", []]),
        "a key that is empty": rows(["", {}]),
        "a key of 201 signs": rows(["k" * 201, {}]),
        "a key that is a number": rows([1, {}]),
        "keys backwards": rows(["b", {}], ["a", {}]),
        "a key twice": rows(["a", {}], ["a", {}]),
        "keys in the order of UTF-16": rows(["𠀀", {}], ["～", {}]),
        "a name in a row that is a number": rows(["a", {1: 1}]),
        "bytes in a row": rows(["a", {"b": b"x"}]),
        "bytes deep in a row": rows(["a", {"b": [{"c": b"x"}]}]),
        "an integer of 54 bits": rows(["a", {"b": 2**53}]),
    }
    for why, told in spoilt.items():
        yield _refused(WordReason.MALFORMED, why, cbor.encode([*items()[:-1], told]))
