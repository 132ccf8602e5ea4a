"""A county with a merchant, and devices that were invited, enrolled and let in."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey, from_base64url, to_base64url
from backend.sync.accept_liability import AcceptLiability, LiabilityTaken, accept_liability
from backend.sync.change_device import DeviceChanged
from backend.sync.decide_device import DecideDevice, decide_device
from backend.sync.device_rules import Device, DeviceKind
from backend.sync.draft_policy import DraftPolicy, PolicyDrafted, draft_policy
from backend.sync.enforce_policy import EnforcePolicy, PolicyEnforced, enforce_policy
from backend.sync.enrol_device import EnrolDevice, Enrolled, enrol_device
from backend.sync.find_devices import FindDevices, find_device, find_devices
from backend.sync.find_policies import policy_in_force as policy_now
from backend.sync.invite_device import DeviceInvited, InviteDevice, invite_device
from backend.sync.limits_rules import OfflineLimits
from backend.sync.possession_rules import code_hash, possession_message
from tests.merchants.merchant_makers import admitted, with_places

CLERK = Actor(kind=ActorKind.STAFF, id=UUID(int=0xC1E), role="office")
DRAFTER = Actor(kind=ActorKind.STAFF, id=UUID(int=0xD4A), role="office")
ENFORCER = Actor(kind=ActorKind.STAFF, id=UUID(int=0xEF0), role="approver")
OWNER = Actor(kind=ActorKind.STAFF, id=UUID(int=0x0B5), role="merchant")
KEY = SigningKey.from_scalar((7).to_bytes(32, "big"))
DOCUMENT = "演示〔2026〕9号"


def inviting(merchant_id: UUID | None, **changed: Any) -> InviteDevice:
    """Invite a merchant's phone."""
    told: dict[str, Any] = {
        "actor": CLERK,
        "invitation_id": new_id(),
        "kind": DeviceKind.MERCHANT,
        "label": "收银台",
        "merchant_id": merchant_id,
    }
    return InviteDevice(**(told | changed))


async def invited(county: County, command: InviteDevice) -> str:
    """The code of a new invitation."""
    outcome = await transact(county, invite_device, command)
    assert isinstance(outcome, DeviceInvited), outcome
    assert outcome.code is not None
    return outcome.code


def enrolling(
    county: County, code: str, *, device_id: UUID | None = None, key: SigningKey = KEY, signer: SigningKey | None = None
) -> EnrolDevice:
    """What a device sends that holds this key."""
    device_id = device_id or new_id()
    hashed = code_hash(from_base64url(code))
    message = possession_message(county.code, device_id, hashed, key.public)
    return EnrolDevice(
        device_id=device_id,
        code=code,
        key=to_base64url(key.public.compressed),
        signature=to_base64url((signer or key).sign(message)),
        app_version="2026.11.20",
    )


async def enrolled(county: County, merchant_id: UUID | None, *, key: SigningKey = KEY, **changed: Any) -> UUID:
    """A device that waits."""
    code = await invited(county, inviting(merchant_id, **changed))
    outcome = await transact(county, enrol_device, enrolling(county, code, key=key))
    assert isinstance(outcome, Enrolled), outcome
    return outcome.device_id


async def approved(county: County, device_id: UUID) -> None:
    """Let it in."""
    command = DecideDevice(actor=CLERK, decision_id=new_id(), device_id=device_id, approve=True)
    outcome = await transact(county, decide_device, command)
    assert isinstance(outcome, DeviceChanged), outcome


async def active_device(county: County, merchant_id: UUID | None, *, number: int = 0, **changed: Any) -> UUID:
    """A device that may accept; each ``number`` has a key of its own."""
    key = SigningKey.from_scalar((100 + number).to_bytes(32, "big"))
    device_id = await enrolled(county, merchant_id, key=key, **changed)
    await approved(county, device_id)
    policy = await inquire(county, policy_now, None)
    if policy is not None and merchant_id is not None:
        await accepted_liability(county, merchant_id, policy.number)
    return device_id


async def seen(county: County, device_id: UUID) -> Device:
    """The device as it stands."""
    found = await inquire(county, find_device, device_id)
    assert found is not None
    return found


def drafting(limits: OfflineLimits | None = None, **changed: Any) -> DraftPolicy:
    """A policy with the defaults."""
    told: dict[str, Any] = {
        "actor": DRAFTER,
        "policy_id": new_id(),
        "limits": limits or OfflineLimits(),
        "note": "首份离线规则",
    }
    return DraftPolicy(**(told | changed))


def enforcing(number: int, **changed: Any) -> EnforcePolicy:
    """Put a draft in force."""
    told: dict[str, Any] = {"actor": ENFORCER, "decision_id": new_id(), "number": number, "document_no": DOCUMENT}
    return EnforcePolicy(**(told | changed))


async def accepted_liability(county: County, merchant_id: UUID, policy: int) -> None:
    """Its owner answers for what its devices lose under this policy."""
    command = AcceptLiability(actor=OWNER, acceptance_id=new_id(), merchant_id=merchant_id, policy=policy)
    outcome = await transact(county, accept_liability, command)
    assert isinstance(outcome, LiabilityTaken), outcome


async def policy_in_force(county: County, limits: OfflineLimits | None = None, *, agreed: bool = True) -> int:
    """A policy that holds from now on, and that owners whose devices are there ``agreed`` to; returns its number."""
    drafted = await transact(county, draft_policy, drafting(limits))
    assert isinstance(drafted, PolicyDrafted), drafted
    outcome = await transact(county, enforce_policy, enforcing(drafted.policy.number))
    assert isinstance(outcome, PolicyEnforced), outcome
    if agreed:
        found = await inquire(county, find_devices, FindDevices(most=100))
        for merchant_id in sorted({one.device.merchant_id for one in found if one.device.merchant_id is not None}):
            await accepted_liability(county, merchant_id, drafted.policy.number)
    return drafted.policy.number


async def with_merchant(county: County) -> UUID:
    """A merchant in a county that knows its places."""
    await with_places(county)
    return (await admitted(county)).merchant_id


class World(Struct, frozen=True):
    """A merchant with one device that may accept."""

    merchant_id: UUID
    device_id: UUID


async def with_device(county: County) -> World:
    """A merchant and its phone."""
    merchant_id = await with_merchant(county)
    return World(merchant_id, await active_device(county, merchant_id))
