"""A county with two of everything, so that everybody has somebody else's things to reach for.

Side 0 is the callers' own: its people are signed in. Side 1 belongs to others.
"""

from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, literal, select, union_all

from backend.audit_trail.tables import audit_blocks
from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.identity.enter import OpenSession, open_session
from backend.identity.make_machine_key import MadeKey, MakeMachineKey, make_machine_key
from backend.identity.rules import PersonKind, SessionMethod
from backend.kernel.actors import MACHINE_ROLES, STAFF_ROLES, Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.merchants.invite_cashier import CashierInvited, InviteCashier, invite_cashier
from backend.merchants.publish_call import PublishCall, publish_call
from backend.notifications.notify import Notify, notify
from backend.notifications.templates import HOLDER_KEY_REPLACED
from backend.places.define_places import define_places
from backend.stations.appoint import Appoint, appoint
from backend.stations.open_shift import OpenShift, ShiftOpened, open_shift
from backend.stations.open_station import open_station
from backend.tables import EVERY_TABLE
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import Limit
from tests.identity.sessions import session_of, staff_cookie
from tests.merchants.call_makers import rules
from tests.merchants.merchant_makers import CLERK, admission, admitted
from tests.places.places_makers import define
from tests.stations.station_makers import opening
from tests.vouchers.campaigns import RULE, running_campaign
from tests.vouchers.counters import Phone, phone, redemption, spend, typed, voucher
from tests.vouchers.lots import all_enter, drawn_campaign, ripe_draw
from tests.vouchers.rosters import bring_in, listed, roster_campaign
from tests.web.applying import Applying, applying
from tests.web.filing import NO_PAPERS, Filing, filing
from tests.web.paying import Paying, paying


class Side(Struct, frozen=True, kw_only=True):
    """One resident, one merchant and one station with what is theirs."""

    phone: Phone
    session_id: UUID
    vouchers: tuple[UUID, UUID]
    """One that can be spent, one that was."""
    redemption_id: UUID
    message_id: UUID
    merchant_id: UUID
    store_id: UUID
    merchant_staff_id: UUID
    cashier_id: UUID
    station_id: UUID
    operator_id: UUID
    appointment_id: UUID
    shift_id: UUID
    applied: Applying


class Lots(Struct, frozen=True, kw_only=True):
    """A draw that is open, one that waits for its seed, and a campaign that gives by list."""

    open_draw_id: UUID
    ripe_draw_id: UUID
    entries: tuple[UUID, UUID]
    """Of either side in the open one."""
    list_campaign_id: UUID
    list_round_id: UUID
    roster_id: UUID

    def round_of(self, path: str) -> UUID | None:
        """The round that a route about draws or lists is for."""
        if path.endswith(("/seed", "/source", "/leaves", "/draw")):
            return self.ripe_draw_id
        endings = {"/entries": self.open_draw_id, "/entitlements": self.list_round_id}
        return next((found for ending, found in endings.items() if path.endswith(ending)), None)


class World(Struct, frozen=True, kw_only=True):
    """Both sides, a session for every role of the first, and a key for every kind of machine."""

    own: Side
    others: Side
    campaign_id: UUID
    round_id: UUID
    call_id: UUID
    lots: Lots
    money: Paying
    papers: Filing
    cookies: dict[Role, str]
    keys: dict[Role, str]


async def build_world(county: County, *, papers: bool = False) -> World:
    """Make it all by the slices' own verbs; trade-in sales, which show in people's lists, where they are asked for."""
    await transact(county, define_places, define())
    campaign_id = new_id()
    limits = (Limit(rule_id=RULE, most=9),)
    (round_id,) = await running_campaign(county, campaign_id=campaign_id, limits=limits)
    people = {role: new_id() for role in STAFF_ROLES}
    call_id = new_id()
    await transact(county, publish_call, PublishCall(actor=CLERK, call_id=call_id, rules=rules()))
    own, others = [await _side(county, number, round_id, call_id, people) for number in (0, 1)]
    cookies = {role: await _cookie(county, role, people[role], own) for role in sorted(STAFF_ROLES)}
    cookies[Role.RESIDENT] = await session_of(county, PersonKind.RESIDENT, own.phone.resident_id)
    keys = {role: await _key(county, role, own) for role in sorted(MACHINE_ROLES)}
    return World(
        own=own,
        others=others,
        campaign_id=campaign_id,
        round_id=round_id,
        call_id=call_id,
        lots=await _lots(county, own, others),
        money=await paying(county, campaign_id, [(side.merchant_id, side.redemption_id) for side in (own, others)]),
        papers=await filing(county, [(side.phone, side.merchant_id) for side in (own, others)])
        if papers
        else NO_PAPERS,
        cookies=cookies,
        keys=keys,
    )


