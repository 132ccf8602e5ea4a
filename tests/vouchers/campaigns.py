"""Campaigns to test with: planned, funded and running; the desk's signatures have tests of their own."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.audit_trail.chain import Chain, chain
from backend.audit_trail.verify import Verify, verify
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.claimants import ProofLevel
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.ledger.rules import Funder
from backend.settlement.audit import AuditSettlement, audit_settlement
from backend.sync.audit import AuditSync, audit_sync
from backend.trade_in.audit import AuditTradeIns, audit_trade_ins
from backend.vouchers.audit import AuditVouchers, audit_vouchers
from backend.vouchers.brake_rules import BrakePlan
from backend.vouchers.claim_rules import Claim
from backend.vouchers.desk_rules import CampaignPlan, CampaignState, KindPlan, RoundPlan, public_face
from backend.vouchers.fund_campaign import FundCampaign, Funded, fund_campaign
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.plan_campaign import PlanCampaign, Planned, plan_campaign
from backend.vouchers.rules import ClaimantFacts, Limit, Terms
from backend.vouchers.steer_campaign import SteerCampaign, Turn, steer_campaign
from backend.vouchers.store import desk

CLERK = Actor(kind=ActorKind.STAFF, id=UUID(int=0xC1), role="office")
FINANCE = Actor(kind=ActorKind.STAFF, id=UUID(int=0xF1), role="office")
RECEIPT = "5e" * 32
"""The SHA-256 of the bank's receipt."""
RULE = UUID(int=0x51)
PLAN_FIELDS = {"money_path", "evidence", "refund_policy", "department", "brake", "ceilings"}
"""What ``running_campaign`` is told of the plan itself; everything else is of its terms."""
SILENT = BrakePlan(burn_rate=None, merchant_share=None, refund_rate=None, merchant_pace=None)
"""Tests that spend a campaign within seconds are about something else."""
GOVERNMENT = (FundingShare(funder=Funder.GOVERNMENT, share_bp=10_000),)


def terms(**changed: Any) -> Terms:
    """满200减50 of the kind ``dining-50``, for seven days, one per person."""
    given: dict[str, Any] = {
        "kind_code": "dining-50",
        "face_fen": 5_000,
        "minimum_spend_fen": 20_000,
        "valid_days": 7,
        "limits": (Limit(rule_id=RULE),),
        "funding": GOVERNMENT,
    }
    return Terms(**(given | changed))


async def running_campaign(
    county: County,
    *,
    pieces: int = 50,
    cap_pieces: int | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    station_pieces: int = 0,
    station_until: datetime | None = None,
    rounds: int = 1,
    campaign_id: UUID | None = None,
    run: bool = True,
    **of_terms: Any,
) -> list[UUID]:
    """A funded campaign of one kind; returns its round ids. Rounds open now and for a day."""
    now = county.clock()
    opens = opens_at or now
    round_ids = [new_id() for _ in range(rounds)]
    of_plan = {"brake": SILENT} | {name: of_terms.pop(name) for name in PLAN_FIELDS & of_terms.keys()}
    agreed = terms(**of_terms)
    plan = CampaignPlan(
        title_zh="测试活动",
        title_en="Test campaign",
        **of_plan,
        kinds=(_kind(agreed, cap_pieces or pieces * rounds),),
        rounds=tuple(
            RoundPlan(
                round_id=round_id,
                kind_code=agreed.kind_code,
                name_zh="第一轮",
                name_en="Round",
                opens_at=opens,
                closes_at=closes_at or opens + timedelta(days=1),
                pieces=pieces,
                station_pieces=station_pieces,
                station_until=station_until,
            )
            for round_id in round_ids
        ),
    )
    campaign_id = campaign_id or new_id()
    await approved(county, campaign_id, plan)
    face = sum(desk_public(agreed) for _ in range(cap_pieces or pieces * rounds))
    await funded(county, campaign_id, face)
    if run:
        running = SteerCampaign(turn_id=new_id(), campaign_id=campaign_id, turn=Turn.RUN, actor=CLERK)
        await transact(county, steer_campaign, running)
    return round_ids


def _kind(agreed: Terms, cap_pieces: int) -> KindPlan:
    return KindPlan(code=agreed.kind_code, name_zh="餐饮券", name_en="Dining", terms=agreed, cap_pieces=cap_pieces)


async def approved(county: County, campaign_id: UUID, plan: CampaignPlan) -> None:
    """Planned, and approved without its signatures."""
    command = PlanCampaign(campaign_id=campaign_id, plan=plan, version=None, actor=CLERK)
    planned = await transact(county, plan_campaign, command)
    assert isinstance(planned, Planned), planned

    async def approve(tx: Transaction, command: UUID, *, now: Instant) -> None:
        await desk.change_state(tx, command, CampaignState.APPROVED, now)

    await transact(county, approve, campaign_id)


async def funded(county: County, campaign_id: UUID, amount_fen: int) -> None:
    """Its money proven."""
    proof = FundCampaign(
        funding_id=new_id(),
        campaign_id=campaign_id,
        version=1,
        document_no="演示〔2026〕1号",
        bank_voucher_no="1",
        amount_fen=amount_fen,
        file_sha256=RECEIPT,
        actor=FINANCE,
    )
    outcome = await transact(county, fund_campaign, proof)
    assert isinstance(outcome, Funded), outcome


def desk_public(agreed: Terms) -> int:
    """The public part of a face, worked out by hand for one or two funders."""
    if len(agreed.funding) > 2:
        return public_face(agreed.funding, agreed.face_fen)
    government = sum(share.share_bp for share in agreed.funding if share.funder is Funder.GOVERNMENT)
    return (agreed.face_fen * government + 5_000) // 10_000


def claim_of(
    round_id: UUID,
    resident: int,
    *,
    claim_id: UUID | None = None,
    people: tuple[bytes, ...] | None = None,
    assisted: bool = False,
    **facts: Any,
) -> Claim:
    """A claim by resident number so-and-so, known by account and phone."""
    resident_id = UUID(int=0xA000_0000 + resident)
    claim_id = claim_id or new_id()
    return Claim(
        claim_id=claim_id,
        round_id=round_id,
        resident_id=resident_id,
        facts=ClaimantFacts(**({"proof_level": ProofLevel.PHONE} | facts)),
        people=people
        or (b"account-" + resident_id.bytes[-4:] + bytes(20), b"phone---" + resident_id.bytes[-4:] + bytes(20)),
        actor=Actor(kind=ActorKind.RESIDENT, id=resident_id, role="resident", request_id=claim_id),
        assisted=assisted,
    )


Claiming = Callable[[County, Claim], Awaitable[Any]]


async def faults(county: County) -> list[str]:
    """Everything that ``yizhan audit`` would tell of money, vouchers, devices and the trail."""
    ledger = await inquire(county, audit_ledger, AuditLedger())
    dealt = await inquire(county, audit_sync, AuditSync(ledger))
    return [*await faults_of_books(county), *dealt.faults]


async def faults_of_books(county: County) -> list[str]:
    """The same without devices, for tests that post a device's allowance by hand."""
    ledger = await inquire(county, audit_ledger, AuditLedger())
    held = await inquire(county, audit_vouchers, AuditVouchers(ledger))
    settled = await inquire(county, audit_settlement, AuditSettlement(ledger))
    while await transact(county, chain, Chain()):
        pass
    trail = await inquire(county, verify, Verify(county.clock()))
    filed = await inquire(county, audit_trade_ins, AuditTradeIns())
    told = [*ledger.faults, *held.faults, *settled.faults, *filed.faults]
    return [*told, *([trail.fault] if trail.fault else [])]
