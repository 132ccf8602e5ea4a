"""The same request twice at the same moment gets one effect and the same answer, on whichever worker it arrives."""

from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.vouchers.approve_campaign import SignCampaign, Signed, sign_campaign
from backend.vouchers.desk_rules import DecisionStep
from backend.vouchers.fund_campaign import FundCampaign, Funded, fund_campaign
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.refund_rules import RollBack, RollBackReason, RolledBack
from backend.vouchers.roll_back import roll_back
from backend.vouchers.rules import RedemptionReason
from backend.vouchers.steer_campaign import SteerCampaign, Steered, Turn, steer_campaign
from tests.vouchers.campaigns import RECEIPT, faults, running_campaign
from tests.vouchers.counters import TILL, counter, phone, redemption, shown, spend, typed, undo, voucher
from tests.vouchers.desks import planned
from tests.vouchers.overlap import twice_at_once
from tests.web.world import row_counts


async def test_a_typed_code_sent_twice_at_once_with_one_id_is_one_redemption_and_counts_no_wrong_code(
    county: County,
) -> None:
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    command = redemption(county, await typed(county, me, await voucher(county, round_id, me)), shop)
    first, second = await twice_at_once(county, redeem, command)
    assert isinstance(first, Redeemed)
    assert second == replace(first, again=True)
    rows = await row_counts(county)
    assert (rows["redemptions"], rows["wrong_codes"]) == (1, 0)
    assert await faults(county) == []


async def test_a_drawn_code_sent_twice_at_once_is_one_redemption_and_another_bill_is_another_command(
    county: County,
) -> None:
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    command = redemption(county, await shown(county, me, await voucher(county, round_id, me)), shop)
    first, second = await twice_at_once(county, redeem, command)
    assert isinstance(first, Redeemed)
    assert second == replace(first, again=True)
    other = replace(command, bill=replace(command.bill, bill_fen=command.bill.bill_fen + 1))
    assert isinstance(await transact(county, redeem, other), IdReused)


async def test_two_ids_for_one_typed_code_at_once_are_one_redemption_and_one_wrong_code(county: County) -> None:
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    command = redemption(county, await typed(county, me, await voucher(county, round_id, me)), shop)
    first, second = await twice_at_once(county, redeem, command, replace(command, redemption_id=new_id()))
    assert isinstance(first, Redeemed)
    assert second == Refused(RedemptionReason.CODE_WRONG)
    assert (await row_counts(county))["wrong_codes"] == 1


async def rolling_back(county: County) -> RollBack:
    """A redemption that was accepted, and the command that undoes it."""
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    code = await shown(county, me, await voucher(county, round_id, me))
    done = await spend(county, redemption(county, code, shop))
    assert isinstance(done, Redeemed)
    return RollBack(
        roll_back_id=new_id(),
        redemption_id=done.redemption_id,
        merchant_id=shop,
        reason="顾客退单",
        refund_fen=None,
        actor=TILL,
    )


async def test_a_roll_back_sent_twice_at_once_with_one_id_happens_once_and_both_are_told_so(county: County) -> None:
    command = await rolling_back(county)
    first, second = await twice_at_once(county, roll_back, command)
    assert isinstance(first, RolledBack)
    assert second == replace(first, again=True)
    assert (await row_counts(county))["roll_backs"] == 1
    assert await faults(county) == []


async def test_a_refused_roll_back_stays_refused_under_its_id(county: County) -> None:
    command = await rolling_back(county)
    first, second = await twice_at_once(county, roll_back, command, replace(command, roll_back_id=(late := new_id())))
    assert isinstance(first, RolledBack)
    assert second == Refused(RollBackReason.ALREADY_REVERSED)
    again = await transact(county, roll_back, replace(command, roll_back_id=late))
    assert again == second
    other = replace(command, roll_back_id=late, reason="另一个原因")
    assert isinstance(await transact(county, roll_back, other), IdReused)
    part = await undo(county, command.redemption_id, command.merchant_id, roll_back_id=late, refund_fen=1)
    assert isinstance(part, IdReused)


async def test_funding_and_signing_twice_at_once_with_one_id_happen_once_and_both_are_told_so(county: County) -> None:
    of = await planned(county)
    handing_in = SignCampaign(
        decision_id=new_id(), campaign_id=of.campaign_id, version=1, step=DecisionStep.SUBMIT, actor=of.clerk
    )
    first, second = await twice_at_once(county, sign_campaign, handing_in)
    assert isinstance(first, Signed)
    assert second == replace(first, again=True)
    for step, by in ((DecisionStep.REVIEW, of.reviewer), (DecisionStep.APPROVE, of.approver)):
        assert isinstance(await of.sign(step, by), Signed)
    proof = FundCampaign(
        funding_id=new_id(),
        campaign_id=of.campaign_id,
        version=1,
        document_no="演示〔2026〕7号",
        bank_voucher_no="20261120-1",
        amount_fen=59_000,
        file_sha256=RECEIPT,
        actor=of.others[Role.OFFICE],
    )
    first, second = await twice_at_once(county, fund_campaign, proof)
    assert isinstance(first, Funded)
    assert second == replace(first, again=True)
    running = SteerCampaign(turn_id=new_id(), campaign_id=of.campaign_id, turn=Turn.RUN, actor=of.clerk)
    first, second = await twice_at_once(county, steer_campaign, running)
    assert isinstance(first, Steered)
    assert second == replace(first, again=True)
    assert (await row_counts(county))["campaign_decisions"] == 4
    assert await faults(county) == []


async def test_a_roll_back_of_what_is_not_there_binds_no_id(county: County) -> None:
    command = await rolling_back(county)
    foreign = replace(command, merchant_id=new_id())
    assert await transact(county, roll_back, foreign) == Refused(RollBackReason.NO_SUCH_REDEMPTION)
    assert isinstance(await transact(county, roll_back, command), RolledBack)
