"""Where guests sleep and eat: courtyards, inns, stilt houses, lodges, the county hotel."""

from backend.demonstration.scenes.canvas import Canvas
from backend.demonstration.scenes.colours import (
    CORAL,
    HONEY,
    IVORY,
    JADE,
    JADE_DEEP,
    JADE_LIGHT,
    JADE_MID,
    LEAF,
    MOSS,
    STONE,
    STONE_DARK,
    TILE,
    TILE_DARK,
    WALL,
    WALL_SHADE,
    WHITE,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    hexed,
    mix,
)
from backend.demonstration.scenes.landscape import (
    backdrop,
    bamboo,
    fir,
    grass,
    house,
    karst,
    level,
    river,
    rolling,
    roof,
    round_tree,
    sky,
    tea_rows,
)


def farm_courtyard(c: Canvas) -> None:
    """A courtyard with tables under a tree, a farmhouse behind."""
    backdrop(c, 360, 220)
    ground = rolling(c, 420, 12, mix(MOSS, JADE_LIGHT, 0.4))
    x = c.dice.between(560, 680)
    house(c, x, level(ground, x) + 110, 520)
    bamboo(c, 990, 560, 340)
    rolling(c, 560, 6, hexed("d9c8a4"), 0.6)
    round_tree(c, 190, 640, 420, JADE)
    for place, y in ((470, 620), (760, 650)):
        _table(c, place, y)
    for index in range(6):
        paper_lantern(c, x - 210 + index * 84, level(ground, x) - 2)
    grass(c, 720, JADE, 14)


def paper_lantern(c: Canvas, x: float, y: float) -> None:
    """A red lantern that hangs from (x, y)."""
    if c.light.dark:
        c.glow(x, y + 38, 44, HONEY, 0.7)
    c.line([(x, y), (x, y + 20)], 3, WOOD_DARK)
    c.ellipse(x, y + 38, 17, 20, CORAL)
    c.ellipse(x, y + 38, 8, 20, mix(CORAL, HONEY, 0.4))
    c.box(x - 8, y + 17, 16, 5, HONEY)
    c.box(x - 8, y + 55, 16, 5, HONEY)
    c.line([(x, y + 60), (x, y + 74)], 3, HONEY)


def _table(c: Canvas, x: float, y: float) -> None:
    c.shadow(x, y + 40, 120, 18)
    for dx in (-132, 132):
        c.box(x + dx - 30, y + 4, 60, 12, WOOD, round_=4)
        c.box(x + dx - 22, y + 14, 9, 34, WOOD_DARK)
        c.box(x + dx + 13, y + 14, 9, 34, WOOD_DARK)
    c.box(x - 70, y - 10, 12, 60, WOOD_DARK)
    c.box(x + 58, y - 10, 12, 60, WOOD_DARK)
    c.polygon([(x - 96, y - 30), (x + 96, y - 30), (x + 112, y - 6), (x - 112, y - 6)], WOOD)
    c.box(x - 112, y - 6, 224, 9, WOOD_DARK)
    for dx in (-50, 0, 50):
        c.ellipse(x + dx, y - 20, 20, 7, IVORY)
        c.ellipse(x + dx, y - 21, 13, 4, CORAL if dx else JADE_MID)


def tea_house(c: Canvas) -> None:
    """A guest house on a tea slope, with a terrace."""
    backdrop(c, 360, 230)
    back = rolling(c, 420, 20, mix(JADE_MID, c.light.mist, 0.15))
    tea_rows(c, back, 4, mix(LEAF, c.light.mist, 0.15), JADE, 26)
    x = c.dice.between(600, 720)
    house(c, x, 560, 430, 2)
    c.box(x - 290, 560, 580, 16, WOOD)
    for post in range(12):
        c.box(x - 286 + post * 52, 520, 8, 56, WOOD_DARK)
    c.box(x - 290, 514, 580, 9, WOOD)
    round_tree(c, x - 330, 600, 240, JADE)
    front = rolling(c, 600, 16, JADE)
    tea_rows(c, front, 4, LEAF, JADE_DEEP)


