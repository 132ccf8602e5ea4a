"""200 parallel claims on 50 vouchers give exactly 50, also when several processes serve one county."""

from tests.crash.conftest import Place
from tests.crash.rush import check, held, prepare
from tests.crash.served import Served, beside


async def test_two_hundred_claims_on_fifty_through_two_processes_give_exactly_fifty(quick_place: Place) -> None:
    data, url = quick_place.data, quick_place.url
    async with beside(data, url) as county, Served(data, url) as one, Served(data, url) as two:
        rush = await prepare(county, 200, [one.port, two.port], pieces=50)
        await rush.run(at_once=200)
        assert (rush.acknowledged, rush.others.get(409)) == (50, 150), rush.others
        assert sum(person.voucher_id is not None for person in rush.people) == 50
        assert sum(map(len, (await held(county, rush.round_id)).values())) == 50
        assert await check(county, rush) == 0
