"""What is under way about the world's money: a flag on a redemption of each side, a payout run, a correction."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import Transaction, transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.ledger.rules import Funder
from backend.settlement.batch_rules import Run
from backend.settlement.hold_rules import Hold
from backend.settlement.rules import HoldRule, HoldState, RunState
from backend.settlement.store import batches, holds
from backend.vouchers.correct import ProposeIncident, propose_incident
from tests.settlement.cycles import CLERK
from tests.vouchers.campaigns import RECEIPT

OFFICE = "/api/v1/office"
Told = tuple[Role, str, dict[str, Any]]
DOCUMENT = "筠商函〔2026〕9号"
ACQUIRER, RESULTS, PAYOUT = "acquirer-wallet-utf8", "results-rural-bank-gbk", "payout-rural-bank-gbk"
MADE = {
    f"{OFFICE}/incidents": {"incident_id"},
    f"{OFFICE}/payout-runs": {"run_id"},
    f"{OFFICE}/bank-acts": {"act_id"},
    f"{OFFICE}/bank-answers": {"import_id"},
    f"{OFFICE}/acquirer-statements": {"import_id"},
    f"{OFFICE}/campaigns/{{campaign_id}}/settlement": {"settling_id"},
    f"{OFFICE}/campaigns/{{campaign_id}}/treasury-return": {"return_id"},
    "/api/v1/merchant/payout-holds/{hold_id}/contests": {"contest_id"},
    "/api/v1/redemptions/{redemption_id}/evidence": {"supply_id"},
}
"""Which field of a body is the id of what its route makes."""


class Paying(Struct, frozen=True, kw_only=True):
    """The flag of either side, and a run and a correction that wait for a second person."""

    holds: tuple[UUID, UUID]
    run_id: UUID
    incident_id: UUID


async def paying(county: County, campaign_id: UUID, redemptions: list[tuple[UUID, UUID]]) -> Paying:
    """(merchant, redemption) of each side; flags come with a clearing, for which the clock would have to move."""
    flags = [
        Hold(
            hold_id=new_id(),
            event_id=redemption_id,
            merchant_id=merchant_id,
            rule=HoldRule.OUTSIDE_HOURS,
            evidence={"at": "23:10"},
            state=HoldState.OPEN,
            opened_at=county.clock(),
        )
        for merchant_id, redemption_id in redemptions
    ]
    run = Run(
        run_id=new_id(),
        campaign_id=campaign_id,
        payer=Funder.GOVERNMENT,
        template=PAYOUT,
        state=RunState.UNDER_REVIEW,
        amount_fen=0,
        batches=0,
        prepared_by=new_id(),
        prepared_at=county.clock(),
    )

    async def keep(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        await holds.insert_holds(tx, flags)
        await batches.insert_run(tx, run)

    await transact(county, keep, None)
    incident = ProposeIncident(
        incident_id=new_id(), redemption_id=redemptions[0][1], reason="差错", document_no=DOCUMENT, actor=CLERK
    )
    await transact(county, propose_incident, incident)
    return Paying(holds=(flags[0].hold_id, flags[1].hold_id), run_id=run.run_id, incident_id=incident.incident_id)


def of_money(redemption_id: UUID, campaign_id: UUID) -> list[Told]:
    """What desks and merchants write about money, with empty ids where they make one."""
    proof = {"document_no": DOCUMENT, "bank_voucher_no": "0012345", "file_sha256": RECEIPT}
    campaign = f"{OFFICE}/campaigns/{{campaign_id}}"
    of_campaign = {"campaign_id": str(campaign_id)}
    correction = {"redemption_id": str(redemption_id), "reason": "差错", "document_no": DOCUMENT}
    moved = {"kind": "pay-in", "amount_fen": 1}
    header = "`交易时间,`商户号,`设备号,`商户订单号,`交易状态,`应结订单金额,`退款金额\r\n"
    statement = {"template": ACQUIRER, "file": b64encode(header.encode()).decode()}
    answers = {"template": RESULTS, "file": b64encode(RESULT.encode("gbk")).decode()}
    return [
        (Role.OFFICE, f"{OFFICE}/incidents", correction | {"incident_id": ""}),
        (Role.REVIEWER, f"{OFFICE}/incidents/{{incident_id}}/decisions", {"decision_id": "", "confirm": False}),
        (Role.OFFICE, f"{OFFICE}/payout-runs", of_campaign | {"run_id": "", "template": PAYOUT}),
        (Role.REVIEWER, f"{OFFICE}/payout-runs/{{run_id}}/decisions", {"decision_id": "", "send": False}),
        (
            Role.REVIEWER,
            f"{OFFICE}/payout-holds/{{hold_id}}/decisions",
            {"decision_id": "", "release": True, "note": "核对无误"},
        ),
        (Role.OFFICE, f"{OFFICE}/bank-acts", proof | of_campaign | moved | {"act_id": ""}),
        (Role.OFFICE, f"{OFFICE}/bank-answers", answers | {"import_id": ""}),
        (Role.OFFICE, f"{OFFICE}/acquirer-statements", statement | {"import_id": ""}),
        (Role.OFFICE, f"{campaign}/settlement", {"settling_id": ""}),
        (Role.OFFICE, f"{campaign}/treasury-return", proof | {"return_id": "", "amount_fen": 0}),
        (Role.MERCHANT, "/api/v1/merchant/payout-holds/{hold_id}/contests", CONTEST | {"contest_id": ""}),
        (Role.MERCHANT, "/api/v1/redemptions/{redemption_id}/evidence", EVIDENCE | {"supply_id": ""}),
    ]


RESULT = "序号,收款账号,收款户名,金额,处理结果,失败原因,银行流水号,客户流水号\r\n1,-,-,1.00,处理中,,,20261123000001\r\n"
CONTEST = {"words": "当天延长营业，有公告。"}
EVIDENCE = {"kind": "photo", "value": "小票照片"}
