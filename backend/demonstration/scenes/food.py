"""What the county eats: noodles, hotpot, chicken, mooncakes, pickles."""

from math import cos, pi, sin

from backend.demonstration.scenes.canvas import WIDTH, Canvas, Point, arc
from backend.demonstration.scenes.colours import (
    AMBER,
    CORAL,
    HONEY,
    INK,
    IVORY,
    JADE,
    JADE_MID,
    LEAF,
    MOSS,
    NIGHT,
    PAPER,
    STONE_DARK,
    TEA,
    VERMILION,
    WHITE,
    WOOD,
    WOOD_LIGHT,
    Colour,
    hexed,
    mix,
)
from backend.demonstration.scenes.landscape import karst
from backend.demonstration.scenes.table import bowl, chopsticks, cup, plate, saucer, scatter, table


def noodle_bowl(c: Canvas) -> None:
    """A bowl of starch noodles in a red sauce."""
    table(c)
    c.ellipse(540, 600, 400, 92, mix(WOOD, IVORY, 0.5))
    bowl(c, 540, 380, 290, hexed("c9552a"))
    for strand in range(30):
        angle = c.dice.between(0, 2 * pi)
        px, py = 540 + 110 * cos(angle), 380 + 30 * sin(angle)
        bend = c.dice.between(40, 100)
        path = [(px - bend, py + c.dice.between(-20, 20)), (px, py - 22), (px + bend, py + c.dice.between(-18, 20))]
        c.ribbon(path, 8.5, mix(hexed("f2dfba"), hexed("dcb98a"), (strand % 5) / 5))
    c.blob([(430, 380), (480, 336), (560, 330), (640, 356), (650, 390), (560, 410)], hexed("8a3f20"))
    scatter(c, 545, 368, 90, 24, 26, (hexed("a85429"), hexed("6b2d15")), 11)
    scatter(c, 540, 372, 210, 56, 46, (LEAF, MOSS, JADE_MID), 8)
    scatter(c, 540, 380, 230, 60, 16, (VERMILION,), 7)
    c.steam(520, 320, 220, 3, 70)
    chopsticks(c, 720, 640)
    saucer(c, 170, 600, VERMILION)


def hotpot(c: Canvas) -> None:
    """A red and a pale broth in one pot."""
    _pot(c, hexed("b53818"), hexed("efd9a8"))


def _pot(c: Canvas, one: Colour, other: Colour | None) -> None:
    """A pot of one or two broths with plates around it."""
    table(c, 330)
    plates = [(150, 480, CORAL), (930, 480, LEAF), (240, 650, hexed("e9d9b8")), (850, 660, hexed("c86b4a"))]
    for left, top, tone in plates:
        plate(c, left, top, 120, tone)
    c.shadow(540, 640, 330, 60, 0.4)
    c.blob([(230, 470), (250, 590), (380, 656), (540, 668), (700, 656), (830, 590), (850, 470)], hexed("6f5a4a"))
    for side in (-1, 1):
        c.line(arc(540 + side * 340, 500, 44, 30, -90 * side - 90, 90 - 90 * side + 90), 15, hexed("57453a"))
    c.ellipse(540, 470, 318, 118, hexed("8f7561"))
    c.ellipse(540, 474, 294, 104, hexed("5d4a3d"))
    c.ellipse(540, 476, 286, 99, one)
    if other is not None:
        curve = [(540.0, 377.0), (470.0, 420.0), (540.0, 476.0), (610.0, 530.0), (540.0, 575.0)]
        c.polygon([*arc(540, 476, 286, 99, 90, 270, 30), *_through(curve)], other)
        c.ribbon(curve, 10, hexed("8f7561"))
    hot = (hexed("7e2410"), hexed("e0703a"), hexed("5a1a0c"), hexed("e9a34f"))
    mild = (LEAF, WHITE, hexed("c79a5b"), hexed("a86b3c"))
    pale = one[1] > 150
    scatter(c, 690, 470, 110, 60, 30, mild if pale else hot, 11)
    scatter(c, 390, 480, 96, 56, 18, hot if other is None and not pale else mild, 11)
    for _ in range(0 if pale else 6):
        x, y = c.dice.between(600, 780), c.dice.between(430, 520)
        c.taper([(x, y), (x + 22, y - 8), (x + 42, y + 2)], 10, 3, VERMILION)
    c.steam(540, 400, 280, 5, 84)


