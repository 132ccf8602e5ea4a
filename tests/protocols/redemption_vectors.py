"""Vectors of ``fixtures/protocols/redemption``: every condition broken alone, at its edge, and before the next one."""

from typing import Any

Vector = dict[str, Any]

MERCHANT = "01a1b2c3-0000-7000-8000-000000000001"
ANOTHER = "01a1b2c3-0000-7000-8000-000000000002"
CALLS = [f"01a1b2c3-0000-7000-8000-00000000001{number}" for number in range(3)]
"""Calls for merchants, which have lists."""
TERMS: Vector = {
    "discount": "threshold",
    "face_fen": 5_000,
    "minimum_spend_fen": 20_000,
    "percent_bp": 0,
    "fixed_price_fen": 0,
    "trades": [],
    "towns": [],
    "merchants": [],
    "lists": [],
    "weekdays": [],
    "hours": [],
    "redeem_level": 1,
}
VOUCHER: Vector = {
    "state": "issued",
    "face_fen": 5_000,
    "use_from": "2026-11-20T02:00:00.000Z",
    "expires_at": "2026-11-26T16:00:00.000Z",
    "paused": False,
    "proof_level": 1,
}
COUNTER: Vector = {
    "merchant_id": MERCHANT,
    "trade": "catering",
    "town": "511527100",
    "standing": "admitted",
    "lists": [],
}
BILL: Vector = {"bill_fen": 20_000, "eligible_fen": 20_000}
NOON = "2026-11-20T04:00:00.000Z"

LUNCH_AND_DINNER = [{"from_": "11:00:00", "until": "13:30:00"}, {"from_": "17:00:00", "until": "21:00:00"}]
PERCENT: Vector = {"discount": "percentage", "percent_bp": 1_500, "minimum_spend_fen": 0}
FIXED: Vector = {"discount": "fixed-price", "fixed_price_fen": 9_900, "minimum_spend_fen": 0}

BROKEN: list[tuple[str, str, Vector]] = [
    ("R1", "paused", {"voucher": {"paused": True}}),
    ("R2", "merchant-suspended", {"counter": {"standing": "suspended"}}),
    ("R3", "already-used", {"voucher": {"state": "redeemed"}}),
    ("R4", "not-yet-valid", {"at": "2026-11-20T01:59:59.999Z"}),
    ("R6", "wrong-merchant", {"terms": {"merchants": [ANOTHER]}}),
    ("R6", "wrong-merchant", {"terms": {"lists": CALLS[:1]}}),
    ("R7", "wrong-trade", {"terms": {"trades": ["retail"]}}),
    ("R8", "wrong-town", {"terms": {"towns": ["511527101"]}}),
    ("R9", "outside-hours", {"terms": {"weekdays": [0, 1]}}),
    ("R10", "level-too-low", {"terms": {"redeem_level": 2}}),
    ("R11", "bill-too-small", {"bill": {"bill_fen": 1, "eligible_fen": 1}}),
]
"""Each condition broken alone; together they show the order. R5 cannot be broken together with R4."""