def karst_inn(c: Canvas) -> None:
    """An inn at the foot of the peaks, a stream before it."""
    backdrop(c, 430, 350)
    ground = rolling(c, 500, 12, mix(MOSS, JADE_LIGHT, 0.35))
    x = c.dice.between(280, 380)
    house(c, x, level(ground, x) + 70, 400, 2)
    for index in range(3):
        paper_lantern(c, x - 120 + index * 120, level(ground, x) - 60)
    bamboo(c, 70, 640, 320)
    river(c, 520, 790, 220)
    round_tree(c, 1000, 640, 220, JADE)
    grass(c, 722, JADE_DEEP, 20)


def snow_lodge(c: Canvas) -> None:
    """A wooden lodge among firs below the snow peak."""
    sky(c, 470)
    karst(c, 470, 300, 0.1, 5)
    c.polygon([(330, 430), (560, 130), (800, 430)], hexed("93b1bd"))
    c.polygon([(560, 130), (646, 238), (604, 224), (580, 262), (546, 226), (508, 254), (476, 240)], WHITE)
    c.mist(470, 170, 0.9)
    ground = rolling(c, 560, 12, mix(c.light.near, WHITE, 0.3))
    for index in range(12):
        x = index * 96 + c.dice.between(-30, 30)
        fir(c, x, level(ground, x) + 16, c.dice.between(130, 230), mix(JADE_DEEP, JADE, c.dice.between(0, 0.6)), True)
    _cabin(c, c.dice.between(500, 620), 640)
    rolling(c, 648, 10, hexed("eef3f1"), 0.8)
    fir(c, 90, 716, 260, JADE_DEEP, True)
    fir(c, 1000, 720, 300, JADE_DEEP, True)


def _cabin(c: Canvas, x: float, y: float) -> None:
    c.box(x - 170, y - 150, 340, 150, WOOD)
    for log in range(7):
        c.box(x - 176, y - 150 + log * 22, 352, 4, WOOD_DARK)
    c.glow(x + 80, y - 74, 90, HONEY, 0.8)
    for window in (-96, 54):
        c.box(x + window, y - 110, 62, 56, WOOD_DARK, round_=5)
        c.box(x + window + 6, y - 104, 50, 44, HONEY)
        c.line([(x + window + 31, y - 104), (x + window + 31, y - 60)], 4, WOOD_DARK)
    c.box(x - 24, y - 100, 56, 100, WOOD_DARK, round_=6)
    c.polygon([(x - 220, y - 138), (x, y - 290), (x + 220, y - 138), (x + 190, y - 126), (x - 190, y - 126)], TILE_DARK)
    snow = [(x - 224, y - 150), (x, y - 306), (x + 224, y - 150), (x + 150, y - 172), (x + 90, y - 190), (x, y - 244),
            (x - 70, y - 200), (x - 140, y - 168)]  # fmt: skip
    c.polygon(snow, WHITE)
    c.box(x + 96, y - 290, 40, 70, STONE_DARK)
    c.box(x + 90, y - 300, 52, 14, WHITE, round_=6)
    c.steam(x + 116, y - 300, 130, 1, 0)


def stilt_house(c: Canvas) -> None:
    """A Miao house on stilts beside an old camphor tree."""
    backdrop(c, 390, 260)
    ground = rolling(c, 470, 18, mix(JADE_MID, JADE_LIGHT, 0.2))
    for far in (820, 950, 1080):
        _stilts(c, far, level(ground, far) + 20, 150)
    x = c.dice.between(560, 640)
    _stilts(c, x, 640, 430)
    round_tree(c, 200, 690, 560, mix(JADE, JADE_DEEP, 0.3))
    rolling(c, 640, 10, mix(MOSS, JADE_MID, 0.3))
    for step in range(4):
        c.ellipse(x - 40 + step * 26, 656 + step * 17, 52 + step * 7, 10 + step * 2, mix(STONE, IVORY, 0.3))
    grass(c, 722, JADE_DEEP, 20)


