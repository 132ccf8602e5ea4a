"""The county's own scenery: peaks, snow, springs, caves, terraces, blossom."""

from backend.demonstration.scenes.canvas import WIDTH, Canvas
from backend.demonstration.scenes.colours import (
    BLOSSOM,
    CORAL,
    HONEY,
    JADE,
    JADE_DEEP,
    JADE_LIGHT,
    JADE_MID,
    LEAF,
    MOSS,
    STONE,
    STONE_DARK,
    WHITE,
    WOOD,
    hexed,
    mix,
)
from backend.demonstration.scenes.landscape import (
    backdrop,
    birds,
    blossom_tree,
    fir,
    grass,
    house,
    karst,
    level,
    river,
    rolling,
    round_tree,
    sky,
    tea_rows,
)


def karst_peaks(c: Canvas) -> None:
    """A forest of peaks above a river."""
    backdrop(c, 450, 320)
    birds(c, c.dice.between(240, 640), 190)
    rolling(c, 560, 18, mix(c.light.near, LEAF, 0.25))
    river(c, 540, c.dice.between(420, 620), 260)
    for x in (70, 190, 930, 1020):
        round_tree(c, x, 620 + c.dice.between(-20, 20), c.dice.between(90, 130), JADE)
    grass(c, 716)


def tea_terraces(c: Canvas) -> None:
    """Rows of tea around a hill, peaks behind."""
    backdrop(c, 380, 220)
    back = rolling(c, 430, 26, mix(JADE_MID, c.light.mist, 0.25))
    tea_rows(c, back, 3, mix(LEAF, c.light.mist, 0.25), mix(JADE, c.light.mist, 0.15), 24)
    x = c.dice.between(700, 900)
    house(c, x, level(back, x) + 26, 150)
    round_tree(c, x - 120, level(back, x - 120) + 26, 110, JADE)
    front = rolling(c, 520, 34, JADE)
    tea_rows(c, front, 6, LEAF, JADE_DEEP)
    for px in (c.dice.between(150, 260), c.dice.between(330, 420)):
        _picker(c, px, level(front, px) + 64)


def _picker(c: Canvas, x: float, y: float) -> None:
    """Somebody picking tea, with a straw hat and a basket."""
    c.blob([(x - 17, y + 14), (x - 15, y - 30), (x, y - 44), (x + 15, y - 30), (x + 17, y + 14)], CORAL)
    c.circle(x, y - 50, 11, hexed("e3b58f"))
    c.polygon([(x - 30, y - 50), (x, y - 76), (x + 30, y - 50)], HONEY)
    c.ellipse(x, y - 50, 30, 6, mix(HONEY, WOOD, 0.3))
    c.box(x + 12, y - 26, 24, 30, WOOD, round_=8)


def blossom_village(c: Canvas) -> None:
    """White plum blossom over grey karst stones, a house between."""
    backdrop(c, 400, 200)
    ground = rolling(c, 470, 22, mix(MOSS, JADE_LIGHT, 0.5))
    x = c.dice.between(420, 640)
    house(c, x, level(ground, x) + 40, 230, 2)
    for index in range(5):
        tx = 60 + index * 250 + c.dice.between(-40, 40)
        blossom_tree(c, tx, level(ground, tx) + 60 + c.dice.between(0, 20), c.dice.between(170, 220))
    rolling(c, 610, 12, MOSS)
    _stone_sea(c, 600)
    for tx in (120, 960):
        blossom_tree(c, tx, 700, c.dice.between(260, 310), mix(BLOSSOM, WHITE, 0.2))


def _stone_sea(c: Canvas, y: float) -> None:
    for _ in range(16):
        x, size = c.dice.between(-20, WIDTH), c.dice.between(26, 66)
        foot = y + c.dice.between(10, 100)
        tone = mix(STONE, STONE_DARK, c.dice.between(0, 0.6))
        points = [(x - size, foot), (x - size * 0.7, foot - size * 0.6), (x - size * 0.1, foot - size * 0.9),
                  (x + size * 0.6, foot - size * 0.5), (x + size, foot)]  # fmt: skip
        c.polygon(points, tone)
        c.polygon([points[1], points[2], (x, foot - size * 0.3)], mix(tone, WHITE, 0.35))


def snow_mountain(c: Canvas) -> None:
    """The snow peak above firs and dove trees."""
    sky(c, 480)
    _massif(c, c.dice.between(420, 660), 120, 470, hexed("8fb0bd"), 1.0)
    _massif(c, c.dice.between(160, 280), 250, 330, hexed("7a9fae"), 0.8)
    _massif(c, c.dice.between(840, 960), 240, 320, hexed("82a5b2"), 0.8)
    c.mist(490, 190, 0.95)
    karst(c, 560, 90, 0.55, 9)
    c.mist(590, 120, 0.6)
    ground = rolling(c, 610, 16, mix(c.light.near, WHITE, 0.12))
    for index in range(17):
        x = index * 66 + c.dice.between(-22, 22)
        fir(c, x, level(ground, x) + 44, c.dice.between(120, 220), mix(JADE_DEEP, JADE, c.dice.between(0, 0.7)), True)
    rolling(c, 682, 8, hexed("eef3f0"))


def _massif(c: Canvas, x: float, top: float, half: float, rock: tuple[int, int, int], snow: float) -> None:
    foot = 620.0
    tall = foot - top
    ridge = [(x - half, foot), (x - half * 0.55, top + tall * 0.52), (x - half * 0.22, top + tall * 0.2), (x, top),
             (x + half * 0.18, top + tall * 0.17), (x + half * 0.5, top + tall * 0.5), (x + half, foot)]  # fmt: skip
    c.polygon(ridge, rock)
    shaded = [*ridge[3:], (x + half * 0.1, foot), (x - half * 0.06, top + tall * 0.3)]
    c.polygon(shaded, mix(rock, c.light.shade, 0.22))
    cap = [ridge[3]]
    edge = [
        *((-0.2, 0.19), (-0.3, 0.36), (-0.2, 0.3), (-0.14, 0.42), (-0.06, 0.32)),
        *((0.02, 0.46), (0.1, 0.31), (0.2, 0.4), (0.26, 0.27)),
    ]
    cap += [(x + half * dx, top + tall * dy * snow) for dx, dy in edge]
    c.polygon(cap, WHITE)
    c.polygon([ridge[3], (x + half * 0.02, top + tall * 0.44 * snow), *cap[-3:]], hexed("d5e3ea"))
