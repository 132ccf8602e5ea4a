"""The trade-in sales of the world: of either side one whose papers are filed, and one whose papers are not."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.actors import Actor, ActorKind, Role
from backend.kernel.ids import new_id
from backend.starting.importers import IMPORTERS
from backend.trade_in.file_sale import FileSale, SaleFiled, file_sale
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import DiscountKind, Limit
from backend.vouchers.trade_in_rules import Appliance, TradeIn
from tests.trade_in.subsidies import CAP_FEN, FIFTEEN_PERCENT, FRIDGE_FEN, papers
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import Phone, redemption, spend, typed, voucher

DOSSIERS = "/api/v1/merchant/trade-in-dossiers"
REVIEWS = "/api/v1/office/trade-in-dossiers/{dossier_id}/reviews"
MADE = {
    DOSSIERS: {"dossier_id"},
    f"{DOSSIERS}/{{dossier_id}}/mends": {"mend_id"},
    REVIEWS: {"review_id"},
}
"""Which field of a body is the id of what its route makes."""
PAPERS: dict[str, Any] = {
    "invoice_no": "26512000009999999999",
    "model": "BCD-501W",
    "serial_no": "YS20261120999999",
    "energy_level": 1,
}


class Filing(Struct, frozen=True, kw_only=True):
    """The dossier of either side, and the sale of the first one that still lacks its papers."""

    dossiers: tuple[UUID, UUID]
    awaited_id: UUID


NO_PAPERS = Filing(dossiers=(UUID(int=0), UUID(int=0)), awaited_id=UUID(int=0))


async def filing(county: County, sides: list[tuple[Phone, UUID]]) -> Filing:
    """(phone, merchant) of each side; each buys two refrigerators, and one is filed."""
    [round_id] = await running_campaign(
        county,
        kind_code="refrigerator",
        discount=DiscountKind.PERCENTAGE,
        percent_bp=FIFTEEN_PERCENT,
        face_fen=CAP_FEN,
        minimum_spend_fen=0,
        limits=(Limit(rule_id=new_id(), most=2),),
        trade_in=TradeIn(appliance=Appliance.REFRIGERATOR),
    )
    dossiers, awaited = [], []
    for number, (holder, merchant_id) in enumerate(sides):
        for _ in range(2):
            code = await typed(county, holder, await voucher(county, round_id, holder))
            done = await spend(county, redemption(county, code, merchant_id, bill_fen=FRIDGE_FEN))
            assert isinstance(done, Redeemed), done
            awaited.append(done.redemption_id)
        command = FileSale(
            dossier_id=new_id(),
            redemption_id=awaited.pop(),
            merchant_id=merchant_id,
            papers=papers(number),
            actor=Actor(kind=ActorKind.STAFF, id=new_id(), role=Role.MERCHANT.value),
        )
        assert isinstance(await transact(county, file_sale, command), SaleFiled)
        dossiers.append(command.dossier_id)
    return Filing(dossiers=(dossiers[0], dossiers[1]), awaited_id=awaited[0])


def of_papers(awaited_id: UUID) -> list[tuple[Role, str, dict[str, Any]]]:
    """What merchants file and the office decides, with empty ids where they make one."""
    return [
        (Role.MERCHANT, DOSSIERS, PAPERS | {"dossier_id": "", "redemption_id": str(awaited_id)}),
        (Role.MERCHANT, f"{DOSSIERS}/{{dossier_id}}/mends", PAPERS | {"mend_id": ""}),
        (Role.REVIEWER, REVIEWS, {"review_id": "", "version": 1, "to": "returned", "note": "看不清"}),
    ]


def of_imports() -> list[tuple[Role, str, dict[str, Any]]]:
    """What each desk takes in from a file, here one that is none."""
    file = {"file": b64encode(b"a,b").decode()}
    return [
        told
        for kind, importer in IMPORTERS.items()
        for told in (
            (importer.role, f"/api/v1/office/imports/{kind}", file | {"import_id": ""}),
            (importer.role, f"/api/v1/office/imports/{kind}/{{import_id}}/application", file | {"application_id": ""}),
        )
    ]