EDGES: list[tuple[str, str, Vector, int | str]] = [
    ("R2", "a merchant that has left", {"counter": {"standing": "ended"}}, "merchant-suspended"),
    ("R3", "set aside for a basket", {"voucher": {"state": "held"}}, "held"),
    ("R3", "taken back by the office", {"voucher": {"state": "voided"}}, "voided"),
    ("R3", "given back already", {"voucher": {"state": "expired"}}, "expired"),
    ("R4", "the first instant", {"at": "2026-11-20T02:00:00.000Z"}, 5_000),
    ("R5", "the last millisecond", {"at": "2026-11-26T15:59:59.999Z"}, 5_000),
    ("R5", "midnight is too late", {"at": "2026-11-26T16:00:00.000Z"}, "expired"),
    ("R6", "one of two merchants", {"terms": {"merchants": [ANOTHER, MERCHANT]}}, 5_000),
    ("R6", "on one of two lists", {"terms": {"lists": CALLS[:2]}, "counter": {"lists": CALLS[1:]}}, 5_000),
    ("R6", "on other lists only", {"terms": {"lists": CALLS[:1]}, "counter": {"lists": CALLS[1:]}}, "wrong-merchant"),
    ("R6", "on a list that nobody asks for", {"counter": {"lists": CALLS[:1]}}, 5_000),
    (
        "R6",
        "named, and on none of the lists",
        {"terms": {"merchants": [MERCHANT], "lists": CALLS[:1]}},
        "wrong-merchant",
    ),
    (
        "R6",
        "on the list, and not among the named",
        {"terms": {"merchants": [ANOTHER], "lists": CALLS[:1]}, "counter": {"lists": CALLS[:1]}},
        "wrong-merchant",
    ),
    ("R7", "one of two trades", {"terms": {"trades": ["retail", "catering"]}}, 5_000),
    ("R8", "one of two towns", {"terms": {"towns": ["511527101", "511527100"]}}, 5_000),
    ("R9", "Friday", {"terms": {"weekdays": [4]}}, 5_000),
    ("R9", "Saturday only", {"terms": {"weekdays": [5]}}, "outside-hours"),
    (
        "R9",
        "a millisecond before Saturday",
        {"terms": {"weekdays": [5]}, "at": "2026-11-20T15:59:59.999Z"},
        "outside-hours",
    ),
    (
        "R9",
        "Saturday's first instant in the county",
        {"terms": {"weekdays": [5]}, "at": "2026-11-20T16:00:00.000Z"},
        5_000,
    ),
    ("R9", "Saturday's last millisecond", {"terms": {"weekdays": [5]}, "at": "2026-11-21T15:59:59.999Z"}, 5_000),
    ("R9", "Sunday has begun", {"terms": {"weekdays": [5]}, "at": "2026-11-21T16:00:00.000Z"}, "outside-hours"),
    ("R9", "Sunday is 6", {"terms": {"weekdays": [6]}, "at": "2026-11-21T16:00:00.000Z"}, 5_000),
    ("R9", "Monday is 0", {"terms": {"weekdays": [0]}, "at": "2026-11-22T16:00:00.000Z"}, 5_000),
    ("R9", "before lunch", {"terms": {"hours": LUNCH_AND_DINNER}, "at": "2026-11-20T02:59:59.999Z"}, "outside-hours"),
    ("R9", "lunch begins", {"terms": {"hours": LUNCH_AND_DINNER}, "at": "2026-11-20T03:00:00.000Z"}, 5_000),
    ("R9", "lunch's last millisecond", {"terms": {"hours": LUNCH_AND_DINNER}, "at": "2026-11-20T05:29:59.999Z"}, 5_000),
    ("R9", "lunch is over", {"terms": {"hours": LUNCH_AND_DINNER}, "at": "2026-11-20T05:30:00.000Z"}, "outside-hours"),
    ("R9", "dinner begins", {"terms": {"hours": LUNCH_AND_DINNER}, "at": "2026-11-20T09:00:00.000Z"}, 5_000),
    ("R9", "dinner is over", {"terms": {"hours": LUNCH_AND_DINNER}, "at": "2026-11-20T13:00:00.000Z"}, "outside-hours"),
    ("R9", "the right hour of a wrong day", {"terms": {"hours": LUNCH_AND_DINNER, "weekdays": [5]}}, "outside-hours"),
    ("R10", "just high enough", {"terms": {"redeem_level": 2}, "voucher": {"proof_level": 2}}, 5_000),
    ("R11", "199.99 yuan", {"bill": {"bill_fen": 19_999, "eligible_fen": 19_999}}, "bill-too-small"),
    ("R11", "200.01 yuan", {"bill": {"bill_fen": 20_001, "eligible_fen": 20_001}}, 5_000),
    ("R11", "only what is eligible counts", {"bill": {"bill_fen": 90_000, "eligible_fen": 19_999}}, "bill-too-small"),
    ("R11", "eligible to the fen", {"bill": {"bill_fen": 90_000, "eligible_fen": 20_000}}, 5_000),
    (
        "R12",
        "a bill of one fen",
        {"terms": {"minimum_spend_fen": 0}, "bill": {"bill_fen": 1, "eligible_fen": 1}},
        "no-discount",
    ),
    ("R12", "nothing left of the face", {"voucher": {"face_fen": 0}}, "no-discount"),
    (
        "R12",
        "the price is the fixed one already",
        {"terms": FIXED, "bill": {"bill_fen": 9_900, "eligible_fen": 9_900}},
        "no-discount",
    ),
    (
        "R12",
        "a percentage of less than a fen",
        {"terms": PERCENT, "bill": {"bill_fen": 6, "eligible_fen": 6}},
        "no-discount",
    ),
    (
        "R12",
        "nothing eligible",
        {"terms": {"minimum_spend_fen": 0}, "bill": {"bill_fen": 500, "eligible_fen": 0}},
        "no-discount",
    ),
    (
        "R13",
        "a fen is left to pay",
        {"terms": {"minimum_spend_fen": 0}, "bill": {"bill_fen": 5_000, "eligible_fen": 5_000}},
        4_999,
    ),
    ("R13", "a bill of two fen", {"terms": {"minimum_spend_fen": 0}, "bill": {"bill_fen": 2, "eligible_fen": 2}}, 1),
    ("R13", "what is left of the face after a return", {"voucher": {"face_fen": 1_234}}, 1_234),
    (
        "R14",
        "a face above what is eligible",
        {"terms": {"minimum_spend_fen": 0}, "bill": {"bill_fen": 9_000, "eligible_fen": 3_000}},
        3_000,
    ),
    (
        "R14",
        "15 % of 99.99 yuan rounds down",
        {"terms": PERCENT, "bill": {"bill_fen": 9_999, "eligible_fen": 9_999}},
        1_499,
    ),
    (
        "R14",
        "15 % of 333.33 yuan is below the face",
        {"terms": PERCENT, "bill": {"bill_fen": 33_333, "eligible_fen": 33_333}},
        4_999,
    ),
    (
        "R14",
        "15 % of 333.34 yuan is the face",
        {"terms": PERCENT, "bill": {"bill_fen": 33_334, "eligible_fen": 33_334}},
        5_000,
    ),
    (
        "R14",
        "15 % of 1 000 yuan stops at the face",
        {"terms": PERCENT, "bill": {"bill_fen": 100_000, "eligible_fen": 100_000}},
        5_000,
    ),
    (
        "R14",
        "a percentage of a hundred billion yuan is exact",
        {
            "terms": PERCENT | {"percent_bp": 1, "face_fen": 10**13},
            "voucher": {"face_fen": 10**13},
            "bill": {"bill_fen": 10**13 - 1, "eligible_fen": 10**13 - 1},
        },
        999_999_999,
    ),
    (
        "R14",
        "a percentage of a hundred billion yuan is exact with large basis points",
        {
            "terms": PERCENT | {"percent_bp": 9_999, "face_fen": 10**13},
            "voucher": {"face_fen": 10**13},
            "bill": {"bill_fen": 10**13 - 1, "eligible_fen": 10**13 - 1},
        },
        9_998_999_999_999,
    ),
    ("R14", "down to a fixed price", {"terms": FIXED, "bill": {"bill_fen": 12_000, "eligible_fen": 12_000}}, 2_100),
    ("R14", "a fen above the fixed price", {"terms": FIXED, "bill": {"bill_fen": 9_901, "eligible_fen": 9_901}}, 1),
    (
        "R14",
        "a fixed price gives at most the face",
        {"terms": FIXED, "bill": {"bill_fen": 30_000, "eligible_fen": 30_000}},
        5_000,
    ),
]

