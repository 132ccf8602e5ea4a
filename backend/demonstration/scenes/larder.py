"""What the county grows and keeps: plums, smoked meat, starch noodles."""

from math import sin

from PIL import ImageDraw

from backend.demonstration.scenes.canvas import HEIGHT, SOFT, WIDTH, Canvas
from backend.demonstration.scenes.colours import (
    AMBER,
    HONEY,
    INK,
    IVORY,
    JADE,
    JADE_MID,
    LEAF,
    MOSS,
    WHITE,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    hexed,
    mix,
)
from backend.demonstration.scenes.landscape import backdrop, rolling


def plums(c: Canvas) -> None:
    """Green and red plums in a basket below their branch."""
    backdrop(c, 350, 200)
    rolling(c, 470, 12, mix(MOSS, JADE_MID, 0.4))
    c.gradient(mix(WOOD_LIGHT, IVORY, 0.25), WOOD_LIGHT, 560, 160)
    c.box(0, 556, WIDTH, 9, mix(WOOD_LIGHT, WHITE, 0.5))
    c.shadow(520, 672, 300, 36, 0.4)
    for row, count, y in ((0, 6, 440), (1, 7, 486), (2, 5, 402), (3, 3, 366)):
        for place in range(count):
            x = 520 + (place - (count - 1) / 2) * 76 + (row % 2) * 8
            _plum(c, x, y, 50)
    weave = hexed("c8995a")
    c.blob([(240, 496), (262, 620), (330, 672), (520, 682), (710, 672), (778, 620), (800, 496), (520, 520)], weave)
    for line in range(5):
        y = 520 + line * 34
        half = 272 - line * 14
        c.ribbon([(520 - half, y), (520, y + 20), (520 + half, y)], 9, mix(weave, WOOD_DARK, 0.28))
    for post in range(13):
        x = 262 + post * 43
        c.taper([(x, 508), (520 + (x - 520) * 0.78, 672)], 7, 5, mix(weave, IVORY, 0.35))
    c.ribbon([(236, 496), (520, 528), (804, 496)], 24, mix(weave, WOOD, 0.4))
    _branch(c)


def _plum(c: Canvas, x: float, y: float, radius: float) -> None:
    tone = c.dice.pick((hexed("b9c65a"), hexed("c8cf6a"), hexed("c9757a"), hexed("8f4664")))
    c.circle(x, y, radius, mix(tone, INK, 0.16))
    c.circle(x - 3, y - 3, radius * 0.93, tone)
    c.ellipse(x - radius * 0.34, y - radius * 0.38, radius * 0.28, radius * 0.2, mix(tone, WHITE, 0.6))
    c.ribbon(
        [(x + radius * 0.1, y - radius * 0.9), (x + radius * 0.3, y), (x + radius * 0.1, y + radius * 0.8)],
        3.4,
        mix(tone, INK, 0.2),
    )


def _branch(c: Canvas) -> None:
    c.taper([(1100, 30), (900, 90), (700, 96), (560, 150)], 30, 8, WOOD_DARK)
    c.taper([(860, 94), (800, 160), (770, 220)], 14, 5, WOOD_DARK)
    for x, y, way in (
        (980, 70, 1),
        (900, 90, -1),
        (820, 120, 1),
        (740, 100, -1),
        (660, 112, 1),
        (590, 140, -1),
        (790, 180, 1),
    ):
        c.blob(
            [(x, y), (x + 36, y - 30 * way), (x + 92, y - 44 * way), (x + 56, y - 6 * way)],
            c.dice.pick((JADE, JADE_MID, MOSS)),
        )
        c.ribbon([(x, y), (x + 46, y - 20 * way), (x + 88, y - 42 * way)], 2.4, LEAF)
    for x, y in ((770, 262), (930, 160), (640, 190)):
        c.ribbon([(x, y - 70), (x, y - 40)], 4, MOSS)
        _plum(c, x, y, 44)


def smoked_bacon(c: Canvas) -> None:
    """Bacon and sausages above a smoking hearth."""
    _smokehouse(c, beef=False)


def dried_beef(c: Canvas) -> None:
    """Lean dark strips of beef above a smoking hearth."""
    _smokehouse(c, beef=True)


def _smokehouse(c: Canvas, *, beef: bool) -> None:
    """What hangs from the beam, and the fire below it."""
    c.gradient(hexed("d8c2a0"), hexed("b9966a"))
    for board in range(10):
        c.line([(board * 116, -5), (board * 116, HEIGHT + 5)], 3, mix(WOOD_LIGHT, WOOD, 0.4))
    c.box(0, 92, WIDTH, 30, WOOD_DARK, round_=10)
    c.box(0, 92, WIDTH, 9, WOOD, round_=5)
    for place in range(8):
        x = 96 + place * 128 + c.dice.between(-12, 12)
        if beef:
            _beef(c, x, c.dice.between(200, 330))
        elif place % 3 == 2:
            _sausages(c, x)
        else:
            _bacon(c, x, c.dice.between(240, 340))
    c.gradient(hexed("8f6b49"), hexed("6d4d33"), 600, 120)
    c.box(0, 596, WIDTH, 10, WOOD)
    _hearth(c, 540, 690)


