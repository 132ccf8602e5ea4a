"""Money is proven and dealt down the tree: bank → campaign → kinds → rounds. From here on every fen has a place."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from backend.audit_trail.record import record
from backend.audit_trail.rules import new_entry
from backend.database.transaction import Transaction
from backend.kernel.actors import Actor
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.booked import is_booked
from backend.ledger.post import post
from backend.ledger.rules import Account, AccountKind, Step, Transfer
from backend.outbox.answered import Earlier, earlier_answer, remember_answer
from backend.outbox.due import plan as plan_due
from backend.outbox.rules import DueWork, IdReused, command_hash
from backend.settlement.record import open_programme
from backend.settlement.rules import Programme
from backend.vouchers.approve_campaign import clerks
from backend.vouchers.desk_rules import (
    CampaignState,
    DecisionStep,
    DeskReason,
    KindPlan,
    LineLevel,
    RoundPlan,
    may_step,
    public_face,
    total_fen,
)
from backend.vouchers.desk_views import Campaign, Decision
from backend.vouchers.open_round import CLOSE_ROUND, OPEN_ROUND
from backend.vouchers.store import desk as store
from backend.vouchers.store import draws, rosters
from backend.vouchers.trade_in_rules import papers_needed


class FundCampaign(Struct, frozen=True, kw_only=True):
    """Proof of money: document number (文号), the bank's voucher number, the amount, and its file by its hash."""

    funding_id: UUID
    campaign_id: UUID
    version: int
    document_no: str
    bank_voucher_no: str
    amount_fen: int
    file_sha256: str
    actor: Actor

    def hashed(self) -> bytes:
        """What tells this command from another under the same id."""
        proof = (self.document_no, self.bank_voucher_no, self.amount_fen, self.file_sha256)
        return command_hash(("fund", self.campaign_id, self.version, *proof, self.actor.id))


class Funded(Struct, frozen=True, kw_only=True):
    """The tree stands and every round has its money."""

    campaign_id: UUID
    amount_fen: int
    state: CampaignState
    again: bool = False
    """Whether this repeats an earlier answer; never stored."""


class _Dealing:
    """Collects the transfers of one funding under its one act id."""

    def __init__(self, act_id: UUID, campaign_id: UUID, at: Instant) -> None:
        self.act_id = act_id
        self.campaign_id = campaign_id
        self.at = at
        self.transfers: list[Transfer] = []

    def move(self, debit: Account, credit: Account, amount_fen: int, step: Step) -> None:
        """One movement; nothing is booked for nothing."""
        if amount_fen:
            self.transfers.append(
                Transfer(
                    act_id=self.act_id,
                    leg=len(self.transfers),
                    debit=debit,
                    credit=credit,
                    amount_fen=amount_fen,
                    step=step,
                    occurred_at=self.at,
                )
            )

    def line(self, line_id: UUID) -> Account:
        """A line's account."""
        return Account(AccountKind.BUDGET_LINE, self.campaign_id, line_id)


async def fund_campaign(
    tx: Transaction, command: FundCampaign, *, now: Instant
) -> Funded | Refused[DeskReason] | IdReused:
    """approved → funded: book the proven money and build the budget tree; the amount must be the plan's total.

    Whoever wrote or handed in the plan does not prove its money too. A refusal binds no id: nothing was booked.
    """
    campaign = await store.lock_campaign(tx, command.campaign_id)
    if campaign is None or command.actor.id is None:
        return Refused(DeskReason.NO_SUCH_CAMPAIGN)
    earlier = await earlier_answer(tx, command.funding_id, command.hashed())
    if earlier is not None:
        return replace(earlier.decoded(Funded), again=True) if isinstance(earlier, Earlier) else earlier
    if await is_booked(tx, command.funding_id):
        return IdReused()  # A voucher's id, say: its claim is booked under it, though no request carried it.
    if refused := may_step(campaign.state, CampaignState.FUNDED):
        return refused
    if campaign.version != command.version:
        return Refused(DeskReason.STALE_VERSION)
    total = total_fen(campaign.plan)
    if command.amount_fen != total:
        return Refused(DeskReason.SUM_DIFFERS, detail=f"方案总额为 {total} 分")
    if await store.rounds_elsewhere(tx, campaign.campaign_id, campaign.plan):
        # Two drafts that were saved at the same moment do not see each other's rounds.
        return Refused(DeskReason.ROUND_TAKEN)
    decisions = await store.decisions_of(tx, campaign.campaign_id)
    if command.actor.id in clerks(await store.authors_of(tx, campaign.campaign_id), decisions):
        return Refused(DeskReason.SAME_PERSON, detail="起草或送审的人不登记到账 / whoever drafted it does not fund it")
    await store.insert_decision(tx, campaign.campaign_id, _decision(command, command.actor.id, now))
    dealing = _Dealing(command.funding_id, campaign.campaign_id, now)
    await _build_tree(tx, campaign, dealing, total)
    await post(tx, *dealing.transfers, now=now)
    await open_programme(tx, _programme(campaign), now=now)
    await store.change_state(tx, campaign.campaign_id, CampaignState.FUNDED, now)
    await record(
        tx,
        new_entry(
            now,
            command.actor,
            "campaign.fund",
            ("campaign", campaign.campaign_id),
            from_state=campaign.state,
            to_state=CampaignState.FUNDED,
            detail=f"{command.document_no} {command.bank_voucher_no} {command.file_sha256}",
        ),
    )
    outcome = Funded(campaign_id=campaign.campaign_id, amount_fen=total, state=CampaignState.FUNDED)
    await remember_answer(tx, command.funding_id, command.hashed(), outcome, now=now)
    return outcome


