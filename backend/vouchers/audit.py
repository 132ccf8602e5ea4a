"""Do the vouchers hold? The same checkers serve the tests and ``yizhan audit`` on live data.

Invariants 2 to 7 and 12 of ``domain.md`` 5, as far as vouchers and redemptions know them.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from backend.audit_trail.find import weigh_acts
from backend.database.transaction import Transaction
from backend.ledger.audit import LedgerReport
from backend.ledger.rules import Account, AccountKind, Funder, Step
from backend.settlement.audit import count_redemptions
from backend.vouchers.audit_lots import audit_lots
from backend.vouchers.audit_offline import audit_offline
from backend.vouchers.desk_rules import LineLevel, public_face
from backend.vouchers.desk_views import BudgetLine
from backend.vouchers.rules import Terms, VoucherState
from backend.vouchers.store import checks, offline_checks
from backend.vouchers.store.checks import MOST_TOLD, ShareTally, VoucherTally
from backend.vouchers.store.offline_checks import NO_MONEY, OfflineMoney

Counters = tuple[int, int, int, int]
"""issued fen, issued pieces, returned fen, returned pieces"""

EDGES = ("voucher.claim", "voucher.redeem", "voucher.roll-back", "voucher.expire", "voucher.void", "voucher.refund")
WEIGHTS = {act: 1 << (16 * place) for place, act in enumerate(EDGES)}
"""How often a voucher took each edge, in one number."""


FREE = (AccountKind.BUDGET_LINE, AccountKind.OFFLINE_POOL, AccountKind.OFFLINE_ALLOWANCE)

OWING = frozenset({Step.REDEEM, Step.PLATFORM_SHARE, Step.ROLL_BACK, Step.CLAW_BACK, Step.INCIDENT})
"""Steps that change what a merchant has come to be owed; every other one pays it."""


POOL = (AccountKind.OFFLINE_POOL, AccountKind.OFFLINE_ALLOWANCE)
"""Where the money of an offline counter's line is: its cap is this and what was paid from it."""


class AuditVouchers(Struct, frozen=True):
    """Check every voucher against the ledger that was just added up."""

    ledger: LedgerReport


class VoucherReport(Struct, frozen=True, kw_only=True):
    """What was found; ``faults`` is empty when every invariant holds."""

    vouchers: int
    redemptions: int
    faults: list[str]


async def audit_vouchers(tx: Transaction, asked: AuditVouchers) -> VoucherReport:
    """Compare rows, counters, ledger and trail; every difference is told with its invariant's number."""
    tallies, shares = await checks.voucher_tallies(tx), await checks.share_tallies(tx)
    offline = await offline_checks.offline_money(tx)
    lines, rounds = await checks.lines_by_campaign(tx), await checks.rounds_counted(tx)
    terms = {round_id: of_round for round_id, _, of_round in rounds}
    faults = [
        *_lines_against_ledger(asked.ledger, tallies, lines, offline),
        *_shares_against_ledger(asked.ledger, shares),
        *_lines_that_miscount([line for _, line in lines], tallies, shares, terms, offline),
        *_rounds_that_miscount(rounds, tallies),
        *_limits_broken(terms.values(), await checks.highest_nth(tx)),
        *(
            f"invariant 5: voucher {voucher} is {state} with {live} live redemptions"
            for voucher, state, live in await checks.redeemed_otherwise(tx)
        ),
        *(
            f"invariant 6: redemption {redemption}: shares {total} fen, discount {discount} fen"
            for redemption, total, discount in await checks.shares_that_differ(tx)
        ),
        *(
            f"invariant 7: redemption {redemption}: {funder} paid {paid} fen and got {refunded} back"
            for redemption, funder, paid, refunded in await checks.refunded_otherwise(tx)
        ),
        *await _events_missing(tx),
        *await _edges_untold(tx),
        *await audit_lots(tx),
        *await audit_offline(tx, asked.ledger),
    ]
    redemptions = await checks.redemption_count(tx)
    return VoucherReport(vouchers=sum(tally.pieces for tally in tallies), redemptions=redemptions, faults=faults)


