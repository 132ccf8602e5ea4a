"""Does the county's clearing file say what my till says? ``python -m merchant_tools reconcile --help``.

The file is believed only with the county's signature. My own list is a CSV file with the columns ``act_id`` and
``amount_fen``; a spreadsheet's GBK is read too. An act may have two payers, so its parts are added up before they are
compared.
"""

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

from merchant_tools.clearing import Clearing, read_clearing_csv, read_clearing_json
from merchant_tools.root_handover import succeeds
from merchant_tools.signed import (
    LATEST_SECOND,
    IssuerKey,
    NotOurForm,
    TrustList,
    is_point,
    is_signed_by,
    open_signed,
    read_cbor,
    read_trust_list,
)
from merchant_tools.text import from_base64url


@dataclass(frozen=True)
class Reconciliation:
    """What the two lists have in common and where they part, in fen by act."""

    county_fen: int
    own_fen: int
    equal: int
    differing: dict[str, tuple[int, int]]
    """The county's amount and mine."""
    only_county: dict[str, int]
    only_own: dict[str, int]

    @property
    def agrees(self) -> bool:
        """Whether nothing is left to ask."""
        return not (self.differing or self.only_county or self.only_own)


def reconcile(clearing: Clearing, own: Mapping[str, int], *, merchant_id: str | None = None) -> Reconciliation:
    """Compare one merchant's acts, or all acts of the file, with a list of one's own."""
    county: Counter[str] = Counter()
    for item in clearing.items:
        if merchant_id in (None, item["merchant_id"]):
            county[item["act_id"]] += item["amount_fen"]
    both = county.keys() & own.keys()
    return Reconciliation(
        county_fen=sum(county.values()),
        own_fen=sum(own.values()),
        equal=sum(county[act] == own[act] for act in both),
        differing={act: (county[act], own[act]) for act in sorted(both) if county[act] != own[act]},
        only_county={act: county[act] for act in sorted(county.keys() - own.keys())},
        only_own={act: own[act] for act in sorted(own.keys() - county.keys())},
    )


def read_own(data: bytes) -> dict[str, int]:
    """My own list, the parts of an act added up. Raises ``ValueError`` naming the line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    own: Counter[str] = Counter()
    rows = csv.DictReader(StringIO(text, newline=""), strict=True)
    if not {"act_id", "amount_fen"} <= set(rows.fieldnames or ()):
        raise ValueError("第 1 行要有 act_id 和 amount_fen 两列 · line 1 names the columns act_id and amount_fen")
    for number, row in enumerate(rows, 2):
        try:
            own[row["act_id"].strip().lower()] += int(row["amount_fen"])
        except (AttributeError, TypeError, ValueError):
            raise ValueError(f"第 {number} 行的金额要写成整数分 · line {number}: amount_fen is whole fen") from None
    return dict(own)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, whose keys, and my own list."""
    parser.add_argument("--clearing", required=True, type=Path, metavar="FILE", help="清算文件（.json 或 .csv）")
    parser.add_argument("--signature", type=Path, metavar="FILE", help="JSON file whose signature covers the .csv")
    parser.add_argument("--county", required=True, metavar="CODE", help="县的行政区划代码 · division code")
    parser.add_argument(
        "--issuer",
        metavar="HEX",
        action="append",
        default=[],
        help="县公布的签发公钥（66 位十六进制），换过密钥可多个 · the county's published key; the earlier ones too",
    )
    parser.add_argument("--trust", type=Path, metavar="FILE", help="信任名单 · the county's trust list")
    parser.add_argument("--root", metavar="HEX", help="根公钥，与 --trust 一起用 · the root that signed it")
    parser.add_argument("--merchant", metavar="ID", help="只对这家商户 · only this merchant's lines")
    parser.add_argument("--own", type=Path, metavar="FILE", help="自己的流水 CSV · your own list")
    parser.add_argument("--json", action="store_true", help="结果写成 JSON · print the result as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what was found: 0 when all agrees, 1 when something differs, 2 when the file cannot be believed or read."""
    try:
        clearing = _read(arguments)
        own = read_own(arguments.own.read_bytes()) if arguments.own else None
    except (NotOurForm, ValueError, OSError, csv.Error) as problem:
        print(f"不能对账 · cannot reconcile: {problem}", file=sys.stderr)
        return 2
    facts = {"county": clearing.county, "day": clearing.day.isoformat(), "demonstration": clearing.demonstration}
    sums = {"lines": len(clearing.items), "total_fen": clearing.total_fen, "held_fen": clearing.held_fen}
    found = reconcile(clearing, own, merchant_id=arguments.merchant) if own is not None else None
    if arguments.json:
        print(json.dumps(facts | sums | (asdict(found) if found else {}), ensure_ascii=False))
    else:
        print("\n".join([*(f"{name}: {value}" for name, value in (facts | sums).items()), *_told(found)]))
    return 0 if found is None or found.agrees else 1


def _read(arguments: argparse.Namespace) -> Clearing:
    data = arguments.clearing.read_bytes()
    if arguments.clearing.suffix.lower() != ".csv":
        return read_clearing_json(data, trust=_trust(arguments, _signature_in(data)))
    if arguments.signature is None:
        raise ValueError("CSV 文件要用 --signature 给出带签名的 JSON 文件 · a .csv needs --signature")
    signature = _signature_in(arguments.signature.read_bytes())
    return read_clearing_csv(data, signature=signature, trust=_trust(arguments, signature))


def _signature_in(data: bytes) -> str:
    document = json.loads(data)
    return str(document.get("signature", "")) if isinstance(document, dict) else ""


def _trust(arguments: argparse.Namespace, signature: str) -> TrustList:
    if arguments.trust and arguments.root:
        return _listed(arguments.trust.read_bytes(), bytes.fromhex(arguments.root), arguments.county)
    points = [bytes.fromhex(told) for told in arguments.issuer]
    if not points or not all(is_point(point) for point in points):
        raise ValueError("要给出 --issuer，或 --trust 和 --root · name --issuer, or --trust and --root")
    signed = open_signed(from_base64url(signature))
    # A county that changed its key signed its earlier files with an earlier one: any that is named will do.
    made = [point for point in points if is_signed_by(point, signed.signature, signed.message)]
    # A key given by hand has no id and no time of service of its own.
    return TrustList(arguments.county, 0, {signed.kid: IssuerKey((made or points)[0], 0, LATEST_SECOND)})


def _listed(data: bytes, pinned: bytes, county: str) -> TrustList:
    """The list alone, or the county's file of it with its root and the hand-overs from an earlier one."""
    root, told = pinned, data
    match read_cbor(data):
        case [bytes(named), bytes(signed), *more] if len(more) <= 1 and len(named) == len(pinned):
            carried = more[0] if more and isinstance(more[0], list) else []
            handovers = [one if isinstance(one, bytes) else b"" for one in carried]
            if succeeds(named, pinned=pinned, handovers=handovers, county=county):
                root = named
            told = signed
    return read_trust_list(told, root=root, county=county)


def _told(found: Reconciliation | None) -> Iterable[str]:
    if found is None:
        return
    yield f"一致 · equal: {found.equal}"
    for act, (county, own) in found.differing.items():
        yield f"金额不同 · differs: {act} county {county} own {own}"
    for act, amount in found.only_county.items():
        yield f"只在清算文件里 · only the county: {act} {amount}"
    for act, amount in found.only_own.items():
        yield f"只在自己的流水里 · only yours: {act} {amount}"