SPLITS: list[tuple[str, tuple[int, int, int], int, int, tuple[int, int, int]]] = [
    ("one funder pays all", (10_000, 0, 0), 5_000, 4_999, (4_999, 0, 0)),
    ("two funders and the whole face", (6_000, 0, 4_000), 5_000, 5_000, (3_000, 0, 2_000)),
    ("a single fen goes to the larger share", (4_000, 0, 6_000), 5_000, 1, (0, 0, 1)),
    ("a tie goes to the government", (5_000, 5_000, 0), 5_000, 3, (2, 1, 0)),
    ("a tie without the government goes to the platform", (0, 5_000, 5_000), 5_000, 3, (0, 2, 1)),
    ("two left-over fen go to the largest remainders", (5_000, 3_000, 2_000), 5_000, 4_999, (2_499, 1_500, 1_000)),
    ("nobody pays more than they set aside of the face", (500, 1_500, 8_000), 11, 8, (0, 2, 6)),
    ("what is above goes to the next with room", (500, 2_500, 7_000), 31, 29, (1, 8, 20)),
    (
        "a hundred billion yuan is split to the fen",
        (3_333, 3_333, 3_334),
        10**13,
        10**13 - 1,
        (
            3_333_000_000_000,
            3_333_000_000_000,
            3_333_999_999_999,
        ),
    ),
]
"""Shares of government, platform and merchant in basis points, the face, the discount, and who pays which fen of it."""
FUNDERS = ("government", "platform", "merchant")


def _split(why: str, shares: tuple[int, ...], face_fen: int, discount_fen: int, paid: tuple[int, ...]) -> Vector:
    named = zip(FUNDERS, shares, strict=True)
    return {
        "op": "split",
        "case": "R15",
        "why": why,
        "funding": [{"funder": funder, "share_bp": share} for funder, share in named if share],
        "face_fen": face_fen,
        "discount_fen": discount_fen,
        "paid_fen": {funder: fen for funder, fen, share in zip(FUNDERS, paid, shares, strict=True) if share},
    }


def filled(vector: Vector) -> Vector:
    """A vector with everything that it leaves as the specification says."""
    return {
        "terms": TERMS | vector.get("terms", {}),
        "voucher": VOUCHER | vector.get("voucher", {}),
        "counter": COUNTER | vector.get("counter", {}),
        "bill": BILL | vector.get("bill", {}),
        "at": vector.get("at", NOON),
    }


def _vector(case: str, why: str, given: Vector, outcome: int | str) -> Vector:
    expected = {"discount_fen": outcome} if isinstance(outcome, int) else {"reason": outcome}
    return {"op": "decide", "case": case, "why": why} | filled(given) | expected


def _together(one: Vector, other: Vector) -> Vector:
    parts = ("terms", "voucher", "counter", "bill")
    both: Vector = {part: other.get(part, {}) | one.get(part, {}) for part in parts}
    if at := one.get("at") or other.get("at"):
        both["at"] = at
    return both


def vectors() -> list[Vector]:
    """All cases: good, each condition alone, each condition before the next, then the edges, then who pays."""
    good = [_vector("R13", "everything is as it should be", {}, 5_000)]
    alone = [_vector(case, "broken alone", given, reason) for case, reason, given in BROKEN]
    order = []
    for i, (case, reason, given) in enumerate(BROKEN):
        everything = given
        for _, _, later in BROKEN[i + 1 :]:
            everything = _together(everything, later)
        order.append(_vector(case, "broken with every later one", everything, reason))
    splits = [_split(*split) for split in SPLITS]
    return good + alone + order + [_vector(*edge) for edge in EDGES] + splits