def _stilts(c: Canvas, x: float, y: float, width: float) -> None:
    half, floor, height = width / 2, y - width * 0.24, width * 0.28
    for post in range(5):
        px = x - half + post * (width - width * 0.05) / 4
        c.box(px, floor, width * 0.04, width * 0.26, WOOD_DARK)
    c.box(x - half * 1.12, floor - height, width * 1.12, height, WOOD)
    for board in range(14):
        bx = x - half * 1.12 + board * width * 1.12 / 14
        c.line([(bx, floor - height), (bx, floor)], max(width * 0.006, 1.2), WOOD_DARK)
    for window in range(3):
        wx = x - half * 0.8 + window * width * 0.33
        c.box(
            wx, floor - height * 0.86, width * 0.15, height * 0.5, mix(WOOD_DARK, HONEY, 0.75 if window == 1 else 0.12)
        )
        c.line(
            [(wx + width * 0.075, floor - height * 0.86), (wx + width * 0.075, floor - height * 0.36)],
            width * 0.012,
            WOOD_DARK,
        )
    c.box(x - half * 1.24, floor - width * 0.02, width * 1.24, width * 0.045, WOOD_LIGHT)
    for rail in range(16):
        c.box(x - half * 1.22 + rail * width * 1.2 / 15, floor - width * 0.11, width * 0.012, width * 0.1, WOOD_LIGHT)
    c.box(x - half * 1.24, floor - width * 0.12, width * 1.24, width * 0.018, WOOD_LIGHT)
    roof(c, x - width * 0.03, floor - height, half * 1.32, width * 0.26)


def hotel(c: Canvas) -> None:
    """The county hotel: four storeys, a canopy, trees before it."""
    backdrop(c, 420, 230)
    rolling(c, 520, 6, mix(STONE, IVORY, 0.5), 0.5)
    x, top = c.dice.between(500, 580), 150
    wall = c.dice.pick((hexed("efe0c8"), hexed("e6e4d6"), hexed("f0d9c7")))
    c.shadow(x, 600, 420, 26)
    c.box(x - 330, top + 60, 660, 540, mix(wall, WALL_SHADE, 0.4))
    c.box(x - 330, top + 60, 560, 540, wall)
    c.box(x - 350, top + 44, 700, 24, TILE)
    roof(c, x, top + 44, 372, 74)
    for storey in range(3):
        for bay in range(7):
            _hotel_window(c, x - 300 + bay * 90, top + 96 + storey * 112)
        c.box(x - 330, top + 180 + storey * 112, 660, 7, mix(wall, STONE_DARK, 0.25))
    c.box(x - 330, 500, 660, 100, mix(wall, STONE_DARK, 0.4))
    for bay in range(6):
        c.box(x - 316 + bay * 108, 514, 92, 86, mix(hexed("53707a"), HONEY, 0.35))
    c.box(x - 110, 500, 220, 100, WOOD_DARK)
    c.box(x - 96, 512, 92, 88, HONEY)
    c.box(x + 4, 512, 92, 88, HONEY)
    c.polygon([(x - 170, 500), (x + 170, 500), (x + 196, 474), (x - 196, 474)], hexed("8f2d1a"))
    c.box(x - 196, 462, 392, 14, CORAL)
    c.gradient(mix(STONE, IVORY, 0.45), mix(STONE, IVORY, 0.2), 600, 120)
    for dx in (-430, 430):
        round_tree(c, x + dx, 650, 230, JADE)
    for dx in (-260, -200, 200, 260):
        c.box(x + dx - 22, 598, 44, 30, STONE_DARK, round_=4)
        c.circle(x + dx, 588, 26, JADE_MID)
        c.circle(x + dx - 8, 580, 12, LEAF)


def _hotel_window(c: Canvas, x: float, y: float) -> None:
    lit = c.dice.chance(300)
    c.box(x - 4, y - 4, 68, 78, WALL)
    c.box(x, y, 60, 70, mix(hexed("6f939b"), HONEY, 0.85) if lit else hexed("6f939b"))
    c.polygon([(x, y + 70), (x + 26, y), (x + 44, y), (x + 16, y + 70)], WHITE, 0.22)
    c.line([(x + 30, y), (x + 30, y + 70)], 4, WALL)
    c.box(x - 8, y + 72, 76, 7, TILE)
