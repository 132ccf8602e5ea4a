"""Water and stone: springs, pools, caves, cliffs."""

from math import sin

from backend.demonstration.scenes.canvas import HEIGHT, Canvas, arc
from backend.demonstration.scenes.colours import (
    HONEY,
    INK,
    IVORY,
    JADE,
    JADE_DEEP,
    JADE_LIGHT,
    JADE_MID,
    LEAF,
    MOSS,
    STONE,
    STONE_DARK,
    WATER,
    WATER_DEEP,
    WHITE,
    WOOD,
    WOOD_DARK,
    hexed,
    mix,
)
from backend.demonstration.scenes.landscape import (
    backdrop,
    bamboo,
    birds,
    fir,
    grass,
    house,
    karst,
    level,
    pond,
    rock_wall,
    rolling,
    round_tree,
    sky,
    stones,
)


def hot_spring(c: Canvas) -> None:
    """Steaming pools among stones, bamboo and lanterns."""
    backdrop(c, 380, 230)
    ground = rolling(c, 440, 14, mix(JADE_MID, c.light.mist, 0.2))
    house(c, 800, level(ground, 800) + 46, 300)
    round_tree(c, 600, level(ground, 600) + 40, 140, JADE)
    rolling(c, 500, 10, mix(STONE, IVORY, 0.35))
    stones(c, 430, 600, 350, 96, 26)
    pond(c, 430, 600, 320, 82, hexed("7cc4c0"))
    pond(c, 860, 640, 150, 46, hexed("8bd0c8"))
    stones(c, 860, 640, 176, 58, 16)
    bamboo(c, 70, 620, 330)
    bamboo(c, 1020, 600, 260)
    for x in (330, 470, 560):
        c.steam(x, 585, c.dice.between(150, 220), 2, 60)
    c.steam(860, 630, 130, 2, 50)
    _lantern(c, 190, 520)
    _lantern(c, 690, 540)


def _lantern(c: Canvas, x: float, y: float) -> None:
    """A stone lantern with a lit window."""
    c.glow(x, y - 38, 60, HONEY, 0.7)
    c.box(x - 8, y - 24, 16, 44, STONE_DARK)
    c.box(x - 22, y + 14, 44, 12, STONE_DARK, round_=4)
    c.box(x - 20, y - 52, 40, 30, STONE)
    c.box(x - 11, y - 47, 22, 20, HONEY)
    c.polygon([(x - 32, y - 50), (x, y - 78), (x + 32, y - 50)], STONE_DARK)


def karst_spring(c: Canvas) -> None:
    """A spring that wells up at the foot of a limestone wall."""
    backdrop(c, 300, 200)
    for x in (70, 250, 420, 700, 860, 1010):
        round_tree(c, x, 380, c.dice.between(110, 170), mix(JADE, JADE_DEEP, c.dice.between(0, 0.6)))
    rock_wall(c, 360, 560, mix(STONE, IVORY, 0.25), 15)
    c.blob([(446, 560), (452, 470), (500, 424), (560, 418), (618, 460), (634, 560)], INK)
    c.blob([(462, 560), (474, 480), (514, 446), (560, 442), (604, 474), (616, 560)], hexed("24474b"))
    rolling(c, 560, 6, mix(MOSS, JADE, 0.45), 0.7)
    stones(c, 540, 626, 420, 86, 30)
    pond(c, 540, 626, 390, 74, hexed("7fc6c4"))
    c.blob([(480, 540), (600, 540), (640, 600), (560, 620), (450, 604)], mix(WATER, WHITE, 0.3))
    for ring in range(4):
        c.line(arc(540, 612, 70 + ring * 66, 16 + ring * 13, 20, 160), 3.4, WHITE, 0.75 - ring * 0.13)
    for x, y in ((500, 596), (548, 606), (590, 594), (528, 622)):
        c.ellipse(x, y, 17, 8, WHITE, 0.8)
        c.ellipse(x, y - 4, 10, 6, WHITE)
    grass(c, 722, JADE_DEEP, 20)


def cave(c: Canvas) -> None:
    """Travertine terraces under a shaft of light."""
    c.gradient(hexed("1f3437"), hexed("4a5f58"))
    c.glow(560, 150, 240, hexed("ffe9b5"), 0.75)
    c.polygon([(500, 0), (640, 0), (820, 560), (280, 560)], hexed("fff0c8"), 0.16)
    c.polygon([(540, 0), (610, 0), (700, 560), (400, 560)], hexed("fff0c8"), 0.16)
    for row in range(5):
        y = 420 + row * 62
        wide = 240 + row * 130
        x = 560 - row * 8
        rim = mix(hexed("d9c49a"), hexed("b38f5f"), row / 5)
        points = [(px, py + 7 * sin(px / 34 + row * 2)) for px, py in arc(x, y, wide, 44 + row * 10, 0, 360, 120)]
        c.polygon([(px, py + 26) for px, py in points], mix(rim, INK, 0.35))
        c.polygon(points, rim)
        inner = [(x + (px - x) * 0.94, y + (py - y) * 0.82) for px, py in points]
        c.polygon(inner, mix(hexed("63b7b4"), hexed("a9dcd0"), 0.2 * row))
        c.ellipse(x - wide * 0.3, y - 6, wide * 0.3, 7, WHITE, 0.35)
    _cave_mouth(c)


