"""Did shifts and acts of stations hold? Worked out anew from the journals at the county; parts of I2, I3 and I8."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from backend.kernel.refusals import Refused
from backend.stations.rules import ShiftState, decide_service_then
from backend.sync.body_rules import Cmd, Shift, ShiftAct
from backend.sync.event_rules import SignedEvent
from backend.sync.log_rules import APPLIED, HELD
from tests.simulation.offline.county import County
from tests.simulation.offline.county_data import Device
from tests.simulation.offline.station_acts import POLICY
from tests.simulation.offline.tablets import POISONED
from tests.simulation.offline.world import World


def _acts(county: County) -> Iterator[tuple[Device, SignedEvent, Cmd]]:
    """Everything that was registered, as far as nothing is missing."""
    for device in county.data.devices.values():
        for event in county.acts.acts_of(device):
            body = county.acts.body(event)
            if isinstance(body, Cmd):
                yield device, event, body


def _beginnings(county: County) -> Iterator[tuple[Device, SignedEvent, Shift, bool]]:
    """Every beginning that is believed, and whether its end is here too."""
    acts = county.acts
    for device in county.data.devices.values():
        for event in acts.acts_of(device):
            body = acts.body(event)
            if isinstance(body, Shift) and body.act is ShiftAct.OPEN and not acts.doubt(device, event):
                yield device, event, body, any(acts.told_of(device, body.shift, ShiftAct.CLOSE))


def acted_once(world: World) -> Iterator[str]:
    """I2: a shift is joined once, an act is done once. I3: and never before what it builds on."""
    data = world.county.data
    if any(times > 1 for times in data.joined.values()):
        yield "I2 a shift was joined twice"
    if any(times > 1 for times in data.done.values()):
        yield "I2 an act was done twice"
    for _, event, body in _acts(world.county):
        if data.acts.get(event.hash) == APPLIED and not all(dep in data.done for dep in body.deps):
            yield "I3 an act was done before what it builds on"


def nothing_else_waits(world: World) -> Iterator[str]:
    """I8: an act waits only for those that it names and for its shift, a beginning only for another shift's end."""
    county = world.county
    data, begun = county.data, list(_beginnings(county))
    waiting = {body.shift for _, event, body, _ in begun if county.acts.is_tried_again(data.acts[event.hash])}
    operators = {body.shift: body.operator for _, _, body, _ in begun}
    live = [one for one in data.shifts.values() if one.state is ShiftState.OPEN]
    for device, _, began, is_over in begun:
        others = [one for one in live if one.operator_id == began.operator or one.device_key == device.id.bytes]
        if began.shift in waiting and (is_over or not others):
            yield "I8 a shift waits for no other one"
        if began.shift not in waiting and began.shift not in data.shifts:
            yield "I8 a shift that was told of is not the county's"
    for device, event, body in _acts(county):
        if body.type == POISONED or county.acts.doubt(device, event):
            continue
        shift = UUID(bytes=body.args)
        can_be_done = shift not in waiting and all(dep in data.done for dep in body.deps)
        then = county.acts.then(device, event, shift)
        operator = operators.get(shift, UUID(int=0))
        served = decide_service_then(data.shifts.get(shift), operator_id=operator, policy=POLICY, then=then)
        if can_be_done and data.acts[event.hash] != APPLIED and not isinstance(served, Refused):
            yield f"I8 an act that nothing keeps came to {data.acts[event.hash]}"
        if data.acts[event.hash] == HELD and can_be_done:
            yield "I8 an act waits for nothing"


def same_acts(county: County, other: County) -> Iterator[str]:
    """I3: the same shifts and acts, whatever came first.

    A second journal is found sooner or later, and what was done before stays done. Of two shifts of one person that
    nobody ever closed only one is open at the county: that one which came first.
    """
    if any(device.forks for device in county.data.devices.values()):
        return
    endless = [(device.id, body.operator) for device, _, body, is_over in _beginnings(county) if not is_over]
    often = Counter(who for pair in endless for who in pair)
    if any(times > 1 for times in often.values()):
        return
    mine, theirs = county.data, other.data
    if (mine.shifts, +mine.joined) != (theirs.shifts, +theirs.joined):
        yield "I3 another order of arrival gives other shifts"
    if +mine.done != +theirs.done:
        yield "I3 another order of arrival does other acts"
    if mine.acts != theirs.acts:
        yield "I3 another order of arrival tells of other results"
