"""A station that is a shop itself redeems at its own counter; another names the merchant that is paid."""

from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.identity.rules import PersonKind
from backend.kernel.actors import Role
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.stations.find_shifts import merchant_of_shift
from backend.stations.find_stations import find_station
from backend.stations.open_shift import ShiftOpened, open_shift
from backend.stations.open_station import open_station
from backend.stations.rules import StationReason
from backend.vouchers.find_redemptions import FindRedemptions, find_redemptions
from tests.identity.sessions import session_of, staff_cookie
from tests.stations.station_makers import OPERATOR, appointed, opening, shift_opening, with_station
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import counter, phone, typed, voucher
from tests.web.client import calling, serving


async def test_the_redemption_goes_to_the_stations_own_merchant(county: County) -> None:
    shop = await counter(county)
    station_id = await with_station(county, replace(opening(), merchant_id=shop))
    await appointed(county, station_id)
    shift = await transact(county, open_shift, shift_opening())
    assert isinstance(shift, ShiftOpened)
    assert await inquire(county, merchant_of_shift, shift.shift_id) == shop
    [round_id] = await running_campaign(county)
    me = await phone(county)
    cookie = await staff_cookie(county, Role.OPERATOR, staff_id=new_id(), station_id=station_id)
    code = await typed(county, me, await voucher(county, round_id, me))
    body = {"redemption_id": str(new_id()), "code": code, "bill_fen": 20_000, "proof": "presence"}
    async with serving(county) as application, calling(application, cookie=cookie) as station:
        others = await station.post("/api/v1/redemptions", json=body | {"shift_id": str(shift.shift_id)})
        assert others.json()["reason"] == "unknown-shift", "somebody else's shift serves nobody"
        unknown = await station.post("/api/v1/redemptions", json=body | {"shift_id": str(new_id())})
        assert [error["pointer"] for error in unknown.json()["errors"]] == ["/merchant_id"]
    own = await session_of(county, PersonKind.STAFF, OPERATOR)
    async with serving(county) as application, calling(application, cookie=own) as station:
        done = await station.post("/api/v1/redemptions", json=body | {"shift_id": str(shift.shift_id)})
        assert done.status_code == 201
    [redemption] = await inquire(county, find_redemptions, FindRedemptions(merchant_id=shop))
    assert str(redemption.record.redemption_id) == body["redemption_id"]


async def test_a_station_can_only_be_a_merchant_that_there_is(county: County) -> None:
    shop = await counter(county)
    unknown = replace(opening(), merchant_id=new_id())
    assert await transact(county, open_station, unknown) == Refused(StationReason.NO_SUCH_MERCHANT)
    assert await inquire(county, find_station, unknown.station_id) is None
    known = replace(opening(), merchant_id=shop)
    assert not isinstance(await transact(county, open_station, known), Refused)
    found = await inquire(county, find_station, known.station_id)
    assert found is not None
    assert found.merchant_id == shop
