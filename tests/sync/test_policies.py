"""A policy is drafted by one person, put in force by another, and cannot be rewritten."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import update

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.outbox.rules import IdReused
from backend.sync.device_tables import policies
from backend.sync.draft_policy import PolicyDrafted, draft_policy
from backend.sync.draft_rules import PolicyReason, WorstCase
from backend.sync.enforce_policy import PolicyEnforced, enforce_policy
from backend.sync.find_policies import FindPolicies, find_policies, find_policy, find_worst_case, policy_in_force
from backend.sync.limits_rules import OfflineLimits
from tests.databases import HandClock
from tests.sync.device_makers import DOCUMENT, DRAFTER, ENFORCER, active_device, drafting, enforcing, with_merchant
from tests.vouchers.pools import with_pool


async def test_a_draft_changes_nothing_until_another_person_puts_it_in_force(county: County, clock: HandClock) -> None:
    limits = OfflineLimits(scan_fen=40_00, close_extra=timedelta(days=3))
    command = drafting(limits)
    drafted = await transact(county, draft_policy, command)
    assert isinstance(drafted, PolicyDrafted)
    assert (drafted.policy.number, drafted.policy.limits, drafted.policy.in_force_at) == (1, limits, None)
    assert await transact(county, draft_policy, command) == msgspec.structs.replace(drafted, again=True)
    assert await transact(county, draft_policy, msgspec.structs.replace(command, note="另一份")) == IdReused()
    assert await inquire(county, policy_in_force, None) is None
    own = enforcing(1, actor=DRAFTER)
    assert await transact(county, enforce_policy, own) == Refused(PolicyReason.SAME_PERSON)
    decision = enforcing(1)
    enforced = await transact(county, enforce_policy, decision)
    policy = msgspec.structs.replace(drafted.policy, enforced_by=ENFORCER.id, document_no=DOCUMENT, in_force_at=clock())
    assert enforced == PolicyEnforced(policy=policy)
    assert await transact(county, enforce_policy, decision) == PolicyEnforced(policy=policy, again=True)
    assert await inquire(county, policy_in_force, None) == policy
    assert await transact(county, enforce_policy, enforcing(1)) == Refused(PolicyReason.OVERTAKEN)
    assert await transact(county, enforce_policy, enforcing(2)) == Refused(PolicyReason.NO_SUCH_POLICY)
    [entry] = await inquire(county, find, Find(act="sync.enforce-policy"))
    assert (entry.from_state, entry.to_state, entry.detail) == (None, "1", DOCUMENT)


async def test_an_older_draft_is_overtaken(county: County) -> None:
    for number in (1, 2):
        assert isinstance(await transact(county, draft_policy, drafting(OfflineLimits(scan_fen=number))), PolicyDrafted)
    assert isinstance(await transact(county, enforce_policy, enforcing(2)), PolicyEnforced)
    assert await transact(county, enforce_policy, enforcing(1)) == Refused(PolicyReason.OVERTAKEN)
    found = await inquire(county, find_policies, FindPolicies())
    assert [(one.number, one.limits.scan_fen, one.in_force_at is not None) for one in found] == [
        (2, 2, True),
        (1, 1, False),
    ]
    assert await inquire(county, find_policies, FindPolicies(before=2, most=1)) == found[1:]
    assert await inquire(county, find_policy, 1) == found[1]


async def test_limits_that_contradict_each_other_are_not_drafted(county: County) -> None:
    limits = OfflineLimits(scan_fen=2, challenge_fen=1)
    outcome = await transact(county, draft_policy, drafting(limits))
    assert outcome == Refused(PolicyReason.SCAN_ABOVE_CHALLENGE)
    assert await inquire(county, find_policies, FindPolicies()) == []


async def test_a_policys_limits_cannot_be_changed_behind_the_programs_back(county: County) -> None:
    await transact(county, draft_policy, drafting())

    async def forge(tx: Transaction, _command: None, *, now: Instant) -> None:
        del now
        await tx.execute(update(policies).values(merchant_cap_fen=1))

    with pytest.raises(Exception, match="append-only"):
        await transact(county, forge, None)


async def test_the_worst_case_counts_devices_and_pools_as_they_are(county: County) -> None:
    await with_pool(county, 30_000)
    merchant_id = await with_merchant(county)
    for number in range(2):
        await active_device(county, merchant_id, number=number)
    worst = await inquire(county, find_worst_case, OfflineLimits())
    assert worst == WorstCase(
        devices=2,
        merchants=1,
        dealt_fen=400_000,
        county_fen=30_000,
        voucher_fen=0,
        holder_day_fen=20_000,
        paper_fen=5_000,
    )