def _through(points: list[Point]) -> list[Point]:
    return [points[0], (482.0, 400.0), (474.0, 440.0), (540.0, 476.0), (606.0, 512.0), (598.0, 552.0), points[-1]]


def mutton_pot(c: Canvas) -> None:
    """A pale broth of mutton."""
    _pot(c, hexed("ecdcb4"), None)


def sour_soup(c: Canvas) -> None:
    """A red sour soup."""
    _pot(c, hexed("d1622e"), None)


def pepper_chicken(c: Canvas) -> None:
    """Sliced chicken under scallion and pepper."""
    _dish(c, egg=False)


def egg_rounds(c: Canvas) -> None:
    """Rounds of minced pork in a thin omelette."""
    _dish(c, egg=True)


def _dish(c: Canvas, *, egg: bool) -> None:
    """A plate for the middle of the table."""
    table(c)
    c.shadow(540, 580, 400, 70, 0.4)
    c.ellipse(540, 556, 400, 130, mix(PAPER, STONE_DARK, 0.22))
    c.ellipse(540, 540, 400, 130, PAPER)
    c.ellipse(540, 540, 360, 112, mix(JADE, hexed("3a6ea5"), 0.5))
    c.ellipse(540, 540, 352, 108, mix(PAPER, HONEY, 0.12))
    tone, rim = (hexed("e9b44c"), hexed("c98a2c")) if egg else (hexed("f0d5a6"), hexed("cf9f5e"))
    for ring, count in ((1.0, 14), (0.58, 9), (0.2, 4)):
        for piece in range(count):
            angle = 2 * pi * piece / count + ring
            x, y = 540 + 255 * ring * cos(angle), 516 + 70 * ring * sin(angle) - (1 - ring) * 40
            c.ellipse(x, y + 9, 62, 26, rim)
            c.ellipse(x, y, 62, 26, tone)
            c.ellipse(x, y - 2, 44, 16, hexed("e58f6a") if egg else mix(tone, WHITE, 0.4))
    scatter(c, 540, 490, 220, 60, 70, (LEAF, MOSS, JADE, JADE_MID), 10)
    scatter(c, 540, 490, 240, 66, 22, (VERMILION, hexed("7e2410")), 7)
    saucer(c, 170, 640, hexed("7a3317"))
    chopsticks(c, 720, 690)
    for lean in (-1, 0, 1):
        c.taper([(900, 520), (930 + lean * 20, 440), (950 + lean * 46, 370)], 9, 3, JADE)


def mooncake(c: Canvas) -> None:
    """Flaky cakes under the autumn moon."""
    c.light = NIGHT
    c.gradient(hexed("27435a"), hexed("6d8796"))
    c.glow(800, 190, 200, hexed("fff1c4"), 0.6)
    c.circle(800, 190, 110, hexed("fdeebd"))
    karst(c, 430, 170, 0.35, 7)
    c.mist(450, 130, 0.5)
    c.gradient(mix(WOOD, IVORY, 0.15), WOOD, 450, 270)
    c.box(0, 450, WIDTH, 8, mix(WOOD_LIGHT, WHITE, 0.3))
    c.shadow(500, 620, 330, 56, 0.45)
    c.ellipse(500, 606, 330, 96, mix(PAPER, STONE_DARK, 0.25))
    c.ellipse(500, 592, 330, 96, PAPER)
    c.ellipse(500, 592, 292, 80, mix(PAPER, hexed("5b86b0"), 0.16))
    for x, y in ((370, 570), (630, 570), (500, 606), (500, 500)):
        _cake(c, x, y, 118)
    c.shadow(900, 640, 70, 16)
    cup(c, 900, 590, 70, TEA)


