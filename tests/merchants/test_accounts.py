"""A merchant's bank account changes by two people and after a day; the number is sealed, and a look is on record."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.demonstration.unassignable import bank_account
from backend.identity.grant_deputy import GrantDeputy, grant_deputy
from backend.identity.rules import DeputyGrant
from backend.kernel.actors import Actor, Role
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason
from backend.merchants.account_rules import (
    WAITS,
    AccountKind,
    AccountReason,
    AccountState,
    PayoutAccount,
    decide_number,
    passes_luhn,
)
from backend.merchants.approve_account import ApproveAccount, approve_account
from backend.merchants.audit import AuditMerchants, audit_merchants
from backend.merchants.call_reasons import CallReason
from backend.merchants.end import End, end
from backend.merchants.find_accounts import (
    FindAccounts,
    FindLacking,
    FindProposed,
    LookAtAccount,
    find_accounts,
    find_lacking,
    find_proposed,
    look_at_account,
)
from backend.merchants.payout_accounts import Asked, payout_accounts, without_account
from backend.merchants.propose_account import AccountMoved, ProposeAccount, propose_account
from backend.merchants.rules import MerchantReason
from backend.merchants.tables import bank_accounts
from backend.merchants.withdraw_account import WithdrawAccount, withdraw_account
from backend.notifications.inbox import Inbox, inbox
from tests.databases import HandClock
from tests.merchants.call_makers import Office, office, reason_of, staff_member
from tests.merchants.merchant_makers import admission, admitted

FIRST, SECOND = bank_account(1), bank_account(2)


def proposal(actor: Actor, merchant_id: UUID, number: str = FIRST, **changed: Any) -> ProposeAccount:
    given: dict[str, Any] = {
        "actor": actor,
        "account_id": new_id(),
        "merchant_id": merchant_id,
        "kind": AccountKind.CARD,
        "holder_name": "苟定邦",
        "bank_name": "演示农村商业银行筠连支行",
        "bank_code": "000651000001",
        "province": "四川省",
        "number": number,
    }
    return ProposeAccount(**(given | changed))


async def merchant(county: County, order: int = 1) -> tuple[UUID, Actor]:
    """A merchant with its owner."""
    merchant_id = (await admitted(county, admission(order=order))).merchant_id
    return merchant_id, await staff_member(county, Role.MERCHANT, merchant_id=merchant_id)


async def proposed(here: Office, actor: Actor, merchant_id: UUID, number: str = FIRST) -> UUID:
    outcome = await transact(here.county, propose_account, proposal(actor, merchant_id, number))
    assert isinstance(outcome, AccountMoved), outcome
    return outcome.account_id


async def approve(here: Office, account_id: UUID, actor: Actor | None = None, **changed: Any) -> Any:
    given: dict[str, Any] = {
        "actor": actor or here.reviewer,
        "decision_id": new_id(),
        "account_id": account_id,
    }
    return await transact(here.county, approve_account, ApproveAccount(**(given | changed)))


async def paid_to(county: County, merchant_id: UUID, at: Instant) -> str | None:
    found = await inquire(county, payout_accounts, Asked(merchant_ids=(merchant_id,), at=at))
    return found[merchant_id].number if found else None


async def withdraw(here: Office, account_id: UUID, actor: Actor, merchant_id: UUID | None = None) -> Any:
    command = WithdrawAccount(
        actor=actor, change_id=new_id(), account_id=account_id, merchant_id=merchant_id, reason="不是本店办理"
    )
    return await transact(here.county, withdraw_account, command)


async def test_a_new_account_counts_a_day_after_somebody_else_approved_it(county: County, clock: HandClock) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    first = await proposed(here, owner, merchant_id)
    approved = await approve(here, first)
    counts = clock() + timedelta(hours=24)
    assert approved == AccountMoved(
        account_id=first, merchant_id=merchant_id, state=AccountState.APPROVED, effective_at=counts
    )
    assert await paid_to(county, merchant_id, counts - timedelta(microseconds=1)) is None
    asked = Asked(merchant_ids=(merchant_id,), at=counts)
    assert await inquire(county, payout_accounts, asked) == {
        merchant_id: PayoutAccount(
            account_id=first,
            merchant_id=merchant_id,
            kind=AccountKind.CARD,
            holder_name="苟定邦",
            bank_name="演示农村商业银行筠连支行",
            bank_code="000651000001",
            province="四川省",
            number=FIRST,
            effective_at=counts,
        )
    }
    clock.at = counts
    second = await proposed(here, here.clerk, merchant_id, SECOND)
    await approve(here, second, here.approver)
    later = clock() + WAITS
    assert await paid_to(county, merchant_id, later - timedelta(microseconds=1)) == FIRST
    assert await paid_to(county, merchant_id, later) == SECOND
    now = await inquire(county, find_accounts, FindAccounts(merchant_id=merchant_id, at=clock()))
    assert ([one.id for one in now.accounts], now.in_force) == ([second, first], first)
    assert owner.id is not None
    told = [message.code for message in await inquire(county, inbox, Inbox(recipient_id=owner.id))]
    assert told == ["merchant-account-approved", "merchant-account-proposed"] * 2


async def test_whoever_proposed_an_account_never_approves_it_nor_does_their_deputy(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    merchant_id, _ = await merchant(county)
    clerk = msgspec.structs.replace(here.reviewer, role=Role.OFFICE.value)
    account_id = await proposed(here, clerk, merchant_id)
    assert reason_of(await approve(here, account_id, here.reviewer)) is AccountReason.OWN_PROPOSAL
    assert here.approver.id is not None
    assert here.reviewer.id is not None
    deputy = await staff_member(county, Role.OFFICE)
    assert deputy.id is not None
    grant = GrantDeputy(
        deputy_id=deputy.id,
        principal_id=here.reviewer.id,
        role=Role.REVIEWER,
        begins_at=clock(),
        ends_at=clock() + timedelta(days=9),
        document_no="筠演示〔2026〕5号",
        actor=await staff_member(county, Role.SECURITY_ADMIN),
    )
    assert isinstance(await transact(county, grant_deputy, grant), DeputyGrant)
    assert reason_of(await approve(here, account_id, deputy)) is CallReason.NOT_DEPUTY
    stead = await approve(here, account_id, deputy, deputy_for=here.reviewer.id)
    assert reason_of(stead) is AccountReason.OWN_PROPOSAL
    assert reason_of(await approve(here, account_id, here.clerk)) is CallReason.NOT_DEPUTY
    found = await inquire(county, find_accounts, FindAccounts(merchant_id=merchant_id, at=clock()))
    assert [one.state for one in found.accounts] == [AccountState.PROPOSED]
    assert isinstance(await approve(here, account_id, here.approver), AccountMoved)


async def test_the_database_itself_refuses_an_approval_by_whoever_proposed(county: County, clock: HandClock) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    account_id = await proposed(here, owner, merchant_id)

    async def force(tx: Transaction, by: UUID | None, *, now: Instant) -> None:
        values = {"state": "approved", "approved_by": by, "approved_at": now, "effective_at": now + WAITS}
        await tx.execute(update(bank_accounts).where(bank_accounts.c.id == account_id).values(**values))

    with pytest.raises(IntegrityError):
        await transact(county, force, owner.id)
    assert await paid_to(county, merchant_id, clock() + timedelta(days=9)) is None


async def test_the_same_request_again_gets_the_same_answer_and_another_under_its_id_none(county: County) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    command = proposal(owner, merchant_id)
    first = await transact(county, propose_account, command)
    assert isinstance(first, AccountMoved)
    again = msgspec.structs.replace(first, again=True)
    assert await transact(county, propose_account, command) == again
    other = msgspec.structs.replace(command, number=SECOND)
    assert reason_of(await transact(county, propose_account, other)) == "id-reused"
    decision_id = new_id()
    approved = await approve(here, first.account_id, decision_id=decision_id)
    assert await approve(here, first.account_id, decision_id=decision_id) == msgspec.structs.replace(
        approved, again=True
    )
    assert reason_of(await approve(here, new_id(), decision_id=decision_id)) is GeneralReason.NOT_FOUND


async def test_one_change_is_under_way_at_a_time_and_can_be_taken_back_before_it_counts(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    stranger_id, stranger = await merchant(county, 2)
    first = await proposed(here, owner, merchant_id)
    second = proposal(here.clerk, merchant_id, SECOND)
    assert reason_of(await transact(county, propose_account, second)) is AccountReason.ACCOUNT_PENDING
    await approve(here, first)
    assert reason_of(await approve(here, first)) is AccountReason.ACCOUNT_SETTLED
    assert reason_of(await transact(county, propose_account, second)) is AccountReason.ACCOUNT_PENDING
    clock.forward(hours=23, minutes=59)
    assert reason_of(await withdraw(here, first, stranger, stranger_id)) is GeneralReason.NOT_FOUND
    assert await withdraw(here, first, owner, merchant_id) == AccountMoved(
        account_id=first, merchant_id=merchant_id, state=AccountState.WITHDRAWN
    )
    assert reason_of(await withdraw(here, first, here.clerk)) is AccountReason.ACCOUNT_SETTLED
    clock.forward(hours=1)
    assert await paid_to(county, merchant_id, clock()) is None
    assert isinstance(await transact(county, propose_account, second), AccountMoved)
    assert isinstance(await withdraw(here, second.account_id, here.approver), AccountMoved)
    third = await proposed(here, owner, merchant_id)
    await approve(here, third)
    clock.forward(hours=24)
    assert reason_of(await withdraw(here, third, owner, merchant_id)) is AccountReason.ACCOUNT_SETTLED
    assert await paid_to(county, merchant_id, clock()) == FIRST


def test_card_numbers_have_their_check_digit_and_corporate_accounts_have_none() -> None:
    card = "6222021234567890128"
    good = card[:-1] + next(digit for digit in "0123456789" if passes_luhn(card[:-1] + digit))
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    swapped = good[:4] + good[5] + good[4] + good[6:]
    assert decide_number(AccountKind.CARD, good, demonstration=False) is None
    for number in (wrong, swapped, good[:15], good + "0"):
        assert reason_of(decide_number(AccountKind.CARD, number, demonstration=False)) is AccountReason.NUMBER_WRONG
    assert decide_number(AccountKind.CORPORATE, wrong, demonstration=False) is None
    assert decide_number(AccountKind.CORPORATE, "22012345678", demonstration=False) is None
    for kind in AccountKind:
        assert decide_number(kind, FIRST, demonstration=True) is None
        for number in (good, "0591527", FIRST[:-1] + str((int(FIRST[-1]) + 1) % 10)):
            refused = decide_number(kind, number, demonstration=True)
            assert reason_of(refused) is AccountReason.NUMBER_ASSIGNABLE


async def test_a_wrong_number_binds_no_id_and_a_merchant_that_left_has_no_new_account(county: County) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    wrong = proposal(owner, merchant_id, "6222021234567890128")
    assert reason_of(await transact(county, propose_account, wrong)) is AccountReason.NUMBER_ASSIGNABLE
    nowhere = proposal(here.clerk, new_id())
    assert reason_of(await transact(county, propose_account, nowhere)) is GeneralReason.NOT_FOUND
    mended = msgspec.structs.replace(wrong, number=FIRST)
    assert isinstance(await transact(county, propose_account, mended), AccountMoved)
    other_id, _ = await merchant(county, 2)
    gone = End(actor=here.clerk, change_id=new_id(), merchant_id=other_id, reason="歇业")
    await transact(county, end, gone)
    late = proposal(here.clerk, other_id, SECOND)
    assert reason_of(await transact(county, propose_account, late)) is MerchantReason.MERCHANT_ENDED


async def test_holder_and_number_are_sealed_and_a_full_look_is_on_record(county: County) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    account_id = await proposed(here, owner, merchant_id)

    async def rows(tx: Transaction, _asked: None) -> str:
        return repr([tuple(row) for row in await tx.execute(select(bank_accounts))])

    told = await inquire(county, rows, None)
    trail = repr(await inquire(county, find, Find(act="merchants.propose-account")))
    for secret in ("苟定邦", FIRST, FIRST[-6:]):
        assert secret not in told + trail
        assert secret not in repr(proposal(owner, merchant_id))
    command = LookAtAccount(actor=here.approver, account_id=account_id, purpose="核对开户证明")
    looked = await transact(county, look_at_account, command)
    assert looked is not None
    assert (looked.number, looked.holder_name) == (FIRST, "苟定邦")
    (entry,) = await inquire(county, find, Find(act="merchants.look-at-account"))
    assert (entry.subject_id, entry.actor.id, entry.words) == (str(merchant_id), here.approver.id, "核对开户证明")
    nobody = msgspec.structs.replace(command, account_id=new_id())
    assert await transact(county, look_at_account, nobody) is None


async def test_who_has_no_account_in_force_is_told(county: County, clock: HandClock) -> None:
    here = await office(county)
    made = [await merchant(county, order) for order in (1, 2, 3)]
    ids = tuple(merchant_id for merchant_id, _ in made)
    account_id = await proposed(here, made[1][1], ids[1])
    waiting = await inquire(county, find_proposed, FindProposed())
    assert [(one.account.id, one.name_zh) for one in waiting] == [(account_id, "老城门豆花饭馆")]
    await approve(here, account_id)
    assert await inquire(county, find_proposed, FindProposed()) == []
    assert await inquire(county, without_account, Asked(merchant_ids=ids, at=clock())) == list(ids)
    clock.forward(hours=24)
    assert await inquire(county, without_account, Asked(merchant_ids=ids, at=clock())) == [ids[0], ids[2]]
    lacking = await inquire(county, find_lacking, FindLacking(at=clock()))
    assert [one.merchant_id for one in lacking] == sorted((ids[0], ids[2]))
    page = await inquire(county, find_lacking, FindLacking(at=clock(), after=lacking[0].merchant_id, most=1))
    assert page == lacking[1:]


async def test_the_audit_finds_an_account_that_counts_too_soon(county: County, clock: HandClock) -> None:
    here = await office(county)
    merchant_id, owner = await merchant(county)
    await approve(here, await proposed(here, owner, merchant_id))
    assert (await inquire(county, audit_merchants, AuditMerchants())).faults == []

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        row = (await tx.execute(select(bank_accounts))).one()._asdict()
        forged = row | {"id": new_id(), "effective_at": now + timedelta(hours=1)}
        await tx.execute(insert(bank_accounts).values(**forged))

    await transact(county, forge, None)
    found = await inquire(county, audit_merchants, AuditMerchants())
    assert len(found.faults) == 1
    assert "counts before 24 hours" in found.faults[0]