def _cave_mouth(c: Canvas) -> None:
    dark = hexed("14262a")
    c.polygon([(0, 0), (340, 0), (240, 120), (200, 330), (120, 520), (0, 620)], dark)
    c.polygon([(1080, 0), (760, 0), (850, 140), (900, 330), (980, 520), (1080, 600)], dark)
    for index in range(15):
        x = 20 + index * 76 + c.dice.between(-16, 16)
        centre = 1 - abs(x - 560) / 560
        length = c.dice.between(70, 190) * (1.15 - centre * 0.75)
        c.taper(
            [(x, -10), (x + 4, length * 0.5), (x + 2, length)], 44, 4, mix(dark, hexed("3c504d"), 0.25 + centre * 0.4)
        )


def lotus_pond(c: Canvas) -> None:
    """Lotus on still water, an old stone niche behind."""
    backdrop(c, 330, 170)
    ground = rolling(c, 390, 10, JADE_MID)
    round_tree(c, 150, level(ground, 150) + 30, 190, JADE)
    round_tree(c, 930, level(ground, 930) + 30, 210, JADE)
    _niche(c, 540, 470)
    c.gradient(mix(WATER, JADE_LIGHT, 0.3), WATER_DEEP, 470, HEIGHT - 470)
    c.ellipse(540, 500, 130, 12, WHITE, 0.35)
    for _ in range(15):
        x, y = c.dice.between(20, 1060), c.dice.between(520, 700)
        size = 34 + (y - 500) * 0.26
        c.ellipse(x, y + 5, size, size * 0.4, mix(JADE_DEEP, WATER_DEEP, 0.5))
        c.ellipse(x, y, size, size * 0.4, mix(JADE_MID, LEAF, c.dice.between(0, 0.7)))
        c.polygon([(x, y), (x + size * 0.9, y - size * 0.16), (x + size * 0.9, y + size * 0.1)], WATER_DEEP)
    for x, y, size in ((250, 560, 46), (790, 590, 56), (480, 640, 64)):
        _lotus(c, x, y, size)


def _lotus(c: Canvas, x: float, y: float, size: float) -> None:
    c.ribbon([(x, y + size * 0.9), (x + 4, y + size * 0.3)], 6, JADE)
    for turn, tone in ((-0.75, 0.0), (0.75, 0.0), (-0.4, 0.35), (0.4, 0.35), (0, 0.65)):
        tip_x, tip_y = x + size * turn, y - size * (1.05 - abs(turn) * 0.5)
        c.blob([(x, y + size * 0.4), (x + size * (turn * 0.9 - 0.22), y - size * 0.1), (tip_x, tip_y),
                (x + size * (turn * 0.9 + 0.22), y - size * 0.1)], mix(hexed("e58fa8"), WHITE, tone))  # fmt: skip


def _niche(c: Canvas, x: float, y: float) -> None:
    """A stone niche with a seated figure, seen from afar."""
    c.shadow(x, y, 170, 16)
    c.box(x - 150, y - 36, 300, 36, STONE_DARK, round_=4)
    c.blob([(x - 110, y - 30), (x - 112, y - 170), (x, y - 250), (x + 112, y - 170), (x + 110, y - 30)], STONE)
    c.blob([(x - 82, y - 30), (x - 84, y - 158), (x, y - 222), (x + 84, y - 158), (x + 82, y - 30)], STONE_DARK)
    figure = mix(STONE, IVORY, 0.55)
    c.blob([(x - 66, y - 34), (x - 58, y - 62), (x - 34, y - 110), (x, y - 124), (x + 34, y - 110), (x + 58, y - 62),
            (x + 66, y - 34)], figure)  # fmt: skip
    c.circle(x, y - 144, 26, figure)
    c.circle(x, y - 168, 11, figure)
    for petal in range(7):
        c.ellipse(x - 72 + petal * 24, y - 30, 16, 14, mix(STONE, IVORY, 0.25))