def _lines_against_ledger(
    ledger: LedgerReport,
    tallies: Sequence[VoucherTally],
    lines: Sequence[tuple[UUID, BudgetLine]],
    offline: Mapping[UUID, OfflineMoney],
) -> list[str]:
    def balance(kind: AccountKind, campaign: UUID, line: UUID) -> int:
        return ledger.balances.get(Account(kind, campaign, line).key(), 0)

    faults = []
    rows: Tally[tuple[UUID, VoucherState]] = Tally()
    for tally in tallies:
        rows[tally.line_id, tally.state] += tally.public_fen
    dealt: Tally[UUID] = Tally()
    for _, line in lines:
        if line.parent_id is not None:
            dealt[line.parent_id] += line.cap_fen
    places = ((AccountKind.VOUCHER_OPEN, VoucherState.ISSUED), (AccountKind.VOUCHER_HELD, VoucherState.HELD))
    for campaign, line in lines:
        for kind, state in places:
            held = rows[line.line_id, state]
            if kind is AccountKind.VOUCHER_OPEN:
                held += offline.get(line.line_id, NO_MONEY).kept_fen
            if (booked := balance(kind, campaign, line.line_id)) != held:
                faults.append(
                    f"invariant 2: {kind} of line {line.line_id} stands at {booked} fen, its vouchers at {held}"
                )
        free = line.cap_fen - dealt[line.line_id] if line.line_id in dealt else line.free_fen
        if line.level is LineLevel.OFFLINE:
            held = sum(balance(kind, campaign, line.line_id) for kind in POOL)
            if held != free:
                faults.append(f"invariant 2: the pool {line.line_id} holds {held} fen, its counters say {free}")
            free = 0
        if (booked := balance(AccountKind.BUDGET_LINE, campaign, line.line_id)) != free:
            faults.append(f"invariant 2: budget.line of {line.line_id} stands at {booked} fen, its counters say {free}")
    return faults


def _shares_against_ledger(ledger: LedgerReport, shares: Sequence[ShareTally]) -> list[str]:
    """What merchants came to be owed, less what came back, by line and funder; their own share is nobody's debt."""
    owed: Tally[str] = Tally()
    for campaign, line, merchant, funder, fen in shares:
        if funder is Funder.PLATFORM:
            owed[Account(AccountKind.PLATFORM_DUE, campaign).key()] += fen
        if funder is not Funder.MERCHANT:
            owed[Account(AccountKind.MERCHANT_PAYABLE, campaign, line, merchant, funder).key()] += fen
    booked: Tally[str] = Tally()
    for (key, step), (debits, credits_) in ledger.flows.items():
        kind = key.partition("/")[0]
        if kind == AccountKind.MERCHANT_PAYABLE and step in OWING:
            booked[key] += credits_ - debits
        elif kind == AccountKind.MERCHANT_CLAWBACK and step in OWING:
            booked[key.replace(kind, AccountKind.MERCHANT_PAYABLE, 1)] -= debits
        elif kind == AccountKind.PLATFORM_DUE and step in OWING:
            booked[key] += debits - credits_
    return [
        f"invariant 2: {key} came to {booked[key]} fen, the shares of its redemptions are {owed[key]}"
        for key in sorted(owed.keys() | booked.keys())
        if booked[key] != owed[key]
    ]


def _lines_that_miscount(
    lines: Sequence[BudgetLine],
    tallies: Sequence[VoucherTally],
    shares: Sequence[ShareTally],
    terms: Mapping[UUID, Terms],
    offline: Mapping[UUID, OfflineMoney],
) -> list[str]:
    """A line's counters are those of its vouchers, or the sums of the lines below."""
    below: dict[UUID, list[Counters]] = {}
    for line in lines:
        if line.parent_id is not None:
            below.setdefault(line.parent_id, []).append(_counters(line))
    faces = {round_id: public_face(of_round.funding, of_round.face_fen) for round_id, of_round in terms.items()}
    spent: Tally[UUID] = Tally()
    for share in shares:
        spent[share.line_id] += share.amount_fen if share.funder is Funder.GOVERNMENT else 0
    own: dict[UUID, list[VoucherTally]] = {}
    for tally in tallies:
        own.setdefault(tally.line_id, []).append(tally)
    faults = []
    for line in lines:
        money = offline.get(line.line_id, NO_MONEY)
        found = _of_vouchers(own.get(line.line_id, []), spent[line.line_id], faces, money)
        if line.line_id in below:
            summed = [sum(column) for column in zip(*below[line.line_id], strict=True)]
            found = (summed[0], summed[1], summed[2], summed[3])
        if line.level is LineLevel.OFFLINE:  # It issues nothing: what was paid from it is held against the ledger.
            continue
        if (counted := _counters(line)) != found:
            faults.append(
                f"invariant 3: line {line.line_id} counts {_told(counted)}; its vouchers or lines below {_told(found)}"
            )
    return faults[:MOST_TOLD]


