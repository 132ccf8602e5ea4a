"""Wuzhu (雾竹县), a second demonstration county of a handful of invented places and people.

One process serves several counties by their host names and lets none see another's rows: with this one a visitor can
watch that. Nothing of it exists; its division 591901 lies in a province number that nobody has.
"""

from backend.demonstration.call_records import Calls, Pending
from backend.demonstration.campaign_records import (
    Brake,
    Campaign,
    Campaigns,
    Funder,
    IdentityLevel,
    Kind,
    Limit,
    Moment,
    MoneyPath,
    PlainRules,
    Round,
    Trade,
)
from backend.demonstration.county import DemonstrationCounty
from backend.demonstration.records import (
    CountyFacts,
    Extent,
    Hours,
    Licence,
    Merchant,
    Merchants,
    Operator,
    Owner,
    Places,
    Position,
    Seat,
    Spot,
    Staff,
    StaffMember,
    Station,
    Stations,
    Text,
    Town,
    Village,
)
from backend.demonstration.unassignable import (
    FoodBusiness,
    Organisation,
    bank_account,
    credit_code,
    food_business_licence,
    phone,
)

CODE = "591901"
RESIDENTS = 40
_MARK = Text("演示数据", "Demonstration data")
_INVENTED = Text("示意位置，不是真实地点", "A made-up point, not a real location")
_PHONES_FROM = 5_000_000
"""154 0500 0001 upward: no phone of the other demonstration county begins so."""

_TOWNS = (
    (
        *("001", "雾竹镇", "Wuzhu Town", "town"),
        (("001", "竹海社区", "Zhuhai Community"), ("201", "云台村", "Yuntai Village")),
    ),
    (
        *("201", "石溪乡", "Shixi Township", "township"),
        (("001", "石溪社区", "Shixi Community"), ("202", "白露村", "Bailu Village")),
    ),
)
_TRADES = (("catering", "餐饮", "Catering"), ("retail", "零售", "Retail"), ("farm", "农特产", "Farm goods"))

_MERCHANTS = (
    ("bamboo-kitchen", "竹林小馆", "Bamboo Kitchen", "catering", "田雨", "Tian Yu", "001", "bowl_shop"),
    ("stone-creek-shop", "石溪小卖部", "Stone Creek Shop", "retail", "谢波", "Xie Bo", "201", "corner_shop"),
    ("white-dew-farm", "白露农家", "White Dew Farm", "farm", "陶芳", "Tao Fang", "201", "greengrocer"),
)

_STAFF = (
    ("office-a", "罗静", "Luo Jing", "office", "消费券经办", "Campaign clerk"),
    ("reviewer-a", "古平", "Gu Ping", "reviewer", "复核科长", "Reviewing officer"),
    ("approver-a", "熊文", "Xiong Wen", "approver", "分管副主任", "Deputy director in charge"),
    ("finance", "项丽", "Xiang Li", "office", "资金结算", "Settlement accountant"),
    ("system-admin", "侯涛", "Hou Tao", "system_admin", "系统管理员", "System administrator"),
    ("security-admin", "卢雪", "Lu Xue", "security_admin", "安全管理员", "Security administrator"),
    ("auditor", "石清", "Shi Qing", "auditor", "审计员", "Auditor"),
)


def second_county() -> DemonstrationCounty:
    """The whole county; small enough to be seeded in a second."""
    return DemonstrationCounty(
        places=_places(),
        merchants=Merchants(
            mark=_MARK, merchants=tuple(_merchant(order, *row) for order, row in enumerate(_MERCHANTS))
        ),
        stations=_stations(),
        staff=_staff(),
        campaigns=Campaigns(
            mark=_MARK,
            note="Invented.",
            trades=tuple(Trade(code=code, name=Text(zh, en)) for code, zh, en in _TRADES),
            campaigns=(_campaign(),),
        ),
        calls=Calls(
            mark=_MARK,
            calls=(),
            pending=Pending(
                account=None,
                papers=None,
                bank=Text("演示雾竹村镇银行", "Demonstration Wuzhu Village Bank"),
                province=Text("演示省", "Demonstration Province"),
            ),
        ),
    )


def _places() -> Places:
    reason = Text("虚构的地方", "An invented place")
    return Places(
        note=Text("整个县都是虚构的。", "The whole county is invented."),
        sources=(),
        county=CountyFacts(
            code=CODE,
            name=Text("雾竹县", "Wuzhu County"),
            city=Text("演示市", "Demonstration City"),
            province=Text("演示省", "Demonstration Province"),
            area_km2=300,
            highest_point_m="1024",
            extent=Extent(south="29.0", west="106.0", north="29.2", east="106.3"),
            seat=Seat(town=f"{CODE}001", lat="29.1", lon="106.1", precision_m=2000),
        ),
        towns=tuple(
            Town(
                code=f"{CODE}{code}",
                name=Text(zh, en),
                kind=kind,
                position=None,
                position_reason=reason,
                schematic=(column, 0),
                villages=tuple(
                    Village(
                        code=f"{CODE}{code}{village}",
                        name=Text(village_zh, village_en),
                        official_name=village_zh,
                        community=village_zh.endswith("社区"),
                    )
                    for village, village_zh, village_en in villages
                ),
            )
            for column, (code, zh, en, kind, villages) in enumerate(_TOWNS)
        ),
        spots=(
            Spot(
                key="mist-bamboo",
                name=Text("雾中竹海", "Bamboo Sea in the Mist"),
                about=Text("清晨雾起，竹林像海。", "At dawn the mist turns the bamboo into a sea."),
                scene="karst_peaks",
                towns=(f"{CODE}001",),
                village=None,
                position=None,
                position_reason=reason,
            ),
        ),
        specialties=(),
    )


