"""A county with a campaign that has seen everything, and its audit pack unpacked."""

import asyncio
import subprocess
import sys
from datetime import date
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

from msgspec import Struct

from backend.audit_pack.make_pack import MakePack, make_pack, making, pack_name
from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey
from backend.ledger.rules import Funder
from backend.vouchers.correct import DecideIncident, ProposeIncident, decide_incident, propose_incident
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.rules import Limit
from tests.databases import HandClock
from tests.settlement.cycles import CLERK, REVIEWER, answered, close, opened, sent, spent
from tests.vouchers.campaigns import faults
from tests.vouchers.counters import Phone, undo

SEED = "双色球 2026137 期 03 09 11 17 22 30 + 08"
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
SHARED = (
    FundingShare(funder=Funder.GOVERNMENT, share_bp=7_000),
    FundingShare(funder=Funder.PLATFORM, share_bp=3_000),
)


class Lived(Struct, frozen=True, kw_only=True):
    """Whose campaign it was, who spent there, and what."""

    campaign_id: UUID
    people: list[Phone]
    redemptions: list[UUID]


async def lived(county: County, clock: HandClock) -> Lived:
    """Nine redemptions: flagged, refunded before and after the payout, corrected, paid, rejected and paid again."""
    limits = (Limit(rule_id=new_id(), most=4),)
    campaign_id, round_id, shop, people = await opened(county, pieces=20, people=3, limits=limits, funding=SHARED)
    bought = [await spent(county, round_id, people[0], shop, bill_fen=20_100) for _ in range(4)]
    clock.forward(hours=1)
    bought += [await spent(county, round_id, people[1], shop, bill_fen=40_000)]
    await undo(county, bought[0], shop)
    await close(county, clock, MONDAY)
    of_batch = await sent(county, campaign_id)
    await answered(county, of_batch, accepted=False)
    await answered(county, await sent(county, campaign_id), accepted=True)
    await undo(county, bought[4], shop, refund_fen=9_999)
    bought += [await spent(county, round_id, people[2], shop, bill_fen=30_000 + 100 * nth) for nth in range(3)]
    await close(county, clock, TUESDAY)
    incident = ProposeIncident(
        incident_id=new_id(), redemption_id=bought[5], reason="商户多刷一笔", document_no="差错〔2026〕1号", actor=CLERK
    )
    await transact(county, propose_incident, incident)
    decision = DecideIncident(decision_id=new_id(), incident_id=incident.incident_id, confirm=True, actor=REVIEWER)
    await transact(county, decide_incident, decision)
    await close(county, clock, WEDNESDAY)
    bought += [await spent(county, round_id, people[1], shop, bill_fen=25_000)]
    assert await faults(county) == []
    return Lived(campaign_id=campaign_id, people=people, redemptions=bought)


async def unpacked(
    county: County, campaign_id: UUID, to: Path, *, sample: int = 3, pack_id: UUID | None = None
) -> Path:
    """The pack's folder."""
    asked = MakePack(pack_id=pack_id or new_id(), campaign_id=campaign_id, seed=SEED, sample=sample, at=county.clock())
    await asyncio.to_thread(_unpack, county, asked, to)
    return to / pack_name(county, asked)


def _unpack(county: County, asked: MakePack, to: Path) -> None:
    with making(county) as folder:
        made = make_pack(county, asked, folder)
        assert made is not None
        with ZipFile(made[0]) as archive:
            archive.extractall(to)


def key_of(county: County) -> str:
    """The county's public key as it publishes it."""
    return SigningKey(county.keys.issuer_private).public.compressed.hex()


def verified(pack: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The pack's own verifier in a Python without any of our packages."""
    command = [sys.executable, "-I", "-S", str(pack / "verify.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
