"""What lies in ``fixtures/county/``, as records the seeding can trust?"""

from pathlib import Path

import msgspec
from msgspec import Struct

from backend.demonstration.call_records import Calls
from backend.demonstration.campaign_records import Campaigns
from backend.demonstration.records import Merchants, Places, Staff, Stations
from backend.demonstration.residents import Village


class DemonstrationCounty(Struct, frozen=True, kw_only=True):
    """Everything in the folder."""

    places: Places
    merchants: Merchants
    stations: Stations
    staff: Staff
    campaigns: Campaigns
    calls: Calls

    def homes(self) -> list[Village]:
        """The villages as the residents' roll needs them."""
        return [
            Village(
                code=village.code, name=village.name.zh, community=village.community, miao=town.kind == "miao_township"
            )
            for town in self.places.towns
            for village in town.villages
        ]


FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "county"


def read_county(folder: Path = FOLDER) -> DemonstrationCounty:
    """Read and check all six files; raises ``msgspec.ValidationError`` with the place of a wrong field."""
    return DemonstrationCounty(
        places=msgspec.json.decode((folder / "places.json").read_bytes(), type=Places),
        merchants=msgspec.json.decode((folder / "merchants.json").read_bytes(), type=Merchants),
        stations=msgspec.json.decode((folder / "stations.json").read_bytes(), type=Stations),
        staff=msgspec.json.decode((folder / "staff.json").read_bytes(), type=Staff),
        campaigns=msgspec.json.decode((folder / "campaigns.json").read_bytes(), type=Campaigns),
        calls=msgspec.json.decode((folder / "calls.json").read_bytes(), type=Calls),
    )
