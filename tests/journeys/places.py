"""Where the journeys lead: addresses of a campaign, of its rounds, of somebody's voucher."""

from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID, uuid4

from backend.demonstration.county import read_county
from backend.sync.body_rules import Mode, OnlineProof, Redeem
from tests.journeys.devices import active_device
from tests.journeys.served import Served, Session

DAILY = "天天惠民券"
"""The seeded campaign that is always open."""


class Places(NamedTuple):
    """Ids by which pages are opened, and the resident whose voucher it is."""

    campaign: str
    finished: str
    coming: str
    open: str
    voucher: str
    draw: str
    drawn: str
    listed: str
    lottery: str
    call: str
    application: str
    paid: str
    shop: str
    day: str
    dossier: str
    shop_day: str
    station: str
    device: str
    event: str
    resident: Session

    def fill(self, path: str) -> str:
        """The address with its ids."""
        return path.format(**{name: value for name, value in self._asdict().items() if isinstance(value, str)})


def find_places(served: Served, residents: list[Session], clerk: Session) -> Places:
    """Look around in the seeded county: something open, coming, over, or paid, and somebody with a voucher."""
    campaigns = served.ask("/api/v1/campaigns")["items"]
    every = [(campaign, one) for campaign in campaigns for one in campaign["rounds"]]
    rounds = [(campaign, one) for campaign, one in every if one["mode"] == "rush"]
    lots = {(one["mode"], one["state"]): one["round_id"] for _, one in every}
    coming = next((campaign, one) for campaign, one in rounds if one["state"] == "planned")
    finished = next(campaign for campaign, one in rounds if one["state"] == "closed")
    resident, voucher = next(
        (session, vouchers[0]["voucher_id"])
        for session in residents
        if (vouchers := served.ask("/api/v1/me/vouchers?state=issued", session)["items"])
    )
    call = served.ask("/api/v1/public/merchant-calls")["items"][-1]  # The first published; a journey publishes more.
    publicised = served.ask(f"/api/v1/public/merchant-calls/{call['call_id']}/publicised")["items"]
    batch = served.ask("/api/v1/office/payout-batches?limit=1", clerk)["items"][0]
    filed = served.ask("/api/v1/office/trade-in-dossiers?state=filed", clerk)
    return Places(
        call=call["call_id"],
        application=publicised[-1]["application_id"],
        dossier=filed["items"][0]["dossier_id"],
        shop_day=_own_day(served, clerk),
        station=served.ask("/api/v1/stations?limit=1")["items"][0]["station_id"],
        device=_waiting_device(served, clerk, batch["merchant_id"]),
        event="1",
        paid=batch["campaign_id"],
        shop=batch["merchant_id"],
        day=batch["day"],
        campaign=coming[0]["campaign_id"],
        finished=finished["campaign_id"],
        coming=coming[1]["round_id"],
        # The county's own; what other journeys have opened meanwhile is not looked at here.
        open=next(one["round_id"] for of, one in rounds if one["state"] == "open" and of["title_zh"] == DAILY),
        voucher=voucher,
        draw=lots["draw", "open"],
        drawn=lots["draw", "closed"],
        listed=lots["roster", "open"],
        lottery=next(campaign["campaign_id"] for campaign, one in every if one["mode"] == "draw"),
        resident=resident,
    )


def _own_day(served: Served, clerk: Session) -> str:
    """The newest clearing day of the merchant that signs in at journeys."""
    name = quote(read_county().merchants.merchants[0].name.zh)
    [shop] = served.ask(f"/api/v1/office/merchants?q={name}", clerk)["items"]
    days = served.ask(f"/api/v1/office/merchants/{shop['merchant']['merchant_id']}/statements?limit=1", clerk)
    day: str = days["items"][0]["day"]
    return day


def _waiting_device(served: Served, clerk: Session, merchant_id: str) -> str:
    """A device whose first event waits for a person: it tells of a redemption that the county does not have."""
    device = active_device(served, clerk, merchant_id, "一号收银台", 90)
    device.push()
    told = Redeem(
        voucher=uuid4(),
        terms_version=1,
        bill_fen=20_000,
        eligible_fen=20_000,
        lines=None,
        amount_fen=5_000,
        mode=Mode.ONLINE,
        proof=OnlineProof(uuid4()),
        operator=UUID(clerk.subject),
    )
    device.push(device.add(told))
    return str(device.id)
