"""Do the books in this audit pack agree with each other? 包里的账目彼此相符吗？

    python3 books.py [folder]

Needs Python 3.9 or newer and nothing else. ``verify.py`` calls it once it has found every file as it was signed. It
adds up again what the county says: every account from its transfers, every batch from its lines, every line from its
event, every event from its redemption; it draws the sample anew from its seed, and works out the trail's chain.
"""

import csv
import hashlib
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator

Row = dict[str, str]
PAYERS = ("government", "platform")
GENESIS = "00" * 32
MOST_TOLD = 20


def main() -> None:
    """Say what was found, and leave with 0 only when that is nothing."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    found = faults_of(folder)
    if found:
        sys.exit("\n".join(["账目不符 · THE BOOKS DO NOT AGREE", *found]))
    sys.stdout.write("账目、抽样、审计链全部相符 · books, sample and chain agree\n")


def faults_of(folder: str) -> list[str]:
    """Everything that does not agree; empty when all is well."""
    found: list[str] = []
    for check in (
        _ledger,
        _vouchers,
        _redemptions,
        _lines,
        _reviews,
        _batches,
        _days,
        _merchants,
        _totals,
        _sample,
        _chain,
    ):
        try:
            told = check(folder)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            told = [f"无法读取 · cannot be read ({check.__name__}): {type(problem).__name__} {problem}"]
        found += told[:MOST_TOLD]
    return found


def rows(folder: str, path: str) -> Iterator[Row]:
    """The lines of a table."""
    with open(os.path.join(folder, *path.split("/")), encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file, strict=True)


def _json(folder: str, path: str) -> dict[str, object]:
    with open(os.path.join(folder, path), encoding="utf-8") as file:
        read = json.load(file)
    if not isinstance(read, dict):
        raise TypeError(path)
    return read


def _ledger(folder: str) -> list[str]:
    """Every account is the sum of its transfers; what is pending is what was begun and has no end."""
    moved: Counter[str] = Counter()
    seen = set()
    found = []
    for row in rows(folder, "ledger/transfers.csv"):
        fen = int(row["amount_fen"])
        if fen < 1 or row["debit_account"] == row["credit_account"] or (row["act_id"], row["leg"]) in seen:
            found.append(f"分录不成立 · no transfer: {row['act_id']} {row['leg']}")
        seen.add((row["act_id"], row["leg"]))
        moved[row["debit_account"]] -= fen
        moved[row["credit_account"]] += fen
    ended = {row["pending_act_id"] for row in rows(folder, "ledger/pending-ends.csv")}
    pending: Counter[str] = Counter()
    for row in rows(folder, "ledger/pending.csv"):
        if row["act_id"] not in ended:
            pending[row["debit_account"]] += int(row["amount_fen"])
    accounts = list(rows(folder, "ledger/accounts.csv"))
    for row in accounts:
        sign = -1 if row["normal"] == "debit" else 1
        if int(row["balance_fen"]) != sign * moved[row["number"]]:
            found.append(f"余额不等于分录之和 · balance of {row['key']}: {row['balance_fen']}")
        if int(row["pending_fen"]) != pending[row["number"]]:
            found.append(f"在途金额不符 · pending of {row['key']}: {row['pending_fen']}")
    unknown = (set(moved) | set(pending)) - {row["number"] for row in accounts}
    return found + [f"没有这个账户 · unknown account {number}" for number in sorted(unknown)]


def _balances(folder: str, kind: str, *owners: str) -> Counter[tuple[str, ...]]:
    """The balances of one kind of account, added up by some of its owners."""
    found: Counter[tuple[str, ...]] = Counter()
    for row in rows(folder, "ledger/accounts.csv"):
        if row["kind"] == kind:
            found[tuple(row[owner] for owner in owners)] += int(row["balance_fen"])
    return found


def _vouchers(folder: str) -> list[str]:
    """What is open in the ledger are the vouchers that people hold, and what those that were used without a network
    keep until no claim on them can come any more; rounds count what they gave.
    """
    held: Counter[tuple[str, ...]] = Counter()
    given: Counter[str] = Counter()
    lines: dict[str, str] = {}
    for row in rows(folder, "vouchers.csv"):
        given[row["round_id"]] += 1
        if row["state"] == "issued":
            held[(row["line_id"],)] += int(row["public_fen"])
        lines[row["id"]] = row["line_id"]
    for row in rows(folder, "offline/labels.csv"):
        held[(lines[row["voucher_id"]],)] += int(row["own_fen"]) - int(row["used_fen"])
    booked = _balances(folder, "voucher.open", "line_id")
    found = [
        f"在手券与账不符 · open vouchers of line {line[0]}"
        for line in sorted(set(booked) | set(held))
        if booked[line] != held[line]
    ]
    for row in rows(folder, "rounds.csv"):
        if int(row["issued_online"]) + int(row["issued_station"]) != given[row["id"]]:
            found.append(f"轮次发放数不符 · round {row['id']}")
    return found


def _redemptions(folder: str) -> list[str]:
    """Shares are the discount, and what each payer has left in a redemption is what its events tell."""
    discounts = {row["id"]: int(row["discount_fen"]) for row in rows(folder, "redemptions.csv")}
    left: Counter[tuple[str, str]] = Counter()
    shared: Counter[str] = Counter()
    found = []
    for row in rows(folder, "shares.csv"):
        amount, refunded = int(row["amount_fen"]), int(row["refunded_fen"])
        shared[row["redemption_id"]] += amount
        left[row["redemption_id"], row["funder"]] += amount - refunded
        if not 0 <= refunded <= amount:
            found.append(f"退回多于承担 · more came back than was paid: {row['redemption_id']} {row['funder']}")
    found += [
        f"承担之和不等于优惠 · shares of {one}"
        for one in sorted(set(discounts) | set(shared))
        if discounts.get(one) != shared[one]
    ]
    told: Counter[tuple[str, str]] = Counter()
    for row in rows(folder, "settlement/events.csv"):
        parts = int(row["paid_fen"]) + sum(int(row[f"{payer}_fen"]) for payer in (*PAYERS, "merchant"))
        if int(row["bill_fen"]) != parts:
            found.append(f"结算事项分项不符 · parts of event {row['id']}")
        if row["state"] != "cancelled":
            for payer in PAYERS:
                told[row["redemption_id"], payer] += int(row[f"{payer}_fen"])
    for key in sorted(set(told) | {key for key in left if key[1] in PAYERS}):
        if told[key] != left[key]:
            found.append(f"结算事项与核销不符 · events of redemption {key[0]}, {key[1]}: {told[key]} / {left[key]}")
    return found


def _lines(folder: str) -> list[str]:
    """A cleared event has the lines that it tells, another has none."""
    due: dict[tuple[str, str], int] = {}
    for row in rows(folder, "settlement/events.csv"):
        for payer in PAYERS:
            if row["cleared_on"] and int(row[f"{payer}_fen"]):
                due[row["id"], payer] = int(row[f"{payer}_fen"])
    found = []
    for row in rows(folder, "settlement/lines.csv"):
        if due.pop((row["event_id"], row["payer"]), None) != int(row["amount_fen"]):
            found.append(f"计价明细与事项不符 · line of event {row['event_id']}, {row['payer']}")
    return found + [f"缺少计价明细 · no line of event {event}, {payer}" for event, payer in sorted(due)]


def _reviews(folder: str) -> list[str]:
    """Of a trade-in campaign nothing is in a batch but what a dossier was approved for; a serial number lives once."""
    plan = _json(folder, f"rules/version-{_json(folder, 'campaign.json')['version']}.json")
    approved = {row["event_id"]: row["approved"] == "1" for row in rows(folder, "settlement/reviews.csv")}
    living: Counter[str] = Counter()
    found = []
    for row in rows(folder, "trade-in/dossiers.csv"):
        if row["state"] in ("filed", "returned", "approved"):
            living["".join(filter(str.isalnum, row["serial_no"]))] += 1
        if row["state"] in ("approved", "rejected") and approved.get(row["redemption_id"]) != (
            row["state"] == "approved"
        ):
            found.append(f"审核与资料不符 · review of dossier {row['id']}")
    found += [f"序列号重复 · serial number {one} lives twice" for one, times in sorted(living.items()) if times > 1]
    if not any(_terms(kind).get("trade_in") for kind in _list(plan["kinds"])):
        return found
    of = {row["id"]: row["redemption_id"] for row in rows(folder, "settlement/events.csv")}
    batched: Counter[tuple[str, str]] = Counter()
    for row in rows(folder, "settlement/lines.csv"):
        if row["batch_id"]:
            batched[of[row["event_id"]], row["payer"]] += int(row["amount_fen"])
    unapproved = sorted({one for (one, _), fen in batched.items() if fen and not approved.get(one)})
    return found + [f"未经审核即付款 · redemption {one} is paid without an approved dossier" for one in unapproved]


def _terms(kind: dict[str, object]) -> dict[str, object]:
    terms = kind["terms"]
    if not isinstance(terms, dict):
        raise TypeError("terms were expected")
    return terms


def _batches(folder: str) -> list[str]:
    """A batch is the sum of its lines and of its parts; the lines of a rejected one are in its repeat."""
    lines: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    for row in rows(folder, "settlement/lines.csv"):
        lines[row["batch_id"]] += int(row["amount_fen"])
    for row in rows(folder, "settlement/parts.csv"):
        parts[row["batch_id"]] += int(row["amount_fen"])
    batches = {row["id"]: row for row in rows(folder, "settlement/batches.csv")}
    repeated = Counter(row["repeats_id"] for row in batches.values() if row["repeats_id"])
    found = []
    for one, row in sorted(batches.items()):
        fen = int(row["amount_fen"])
        if parts[one] != fen or (row["state"] != "rejected" and lines[one] != fen):
            found.append(f"批次与明细不符 · batch {row['number']}: {fen} / {lines[one]} / {parts[one]}")
        if repeated[one] != (row["state"] == "rejected"):
            found.append(f"退回的批次应重办一次 · batch {row['number']} is repeated {repeated[one]} times")
    return found


def _days(folder: str) -> list[str]:
    """A clearing day is the sum of its lines."""
    counted: Counter[str] = Counter()
    fen: Counter[str] = Counter()
    for row in rows(folder, "settlement/lines.csv"):
        counted[row["cleared_on"]] += 1
        fen[row["cleared_on"]] += int(row["amount_fen"])
    told = {
        row["day"]: (int(row["lines"]), int(row["total_fen"])) for row in rows(folder, "settlement/clearing-days.csv")
    }
    return [
        f"清算日与明细不符 · clearing day {day}"
        for day in sorted(counted)
        if day in told and told[day] != (counted[day], fen[day])
    ]


def _merchants(folder: str) -> list[str]:
    """What a merchant is still owed in the ledger is what its events tell less the payouts that the bank accepted."""
    owed: Counter[tuple[str, ...]] = Counter()
    for row in rows(folder, "settlement/events.csv"):
        if row["state"] != "cancelled":
            for payer in PAYERS:
                owed[row["merchant_id"], payer] += int(row[f"{payer}_fen"])
    for row in rows(folder, "settlement/batches.csv"):
        if row["state"] == "accepted":
            owed[row["merchant_id"], row["payer"]] -= int(row["amount_fen"])
    booked = _balances(folder, "merchant.payable", "merchant_id", "funder")
    booked.subtract(_balances(folder, "merchant.clawback", "merchant_id", "funder"))
    return [
        f"应付商户与账不符 · merchant {key[0]}, {key[1]}: {owed[key]} / {booked[key]}"
        for key in sorted(set(owed) | set(booked))
        if owed[key] != booked[key]
    ]


def _totals(folder: str) -> list[str]:
    """The county's own reconciliation says what the tables say."""
    told = _json(folder, "reconciliation.json")
    found = [f"县里自己的核对：{fault} · the county's own audit" for fault in _list(told["faults"])]
    shares: Counter[str] = Counter()
    for row in rows(folder, "shares.csv"):
        shares[row["funder"]] += int(row["amount_fen"]) - int(row["refunded_fen"])
    events: Counter[str] = Counter()
    for row in rows(folder, "settlement/events.csv"):
        if row["state"] != "cancelled":
            for payer in PAYERS:
                events[payer] += int(row[f"{payer}_fen"])
    paid: Counter[str] = Counter()
    for row in rows(folder, "settlement/batches.csv"):
        if row["state"] == "accepted":
            paid[row["payer"]] += int(row["amount_fen"])
    owed = _balances(folder, "merchant.payable", "funder")
    owed.subtract(_balances(folder, "merchant.clawback", "funder"))
    for one in _list(told["payers"]):
        payer = str(one["payer"])
        own = (one["by_redemptions_fen"], one["by_events_fen"], one["by_ledger_fen"], one["paid_fen"])
        if own != (shares[payer], events[payer], owed[(payer,)] + paid[payer], paid[payer]) or len(set(own[:3])) != 1:
            found.append(f"核对表不符 · reconciliation of {payer}: {own}")
    return found