def _cake(c: Canvas, x: float, y: float, radius: float) -> None:
    crust = hexed("d99a4e")
    c.blob(
        [(x - radius, y - 30), (x - radius, y + 16), (x, y + 44), (x + radius, y + 16), (x + radius, y - 30)],
        mix(crust, TEA, 0.3),
    )
    for petal in range(16):
        angle = 2 * pi * petal / 16
        c.ellipse(x + radius * 0.88 * cos(angle), y - 30 + radius * 0.32 * sin(angle), 22, 11, mix(crust, TEA, 0.12))
    c.ellipse(x, y - 32, radius * 0.9, radius * 0.33, crust)
    c.line(arc(x, y - 32, radius * 0.66, radius * 0.23, 0, 360), 4, mix(crust, TEA, 0.45))
    for petal in range(8):
        angle = 2 * pi * petal / 8
        c.ellipse(x + radius * 0.36 * cos(angle), y - 32 + radius * 0.13 * sin(angle), 19, 8, mix(crust, IVORY, 0.35))
    c.circle(x, y - 32, 9, VERMILION)


def pickled_cucumber(c: Canvas) -> None:
    """Cucumbers out of the lees."""
    _jar(c, cucumber=True)


def red_tofu(c: Canvas) -> None:
    """Fermented tofu in chilli."""
    _jar(c, cucumber=False)


def _jar(c: Canvas, *, cucumber: bool) -> None:
    """An earthen jar and a bowl of what it holds."""
    table(c)
    c.shadow(470, 640, 220, 44, 0.45)
    clay = c.dice.pick((hexed("7a4a2e"), hexed("5f5346"), hexed("84552f")))
    c.blob(
        [(360, 250), (268, 360), (262, 500), (340, 626), (470, 650), (600, 626), (678, 500), (672, 360), (580, 250)],
        clay,
    )
    c.blob([(380, 270), (318, 370), (316, 490), (360, 560), (352, 420)], mix(clay, WHITE, 0.28))
    c.ribbon([(268, 400), (470, 440), (672, 400)], 12, mix(clay, INK, 0.35))
    c.ribbon([(264, 430), (470, 470), (676, 430)], 5, mix(clay, HONEY, 0.4))
    c.ellipse(470, 244, 128, 38, mix(clay, INK, 0.35))
    c.blob([(340, 236), (380, 190), (470, 172), (560, 190), (600, 236), (470, 268)], VERMILION)
    c.blob([(380, 214), (430, 186), (520, 186), (470, 214)], mix(VERMILION, WHITE, 0.25))
    c.ribbon([(346, 246), (470, 276), (594, 246)], 9, HONEY)
    for knot in (-1, 1):
        c.taper([(470, 274), (470 + knot * 30, 306), (470 + knot * 44, 350)], 9, 5, HONEY)
    bowl(c, 850, 560, 150, mix(HONEY, MOSS, 0.3) if cucumber else mix(VERMILION, AMBER, 0.25))
    for _ in range(9):
        x, y = c.dice.between(760, 930), c.dice.between(535, 578)
        if cucumber:
            c.taper(
                [(x - 30, y + 4), (x, y - 10), (x + 30, y - 2)], 20, 15, c.dice.pick((MOSS, hexed("8c9a3c"), JADE_MID))
            )
        else:
            c.box(x - 22, y - 16, 44, 26, c.dice.pick((hexed("c6432a"), hexed("d9693f"), hexed("b5381f"))), round_=6)
    _chillies(c, 150, 650)


def _chillies(c: Canvas, x: float, y: float) -> None:
    for dx, dy, lean in ((0, 0, -14), (60, 16, 8), (-40, 24, 20), (24, 40, -6)):
        c.taper([(x + dx, y + dy), (x + dx + 46, y + dy + lean), (x + dx + 98, y + dy + lean * 0.4)], 21, 3, VERMILION)
        c.taper([(x + dx, y + dy), (x + dx - 16, y + dy - 8), (x + dx - 26, y + dy - 22)], 7, 4, JADE)