def cliff(c: Canvas) -> None:
    """Coffins of the Bo on pegs in a cliff high above a river."""
    sky(c, 400)
    karst(c, 470, 280, 0.2, 7)
    c.mist(480, 200, 0.8)
    karst(c, 570, 150, 0.5, 6)
    c.mist(600, 160, 0.7)
    _cliff_face(c)
    for x, y, length in (
        (470, 190, 120),
        (720, 130, 128),
        (900, 250, 112),
        (610, 330, 116),
        (850, 420, 104),
        (480, 470, 96),
    ):
        _coffin(c, x + c.dice.between(-16, 16), y, length)
    for x, y in ((352, 118), (1030, 120), (398, 330), (1000, 540)):
        c.taper([(x - 30, y + 16), (x, y + 4), (x + 26, y - 22)], 8, 4, WOOD_DARK)
        for dx, dy in ((-26, -2), (6, -18), (34, -34), (22, -8)):
            c.ellipse(x + dx, y + dy, 34, 15, mix(JADE, JADE_DEEP, c.dice.between(0, 0.7)))
    c.blob([(-20, 640), (260, 616), (620, 650), (1100, 620), (1100, 760), (-20, 760)], WATER)
    for x, y, long in ((60, 668, 300), (520, 684, 260), (820, 664, 200), (180, 700, 220)):
        c.ribbon([(x, y), (x + long / 2, y - 5), (x + long, y + 2)], 3.4, WHITE, 0.6)
    birds(c, 90, 180, 3)


def _cliff_face(c: Canvas) -> None:
    """Upright slabs of ochre limestone, lit from the left."""
    edge = 300.0
    tops = [edge + index * 66 + c.dice.between(-12, 12) for index in range(13)]
    for index, x in enumerate(tops):
        tone = mix(hexed("dcbb8d"), hexed("b98f63"), c.dice.between(0, 0.8))
        right = tops[index + 1] if index + 1 < len(tops) else 1100
        sway = [c.dice.between(-22, 22) for _ in range(4)]
        left_line = [(x, -10), (x + sway[0], 190), (x + sway[1] - 10, 400), (x + sway[2] - 24, 730)]
        c.polygon([*left_line, (1100, 730), (1100, -10)], tone)
        lit = [(px + (right - x) * 0.32, py) for px, py in left_line]
        c.polygon([*left_line, *reversed(lit)], mix(tone, IVORY, 0.3))
        c.line(left_line, 3, hexed("8d6a4a"), 0.6)
        y = c.dice.between(80, 600)
        ledge = [(x + 8, y), (x + 50, y - 8), (x + 78, y + 5), (x + 20, y + 9)]
        c.polygon(ledge, mix(tone, hexed("7a583c"), 0.55))


def _coffin(c: Canvas, x: float, y: float, length: float) -> None:
    """A log coffin in its niche, on two pegs."""
    c.box(x - length * 0.62, y - 36, length * 1.24, 64, hexed("6d4f37"), round_=14)
    c.box(x - length * 0.62, y - 36, length * 1.24, 26, hexed("4d3828"), round_=12)
    for peg in (-0.3, 0.3):
        c.box(x + length * peg - 6, y + 14, 12, 22, hexed("3f2b1d"))
    c.box(x - length / 2, y - 16, length, 34, hexed("8b6546"), round_=9)
    c.box(x - length / 2, y - 16, length, 13, hexed("ab8259"), round_=6)
    c.box(x - length / 2, y - 16, 9, 34, hexed("5f4430"), round_=4)
    c.box(x + length / 2 - 9, y - 16, 9, 34, hexed("5f4430"), round_=4)


def fish_pond(c: Canvas) -> None:
    """A spring-fed pond with fish, a pavilion of planks beside it."""
    backdrop(c, 340, 240)
    ground = rolling(c, 400, 14, JADE_MID)
    for index in range(8):
        x = index * 150 + c.dice.between(-30, 30)
        fir(c, x, level(ground, x) + 24, c.dice.between(100, 160), JADE)
    house(c, 800, level(ground, 800) + 60, 260)
    rolling(c, 480, 8, mix(MOSS, JADE, 0.3))
    stones(c, 500, 600, 440, 110, 28)
    pond(c, 500, 600, 410, 96)
    for index in range(7):
        x, y = c.dice.between(240, 760), c.dice.between(560, 650)
        _fish(c, x, y, c.dice.between(26, 40), 1 if index % 2 else -1)
    for x, y in ((330, 580), (640, 620)):
        c.line(arc(x, y, 46, 14, 0, 360), 2.4, WHITE, 0.6)
    c.polygon([(700, 560), (1080, 520), (1080, 560), (720, 600)], WOOD)
    c.polygon([(720, 600), (1080, 560), (1080, 574), (720, 616)], WOOD_DARK)


def _fish(c: Canvas, x: float, y: float, size: float, way: int) -> None:
    tone = mix(hexed("44666b"), hexed("d98a5b"), 0.75 if way > 0 else 0.1)
    c.polygon(
        [(x - way * size * 0.8, y), (x - way * size * 1.5, y - size * 0.4), (x - way * size * 1.5, y + size * 0.4)],
        tone,
    )
    c.ellipse(x, y, size, size * 0.36, tone)
    c.ellipse(x + way * size * 0.1, y - size * 0.1, size * 0.6, size * 0.12, mix(tone, WHITE, 0.4))
    c.circle(x + way * size * 0.72, y - size * 0.06, 3, INK)