def _list(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise TypeError("a list was expected")
    return value


def _sample(folder: str) -> list[str]:
    """The sample is drawn anew: the redemptions with the least SHA-256 over seed, a line feed, and their id."""
    told = _json(folder, "campaign.json")
    seed, size = str(told["seed"]), int(str(told["sample"]))
    ranked = sorted((rank_of(seed, row["id"]), row["id"]) for row in rows(folder, "redemptions.csv"))
    drawn = [(row["rank"], row["redemption_id"]) for row in rows(folder, "sample.csv")]
    if drawn != ranked[:size]:
        return ["抽样不符 · the sample is not what its seed draws"]
    there = os.path.join(folder, "sample")
    files = sorted(os.listdir(there)) if os.path.isdir(there) else []
    if files != sorted(f"{one}.json" for _, one in drawn):
        return ["抽样的明细文件不符 · the sample's files are others"]
    return []


def rank_of(seed: str, redemption_id: str) -> str:
    """A redemption's place in the draw of a sample: the least are taken."""
    return hashlib.sha256(f"{seed}\n{redemption_id}".encode()).hexdigest()


def _chain(folder: str) -> list[str]:
    """Every block follows the one before it, and holds the entries that are told."""
    found = []
    digests: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows(folder, "chain/digests.csv"):
        digests[row["block_no"]].append((row["entry_id"], row["digest"]))
    before = GENESIS
    for number, row in enumerate(rows(folder, "chain/blocks.csv"), 1):
        fields = [number, row["at"], int(row["entries"]), row["entries_hash"], before]
        own = hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()
        if (row["no"], row["previous_hash"], row["hash"]) != (str(number), before, own):
            found.append(f"链在此断开 · the chain breaks at block {row['no']}")
        before = row["hash"]
        if row["no"] in digests:
            held = [digest for _, digest in digests[row["no"]]]
            joined = hashlib.sha256(bytes.fromhex("".join(held))).hexdigest()
            if (len(held), joined) != (int(row["entries"]), row["entries_hash"]):
                found.append(f"链块与条目不符 · the entries of block {row['no']} are others")
    in_chain = {entry: digest for of_block in digests.values() for entry, digest in of_block}
    with open(os.path.join(folder, "chain", "entries.jsonl"), encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            own = hashlib.sha256(entry["text"].encode()).hexdigest() if entry["text"] else entry["digest"]
            if own != entry["digest"] or (entry["block_no"] and in_chain.get(entry["entry_id"]) != own):
                found.append(f"审计条目被改 · the entry {entry['entry_id']} is another")
    return found


if __name__ == "__main__":
    main()