def _counters(line: BudgetLine) -> Counters:
    return line.issued_fen, line.issued_pieces, line.returned_fen, line.returned_pieces


def _told(counters: Counters) -> str:
    issued_fen, issued, returned_fen, returned = counters
    return f"{issued} issued with {issued_fen} fen, {returned} returned, {returned_fen} fen back"


def _of_vouchers(
    own: Sequence[VoucherTally], spent_fen: int, faces: Mapping[UUID, int], offline: OfflineMoney
) -> Counters:
    issued_fen = sum(tally.pieces * faces.get(tally.round_id, 0) for tally in own)
    standing = sum(t.public_fen for t in own if t.state in (VoucherState.ISSUED, VoucherState.HELD))
    given_back = sum(t.pieces for t in own if t.state in (VoucherState.EXPIRED, VoucherState.VOIDED))
    # What is neither in a voucher nor owed for one has come back, be it unused face, expired or undone. Allowances of
    # other lines paid a part of what was spent, and a voucher that was used after its end had come back before.
    back_fen = issued_fen - standing - offline.kept_fen - (spent_fen - offline.covered_fen)
    issued = sum(tally.pieces for tally in own)
    return issued_fen + offline.covering_fen, issued, back_fen, given_back + offline.used_after_their_end


def _rounds_that_miscount(rounds: Sequence[tuple[UUID, int, Terms]], tallies: Sequence[VoucherTally]) -> list[str]:
    held: Tally[UUID] = Tally()
    for tally in tallies:
        held[tally.round_id] += tally.pieces
    return [
        f"invariant 3: round {round_id} counts {counted} issued, {held[round_id]} rows are there"
        for round_id, counted, _ in rounds
        if counted != held[round_id]
    ][:MOST_TOLD]


def _limits_broken(terms: Iterable[Terms], highest: Sequence[tuple[UUID, int]]) -> list[str]:
    """No key counts further than any round that uses the rule allows."""
    allowed: dict[UUID, int] = {}
    for of_round in terms:
        for limit in of_round.limits:
            allowed[limit.rule_id] = max(allowed.get(limit.rule_id, 0), limit.most)
    return [
        f"invariant 4: rule {rule} gave one person more than the limit"
        for rule, nth in highest
        if nth > allowed.get(rule, 0)
    ]


async def _events_missing(tx: Transaction) -> list[str]:
    """Every redemption has one finance event, and one that stands has a live one."""
    told, live = await count_redemptions(tx, None)
    redemptions, standing = await checks.redemption_count(tx), await checks.standing_count(tx)
    if told == redemptions and live >= standing:
        return []
    return [f"invariant 8: {redemptions} redemptions, {standing} of them stand; {told} finance events, {live} live"]


async def _edges_untold(tx: Transaction) -> list[str]:
    """Every edge that a voucher took has one entry in the trail, and every such entry its edge."""
    left = await weigh_acts(tx, "voucher", WEIGHTS)

    def took(voucher: str, act: str, times: int = 1) -> None:
        left[voucher] = left.get(voucher, 0) - times * WEIGHTS[act]

    for voucher, state in await checks.states_of_vouchers(tx):
        took(voucher, "voucher.claim")
        if state == VoucherState.EXPIRED:
            took(voucher, "voucher.expire")
        elif state == VoucherState.VOIDED:
            took(voucher, "voucher.void")
    for voucher in await checks.vouchers_of_redemptions(tx):
        took(voucher, "voucher.redeem")
    for voucher, state in await offline_checks.found_after_their_end(tx):
        took(voucher, "voucher.expire" if state == VoucherState.EXPIRED else "voucher.void")
    for voucher, state in await checks.vouchers_of_roll_backs(tx):
        if state == VoucherState.REDEEMED:
            took(voucher, "voucher.refund")
            continue
        took(voucher, "voucher.roll-back")
        if state == VoucherState.EXPIRED:  # It came back too late: the roll-back itself was its end.
            took(voucher, "voucher.expire", -1)
        elif state == VoucherState.VOIDED:
            took(voucher, "voucher.void", -1)
    return [
        f"invariant 12: voucher {voucher}: the trail tells of {_difference(weight)} than its rows"
        for voucher, weight in left.items()
        if weight
    ][:MOST_TOLD]


def _difference(weight: int) -> str:
    told = []
    for act, one in reversed(WEIGHTS.items()):
        times = (weight + one // 2) // one
        weight -= times * one
        if times:
            told.append(f"{abs(times)} {act} {'more' if times > 0 else 'fewer'}")
    return ", ".join(reversed(told))