def _bacon(c: Canvas, x: float, length: float) -> None:
    c.line([(x, 100), (x, 150)], 5, HONEY)
    outline = [(x - 30, 146), (x - 42, 146 + length * 0.5), (x - 34, 146 + length), (x + 30, 146 + length * 0.97),
               (x + 44, 146 + length * 0.45), (x + 28, 146)]  # fmt: skip
    c.blob(outline, hexed("7c3b22"))
    c.blob([(px * 0.86 + x * 0.14, py) for px, py in outline], hexed("a4552f"))
    for stripe, tone in ((-0.42, hexed("f0cf9d")), (0.2, hexed("e9bd85"))):
        c.taper(
            [(x + 60 * stripe, 168), (x + 60 * stripe + 9, 146 + length * 0.5), (x + 60 * stripe, 130 + length)],
            17,
            12,
            tone,
        )


def _beef(c: Canvas, x: float, length: float) -> None:
    c.line([(x, 100), (x, 150)], 5, HONEY)
    tone = mix(hexed("4f2217"), hexed("74311f"), c.dice.between(0, 1))
    outline = [(x - 20, 146), (x - 36, 146 + length * 0.4), (x - 20, 146 + length), (x + 22, 146 + length * 0.94)]
    c.blob([*outline, (x + 38, 146 + length * 0.5), (x + 20, 146)], tone)
    for fibre in (-14, 2, 16):
        c.taper([(x + fibre, 170), (x + fibre * 1.3, 146 + length * 0.5), (x + fibre * 0.6, 120 + length)], 4, 3,
                mix(tone, HONEY, 0.25))  # fmt: skip


def _sausages(c: Canvas, x: float) -> None:
    c.line([(x, 100), (x, 140)], 4, HONEY)
    for strand in (-1, 1):
        for link in range(3):
            y = 150 + link * 92
            sx = x + strand * 27
            c.taper([(sx, y), (sx + strand * 9, y + 42), (sx, y + 84)], 34, 34, hexed("8e2f1c"))
            c.taper([(sx - 8, y + 12), (sx - 4, y + 62)], 7, 6, mix(hexed("8e2f1c"), WHITE, 0.35))
            c.box(sx - 6, y + 84, 12, 9, HONEY, round_=3)


def _hearth(c: Canvas, x: float, y: float) -> None:
    c.glow(x, y - 30, 220, AMBER, 0.7)
    for log in (-1, 1):
        c.taper([(x - 130 * log, y + 6), (x + 70 * log, y - 30)], 32, 26, WOOD_DARK)
    for flame, tone in ((1.0, hexed("e8632b")), (0.66, AMBER), (0.36, hexed("fff0b8"))):
        c.blob([(x - 62 * flame, y - 16), (x - 42 * flame, y - 66 * flame), (x - 8 * flame, y - 128 * flame),
                (x + 30 * flame, y - 74 * flame), (x + 58 * flame, y - 16), (x, y - 2)], tone)  # fmt: skip

    def smoke(pen: ImageDraw.ImageDraw) -> None:
        for wisp in (-90, 10, 120):
            path = [((x + wisp + 34 * sin(step / 2 + wisp)) / SOFT, (y - 110 - step * 46) / SOFT) for step in range(9)]
            pen.line(path, fill=255, width=6, joint="curve")

    c.soft(WHITE, smoke, blur=24, strength=0.42)


def noodle_rack(c: Canvas) -> None:
    """Starch noodles drying on racks in the sun."""
    backdrop(c, 340, 230)
    rolling(c, 430, 12, mix(MOSS, JADE_MID, 0.5))
    rolling(c, 560, 8, hexed("d8c7a0"), 0.6)
    for y, scale, shade in ((250, 0.72, 0.3), (330, 1.0, 0.0)):
        _rack(c, y, scale, shade)
    c.shadow(900, 690, 120, 20)
    c.ellipse(900, 676, 150, 44, mix(HONEY, WOOD, 0.5))
    c.ellipse(900, 668, 150, 44, mix(HONEY, WOOD, 0.2))
    for turn in range(5):
        c.ellipse(850 + turn * 26, 656 - (turn % 2) * 10, 46, 17, mix(hexed("efe3cc"), WOOD, 0.1 * (turn % 3)))


def _rack(c: Canvas, y: float, scale: float, shade: float) -> None:
    foot = y + 300 * scale
    wood, strand = mix(WOOD, c.light.mist, shade), mix(hexed("f4ead6"), c.light.mist, shade)
    for post in (60, 400, 740, 1060):
        for lean in (-24 * scale, 24 * scale):
            c.taper([(post + lean, foot + 20), (post, y - 14)], 13 * scale, 11 * scale, wood)
    c.line([(20, y), (1070, y)], 11 * scale, mix(wood, WOOD_DARK, 0.3))
    x = 84.0
    while x < 1040:
        length = 240 * scale * c.dice.between(0.92, 1.05)
        c.box(x, y - 4, 8.4 * scale, length, mix(strand, WOOD_LIGHT, c.dice.between(0, 0.5)), round_=4)
        x += 11.5 * scale
        if c.dice.chance(45):
            x += 26 * scale
    c.line([(20, y), (1070, y)], 6 * scale, mix(wood, IVORY, 0.25))