async def _lots(county: County, own: Side, others: Side) -> Lots:
    open_draw_id = await drawn_campaign(county)
    people = [own.phone.resident_id, others.phone.resident_id]
    entered = await all_enter(county, open_draw_id, people)
    list_campaign_id, rounds = await roster_campaign(county)
    imported = await bring_in(county, list_campaign_id, listed(77))
    return Lots(
        open_draw_id=open_draw_id,
        ripe_draw_id=await ripe_draw(county, people),
        entries=(entered[0].entry_id, entered[1].entry_id),
        list_campaign_id=list_campaign_id,
        list_round_id=rounds["low-income"],
        roster_id=imported.roster_id,
    )


async def _side(county: County, number: int, round_id: UUID, call_id: UUID, people: dict[Role, UUID]) -> Side:
    merchant = await admitted(county, admission(order=number + 1, name=f"老城门豆花饭馆{number}"))
    holder = await phone(county, number + 1)
    vouchers = (await voucher(county, round_id, holder), await voucher(county, round_id, holder))
    spent = await spend(county, redemption(county, await typed(county, holder, vouchers[1]), merchant.merchant_id))
    assert isinstance(spent, Redeemed), spent
    message = Notify(recipient_id=holder.resident_id, template=HOLDER_KEY_REPLACED, variables={})
    message_id = await transact(county, notify, message)
    merchant_staff_id = people[Role.MERCHANT] if number == 0 else new_id()
    operator_id = people[Role.OPERATOR] if number == 0 else new_id()
    opened = opening(name=f"景阳驿站{number}")
    await transact(county, open_station, opened)
    if number:
        await staff_cookie(county, Role.MERCHANT, staff_id=merchant_staff_id, merchant_id=merchant.merchant_id)
    await staff_cookie(county, Role.OPERATOR, staff_id=operator_id, station_id=opened.station_id)
    appointment_id, shift_id = await _shift(county, opened.station_id, operator_id)
    signed_in = OpenSession(kind=PersonKind.RESIDENT, person_id=holder.resident_id, method=SessionMethod.CODE)
    return Side(
        phone=holder,
        session_id=(await transact(county, open_session, signed_in)).session_id,
        vouchers=vouchers,
        redemption_id=spent.redemption_id,
        message_id=message_id,
        merchant_id=merchant.merchant_id,
        store_id=merchant.store_id,
        merchant_staff_id=merchant_staff_id,
        cashier_id=await _cashier(county, number, merchant.merchant_id, merchant_staff_id),
        station_id=opened.station_id,
        operator_id=operator_id,
        appointment_id=appointment_id,
        shift_id=shift_id,
        applied=await applying(county, number, call_id, holder.resident_id, (merchant.merchant_id, merchant_staff_id)),
    )


async def _cashier(county: County, number: int, merchant_id: UUID, owner_id: UUID) -> UUID:
    inviting = InviteCashier(
        actor=Actor(kind=ActorKind.STAFF, id=owner_id, role=Role.MERCHANT.value),
        invitation_id=new_id(),
        merchant_id=merchant_id,
        login=f"till-{number}",
        name="店员",
        phone=f"1540211900{number}",
    )
    invited = await transact(county, invite_cashier, inviting)
    assert isinstance(invited, CashierInvited), invited
    return invited.staff_id


async def _shift(county: County, station_id: UUID, operator_id: UUID) -> tuple[UUID, UUID]:
    appointment_id = new_id()
    await transact(
        county,
        appoint,
        Appoint(actor=CLERK, appointment_id=appointment_id, station_id=station_id, staff_id=operator_id),
    )
    operator = Actor(kind=ActorKind.STAFF, id=operator_id, role="operator")
    command = OpenShift(actor=operator, shift_id=new_id(), operator_id=operator_id, device_label="", cash_fen=20_000)
    shift = await transact(county, open_shift, command)
    assert isinstance(shift, ShiftOpened), shift
    return appointment_id, shift.shift_id


async def _cookie(county: County, role: Role, staff_id: UUID, own: Side) -> str:
    if role is Role.OPERATOR:
        return await session_of(county, PersonKind.STAFF, staff_id)
    return await staff_cookie(
        county, role, staff_id=staff_id, merchant_id=own.merchant_id if role is Role.MERCHANT else None
    )


async def _key(county: County, role: Role, own: Side) -> str:
    command = MakeMachineKey(name="test", role=role, merchant_id=own.merchant_id if role is Role.POS else None)
    made = await transact(county, make_machine_key, command)
    assert isinstance(made, MadeKey), made
    return made.key


async def row_counts(county: County) -> dict[str, int]:
    """How many rows every table holds, but the trail's blocks: a server that stops links what is there."""

    async def count(tx: Transaction, asked: None) -> dict[str, int]:
        del asked
        counted = [
            select(literal(table.name), func.count()).select_from(table)
            for table in EVERY_TABLE
            if table is not audit_blocks
        ]
        return {name: int(rows) for name, rows in await tx.execute(union_all(*counted))}

    return await inquire(county, count, None)