def _programme(campaign: Campaign) -> Programme:
    plan = campaign.plan
    return Programme(
        campaign_id=campaign.campaign_id,
        title_zh=plan.title_zh,
        title_en=plan.title_en,
        department=plan.department,
        money_path=plan.money_path,
        evidence=plan.evidence,
        review=papers_needed([kind.terms.trade_in for kind in plan.kinds]),
    )


def _decision(command: FundCampaign, staff_id: UUID, now: Instant) -> Decision:
    return Decision(
        decision_id=command.funding_id,
        step=DecisionStep.FUND,
        version=command.version,
        staff_id=staff_id,
        deputy_for=None,
        document_no=command.document_no,
        note=command.bank_voucher_no,
        file_sha256=command.file_sha256,
        decided_at=now,
    )


async def _build_tree(tx: Transaction, campaign: Campaign, dealing: _Dealing, total: int) -> None:
    bank = Account(AccountKind.FUND_BANK, campaign.campaign_id)
    unallocated = Account(AccountKind.FUND_UNALLOCATED, campaign.campaign_id)
    pieces = sum(kind.cap_pieces for kind in campaign.plan.kinds)
    root = await store.insert_line(tx, campaign.campaign_id, None, LineLevel.CAMPAIGN, "all", total, pieces)
    dealing.move(bank, unallocated, total, Step.FUND)
    dealing.move(unallocated, dealing.line(root), total, Step.ALLOCATE)
    for kind in campaign.plan.kinds:
        cap = public_face(kind.terms.funding, kind.terms.face_fen) * kind.cap_pieces
        line = await store.insert_line(
            tx, campaign.campaign_id, root, LineLevel.KIND, kind.code, cap, kind.cap_pieces, kind.subject_code
        )
        dealing.move(dealing.line(root), dealing.line(line), cap, Step.DEAL)
        for round_ in campaign.plan.rounds:
            if round_.kind_code == kind.code:
                await _add_round(tx, campaign, kind, round_, line, dealing)


async def _add_round(
    tx: Transaction, campaign: Campaign, kind: KindPlan, round_: RoundPlan, kind_line: UUID, dealing: _Dealing
) -> None:
    pieces = round_.pieces or 0
    cap = public_face(kind.terms.funding, kind.terms.face_fen) * pieces
    line = await store.insert_line(
        tx, campaign.campaign_id, kind_line, LineLevel.ROUND, str(round_.round_id), cap, pieces, kind.subject_code
    )
    dealing.move(dealing.line(kind_line), dealing.line(line), cap, Step.DEAL)
    await store.insert_round(tx, campaign.campaign_id, campaign.version, round_, kind.terms, line)
    if round_.draw is not None:
        await draws.insert_draw(tx, round_.round_id, round_.draw)
    if round_.roster is not None:
        await rosters.insert_classes(tx, round_.round_id, round_.roster.classes)
    for work, at in ((OPEN_ROUND, round_.opens_at), (CLOSE_ROUND, round_.closes_at)):
        await plan_due(tx, DueWork(kind=work, key=str(round_.round_id), due_at=at))