def _position(step: int) -> Position:
    return Position(lat=f"29.1{step}", lon=f"106.1{step}", precision_m=None, invented=True, source=_INVENTED)


def _merchants() -> Merchants:
    return Merchants(mark=_MARK, merchants=tuple(_merchant(order, *row) for order, row in enumerate(_MERCHANTS)))


def _merchant(
    order: int, key: str, zh: str, en: str, trade: str, owner_zh: str, owner_en: str, town: str, scene: str
) -> Merchant:
    licence = food_business_licence(FoodBusiness.CATERING if trade == "catering" else FoodBusiness.SALES, 900 + order)
    return Merchant(
        key=key,
        mark=_MARK.zh,
        name=Text(zh, en),
        registered_name=f"演示·{zh}",
        about=Text(f"{zh}，每天开门。", f"{en}, open every day."),
        trade=trade,
        kind="individual",
        above_threshold=False,
        town_code=f"{CODE}{town}",
        village_code=f"{CODE}{town}001",
        address=Text(f"竹海路 {order + 1} 号", f"{order + 1} Zhuhai Road"),
        position=_position(order + 1),
        hours=Hours(opens="08:00", closes="20:00"),
        phone=phone(_PHONES_FROM + 200 + order),
        owner=Owner(name=Text(owner_zh, owner_en), phone=phone(_PHONES_FROM + 300 + order)),
        credit_code=credit_code(Organisation.INDIVIDUAL, 900 + order),
        licences=(Licence(kind="food_business", number=licence, valid_until="2099-12-31"),),
        licence_exemption=None,
        bank_account=bank_account(900 + order),
        scene=scene,
    )


def _stations() -> Stations:
    station = Station(
        key="zhuhai",
        name=Text("竹海驿站", "Zhuhai Station"),
        town_code=f"{CODE}001",
        village_code=f"{CODE}001001",
        address=Text("竹海路 9 号", "9 Zhuhai Road"),
        position=_position(9),
        hours=Hours(opens="08:30", closes="18:00"),
        phone=phone(_PHONES_FROM + 400),
    )
    operator = Operator(
        key="zhuhai-operator", name=Text("江雨", "Jiang Yu"), station="zhuhai", phone=phone(_PHONES_FROM + 401)
    )
    return Stations(mark=_MARK, stations=(station,), vans=(), operators=(operator,))


def _staff() -> Staff:
    return Staff(
        mark=_MARK,
        department=Text("县数字惠民办公室（演示）", "County Office for Digital Services (demonstration)"),
        staff=tuple(
            StaffMember(
                key=key,
                name=Text(zh, en),
                role=role,
                title=Text(title_zh, title_en),
                phone=phone(_PHONES_FROM + order),
                deputy_of=None,
                deputy_days=None,
            )
            for order, (key, zh, en, role, title_zh, title_en) in enumerate(_STAFF)
        ),
    )


_BRAKE = Brake(
    merchant_share_warn_bp=3000,
    merchant_share_pause_bp=6000,
    refund_rate_warn_bp=1000,
    refund_rate_pause_bp=3000,
    burn_warn_bp_per_minute=8000,
    burn_pause_bp_per_minute=10_000,
)
_ALL_YEAR = Round(
    number=1,
    mode="rush",
    issue="all",
    opens=Moment(day=0, time="00:00"),
    closes=Moment(day=365, time="22:00"),
    station_reserve=None,
)


def _campaign() -> Campaign:
    phone_number = phone(_PHONES_FROM + 900)
    return Campaign(
        key="wuzhu-everyday",
        name=Text("雾竹日常券", "Wuzhu Everyday"),
        slogan=Text("满20减5，随时可领", "5 off 20, at any hour"),
        state="running",
        document_number="雾演示〔2026〕1号",
        budget_subject_code="2160299",
        budget_fen=1_000_000,
        pieces=2000,
        funders=(Funder(funder="government", name=Text("县财政", "County treasury"), share_bp=10_000),),
        money_path=MoneyPath(kind="prepaid", text=Text("预存", "Prepaid")),
        kinds=(
            Kind(
                key="wuzhu-5",
                name=Text("日常券 满20减5", "Everyday: 5 off 20"),
                trades=("catering", "retail", "farm"),
                face_fen=500,
                minimum_spend_fen=2000,
                pieces=2000,
            ),
        ),
        groups=(),
        limit=Limit(per="kind", period="ever", most=1),
        stacking="one_per_bill",
        validity_days=30,
        use_hours=None,
        excluded_goods=(),
        threshold="after_merchant_discount",
        refund_policy="a",
        identity_level=IdentityLevel(claim="phone", redeem="phone"),
        rounds=(_ALL_YEAR,),
        ends=Moment(day=396, time="00:00"),
        brake=_BRAKE,
        complaint_phone=phone_number,
        rules=PlainRules(
            zh=("一共 2000 张，每张 5 元。", f"投诉电话 {phone_number}（演示号码，打不通）。"),
            en=(
                "2,000 vouchers of 5 yuan.",
                f"Complaints: {phone_number} (a demonstration number that rings nowhere).",
            ),
        ),
        scene="campaign_everyday",
    )
