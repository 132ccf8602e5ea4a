"""Is an act of a station's tablet believed, and when was it done? By the county's own records; pure."""

from uuid import UUID

from backend.kernel.instants import Instant
from backend.kernel.trust import seconds_of
from backend.sync.event_rules import DeviceEvent
from backend.sync.fact_rules import DeviceFacts
from backend.sync.fault_rules import Fault
from backend.sync.limits_rules import OfflineLimits


def standing_fault(event: DeviceEvent, operator: UUID | None, facts: DeviceFacts) -> Fault | None:
    """Whether the device, and the operator where one is named, were at work there by the county's word that it had."""
    given = facts.checkpoints.get(event.checkpoint.no)
    if given is None or seconds_of(given) != seconds_of(event.checkpoint.time):
        return Fault.CHECKPOINT_LOST if event.epoch < facts.epoch else Fault.CHECKPOINT_UNKNOWN
    if not any(span.has(given) for span in facts.active):
        return Fault.DEVICE_NOT_ACTIVE
    if operator is None:
        return None
    span = facts.operators.get(operator)
    return None if span is not None and span.has(given) else Fault.OPERATOR_UNKNOWN


def at_of(event: DeviceEvent, facts: DeviceFacts, now: Instant) -> Instant:
    """When it was done, as far as the device's clock is believed: not before the county's word, nor beyond its time."""
    policy = facts.policies.get(event.policy)
    hard = facts.limits_in(OfflineLimits() if policy is None else policy.limits).hard
    return max(event.checkpoint.time, min(event.t_dev, event.checkpoint.time + hard, now))
