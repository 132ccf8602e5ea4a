"""The picture: 1080 wide, nothing cut, overlapping or blank, and marked where the county is a demonstration."""

from datetime import UTC, date, datetime
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from backend.notices.bulletin_picture import MARGIN, WIDTH, Box, arrange, bulletin_picture
from backend.notices.bulletin_rules import Bulletin
from backend.notices.rules import Cell, Spent
from backend.settlement.leverage_rules import Spending, leverage

GREEN = "#0b6b4f"
SPENDING = Spending(bills=200, bill_fen=12_345_600, discount_fen=4_200_000, public_fen=4_000_000)
TOLD = Bulletin(
    county_zh="筠连县",
    demonstration=True,
    title_zh="金秋惠民消费券",
    day=date(2026, 11, 29),
    as_of=datetime(2026, 11, 29, 7, 30, tzinfo=UTC),
    is_over=False,
    issued=12_345,
    issued_today=120,
    redeemed=800,
    redeemed_today=80,
    public_fen=4_000_000,
    public_today_fen=400_000,
    funded_fen=200_000_000,
    left_fen=150_000_000,
    open_fen=46_000_000,
    trades=(Cell(key="catering", pieces=400, public_fen=2_000_000), Cell(key="retail", pieces=20, public_fen=1_000)),
    spent=Spent(spending=SPENDING, leverage=leverage(SPENDING)),
    warnings=("消耗速度预警 2 次",),
    pauses=(datetime(2026, 11, 29, 6, 5, tzinfo=UTC),),
)
MONEY = st.integers(0, 10**13)


def overlaps(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def check(told: Bulletin) -> None:
    """Every text as measured by its font lies in its box, every box within the margins, and no two overlap."""
    sheet = arrange(told, GREEN)
    assert told.title_zh in "".join(text.words for text in sheet.texts)
    assert not [text.words for text in sheet.texts if "…" in text.words]
    for text in sheet.texts:
        font = ImageFont.truetype(str(sans_path()), text.size, layout_engine=ImageFont.Layout.BASIC)
        left, top, right, bottom = font.getbbox(text.words)
        ink = Box(
            text.box.left + int(left), text.box.top + int(top), text.box.left + int(right), text.box.top + int(bottom)
        )
        assert text.box.left >= MARGIN
        assert max(ink.right, text.box.right) <= WIDTH - MARGIN + 1, text.words
        assert ink.bottom <= text.box.bottom <= sheet.height - MARGIN + 1, text.words
    for place, text in enumerate(sheet.texts):
        assert not [other.words for other in sheet.texts[place + 1 :] if overlaps(text.box, other.box)], text.words
    for fill in sheet.fills:
        assert 0 <= fill.box.left < fill.box.right <= WIDTH
        assert 0 <= fill.box.top < fill.box.bottom <= sheet.height


def test_the_picture_is_1080_wide_as_high_as_its_content_and_not_blank() -> None:
    content = bulletin_picture(TOLD, GREEN)
    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size) == ("PNG", (1080, arrange(TOLD, GREEN).height))
        colours = image.convert("RGB").getcolors(maxcolors=1_000_000)
        assert len(colours or []) > 100
        assert image.convert("RGB").getpixel((4, 4)) == (0x0B, 0x6B, 0x4F)
    assert bulletin_picture(TOLD, GREEN) == content
    assert bulletin_picture(replace(TOLD, issued=12_346), GREEN) != content


def test_the_picture_says_the_texts_figures() -> None:
    words = " ".join(text.words for text in arrange(TOLD, GREEN).texts)
    for figure in ("120 张", "累计 12,345 张", "80 张", "累计 800 张", "4,000.00 元", "累计 40,000.00 元"):
        assert figure in words
    assert "已发未用 460,000.00 元（23.0%）" in words
    assert "用券账单 123,456.00 元" in words
    assert "毛杠杆 3.09　净杠杆 2.04" in words
    assert "餐饮　400 张，20,000.00 元" in words
    assert "消耗速度预警 2 次 14:05 暂停活动" in words


def test_a_demonstration_is_marked_and_a_real_county_is_not() -> None:
    real = replace(TOLD, demonstration=False)
    assert not [text.words for text in arrange(real, GREEN).texts if "演示" in text.words]
    assert len([text.words for text in arrange(TOLD, GREEN).texts if "演示" in text.words]) == 2
    # The margin on the right holds nothing but the ground, and the mark that goes over everything.
    assert margin_of(real) == {(0xF1, 0xF4, 0xF3)}
    assert len(margin_of(TOLD)) > 1


def margin_of(told: Bulletin) -> set[object]:
    """The colours of the right margin below the head."""
    with Image.open(BytesIO(bulletin_picture(told, GREEN))) as image:
        return {
            image.getpixel((x, y)) for x in range(WIDTH - MARGIN + 2, WIDTH, 3) for y in range(700, image.height, 3)
        }


def test_light_colours_of_a_county_carry_dark_letters() -> None:
    assert arrange(TOLD, "#f5d76e").texts[0].fill != arrange(TOLD, GREEN).texts[0].fill


@given(
    title=st.text("惠民消费券（）“”满减，。2026ABCxyz ", min_size=1, max_size=80),
    money=st.tuples(MONEY, MONEY, MONEY, MONEY, MONEY),
    pieces=st.integers(-50, 10**9),
    trades=st.integers(0, 3),
    warned=st.lists(st.sampled_from(["单一商户核销频次熔断 3 次", "平台补贴预计超限预警 1 次"]), max_size=6),
    leverages=st.booleans(),
    over=st.booleans(),
)
@settings(max_examples=60)
def test_nothing_is_cut_or_overlaps_whatever_is_told(
    title: str,
    money: tuple[int, int, int, int, int],
    pieces: int,
    trades: int,
    warned: list[str],
    leverages: bool,
    over: bool,
) -> None:
    funded, left, opened, public, today = money
    keys = ("appliance", "farm", "unheard-of")
    told = replace(
        TOLD,
        title_zh=title,
        is_over=over,
        issued=abs(pieces),
        redeemed_today=pieces,
        public_fen=public,
        public_today_fen=today,
        funded_fen=funded,
        left_fen=left,
        open_fen=opened,
        trades=tuple(Cell(key=key, pieces=max(5, pieces), public_fen=public) for key in keys[:trades]),
        spent=TOLD.spent if leverages else None,
        warnings=tuple(warned),
    )
    check(told)


def test_nothing_is_cut_or_overlaps_on_an_ordinary_day() -> None:
    check(TOLD)
    check(replace(TOLD, demonstration=False, trades=(), spent=None, warnings=(), pauses=(), funded_fen=0))


def test_a_line_that_is_longer_than_any_ends_with_a_sign_that_says_so() -> None:
    sheet = arrange(replace(TOLD, county_zh="筠连" * 40), GREEN)
    assert sheet.texts[0].words.endswith("…")
    assert sheet.texts[0].box.right <= WIDTH - MARGIN + 1
