"""Tickets over the county: what a campaign's page and poster show."""

from collections.abc import Callable
from math import cos, pi, sin

from backend.demonstration.scenes.canvas import HEIGHT, WIDTH, Canvas, Point, arc
from backend.demonstration.scenes.colours import (
    AMBER,
    CORAL,
    HONEY,
    INK,
    IVORY,
    JADE,
    JADE_DEEP,
    JADE_MID,
    LEAF,
    MOSS,
    PAPER,
    STONE,
    TEA,
    VERMILION,
    WHITE,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    Colour,
    hexed,
    mix,
)
from backend.demonstration.scenes.landscape import backdrop, bamboo, house, level, rolling, round_tree
from backend.demonstration.scenes.shops import bowl_sign
from backend.demonstration.scenes.stays import paper_lantern
from backend.demonstration.scenes.table import leaf_pair, table


def ticket(c: Canvas, x: float, y: float, width: float, tilt: float, colour: Colour) -> None:
    """A voucher around its middle, turned by ``tilt`` degrees: a stub, a perforation, a yuan sign, lines of rules."""
    turn = tilt * pi / 180
    height = width * 0.46

    def at(px: float, py: float) -> Point:
        """From the ticket's own axes (halves of width and height) to the sheet."""
        dx, dy = px * width / 2, py * height / 2
        return x + dx * cos(turn) - dy * sin(turn), y + dx * sin(turn) + dy * cos(turn)

    corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
    c.polygon([(px + 10, py + 14) for px, py in (at(*corner) for corner in corners)], c.light.shade, 0.28)
    c.polygon([at(*corner) for corner in corners], colour)
    c.polygon([at(-0.965, -0.92), at(0.965, -0.92), at(0.965, 0.92), at(-0.965, 0.92)], mix(colour, PAPER, 0.14))
    c.polygon([at(-0.94, -0.86), at(0.94, -0.86), at(0.94, 0.86), at(-0.94, 0.86)], colour)
    for edge in (-0.98, 0.98):
        c.circle(*at(0.42, edge), width * 0.024, mix(colour, INK, 0.45))
    for dot in range(9):
        c.circle(*at(0.42, -0.76 + dot * 0.19), width * 0.008, PAPER)
    _yuan(c, at, width)
    for row, length in ((-0.3, 0.5), (0.0, 0.56), (0.3, 0.42)):
        c.line([at(-0.28, row), at(-0.28 + length, row)], width * 0.022, mix(colour, PAPER, 0.62))
    c.circle(*at(0.7, 0), width * 0.082, PAPER)
    c.circle(*at(0.7, 0), width * 0.064, colour)
    c.line([at(0.655, 0), at(0.69, 0.1), at(0.75, -0.13)], width * 0.019, PAPER)


def _yuan(c: Canvas, at: Callable[[float, float], Point], width: float) -> None:
    """The sign ¥ as strokes, so that no font is needed."""
    stroke = width * 0.032
    c.line([at(-0.76, -0.5), at(-0.6, -0.06), at(-0.44, -0.5)], stroke, PAPER)
    c.line([at(-0.6, -0.06), at(-0.6, 0.52)], stroke, PAPER)
    c.line([at(-0.73, 0.04), at(-0.47, 0.04)], stroke * 0.8, PAPER)
    c.line([at(-0.73, 0.24), at(-0.47, 0.24)], stroke * 0.8, PAPER)


def campaign_county(c: Canvas) -> None:
    """Four tickets, one for each trade, over the hills at ten in the morning."""
    backdrop(c, 420, 270)
    ground = rolling(c, 520, 16, mix(MOSS, LEAF, 0.25))
    for x, width in ((120, 170), (950, 190)):
        house(c, x, level(ground, x) + 40, width, 2)
        round_tree(c, x + (120 if x < 500 else -130), level(ground, x) + 46, 130, JADE)
    rolling(c, 610, 10, JADE)
    _garland(c, 36)
    for x, y, tilt, tone in ((330, 410, -14, JADE), (760, 392, 12, hexed("2f6482")), (420, 548, -5, AMBER)):
        ticket(c, x, y, 380, tilt, tone)
    ticket(c, 650, 530, 470, 5, VERMILION)
    _sparkles(c)


def _garland(c: Canvas, y: float) -> None:
    """Paper lanterns and flags on a line from edge to edge."""
    line: list[Point] = [(x, y + 46 * sin(pi * x / WIDTH)) for x in range(-20, WIDTH + 21, 20)]
    c.line(line, 4, WOOD_DARK)
    for place in range(13):
        x = 30 + place * 85
        top = y + 46 * sin(pi * x / WIDTH)
        if place % 3 == 1:
            paper_lantern(c, x, top)
        else:
            tone = (AMBER, JADE_MID, CORAL)[place % 3]
            c.polygon([(x - 20, top + 2), (x + 20, top + 2), (x, top + 46)], tone)


def _sparkles(c: Canvas) -> None:
    for _ in range(22):
        x, y = c.dice.between(60, WIDTH - 60), c.dice.between(150, 640)
        size, tone = c.dice.between(5, 11), c.dice.pick((HONEY, PAPER, CORAL))
        c.polygon([(x, y - size), (x + size * 0.3, y), (x, y + size), (x - size * 0.3, y)], tone)
        c.polygon([(x - size, y), (x, y + size * 0.3), (x + size, y), (x, y - size * 0.3)], tone)


def campaign_everyday(c: Canvas) -> None:
    """A basket from the market and a bowl, with two tickets among them."""
    table(c, 440)
    ticket(c, 800, 470, 330, 14, JADE)
    _basket(c, 400, 640)
    ticket(c, 780, 590, 400, -6, VERMILION)
    c.shadow(140, 676, 70, 14)
    c.circle(140, 612, 66, PAPER)
    c.circle(140, 612, 58, mix(PAPER, CORAL, 0.14))
    bowl_sign(c, 140, 614)


def _basket(c: Canvas, x: float, y: float) -> None:
    c.shadow(x, y + 18, 240, 34, 0.45)
    c.line(arc(x, y - 180, 176, 210, 180, 360), 20, WOOD)
    for dx, lean in ((-120, -26), (-84, -10), (-140, -48)):
        c.taper([(x + dx, y - 150), (x + dx + lean * 0.5, y - 260), (x + dx + lean, y - 350)], 17, 5, JADE_MID)
    c.blob([(x - 30, y - 160), (x - 80, y - 260), (x - 20, y - 330), (x + 40, y - 262), (x + 16, y - 160)], LEAF)
    for vein in (-26, 0, 22):
        c.ribbon([(x - 8, y - 170), (x - 10 + vein * 0.6, y - 240), (x - 16 + vein, y - 300)], 5, IVORY)
    c.blob([(x + 70, y - 170), (x + 120, y - 292), (x + 160, y - 296), (x + 150, y - 170)], hexed("e07b39"))
    c.taper([(x + 140, y - 292), (x + 150, y - 330), (x + 178, y - 352)], 9, 4, JADE)
    for dx, tone in (
        (-150, VERMILION),
        (-96, VERMILION),
        (-30, AMBER),
        (30, hexed("6d3b5e")),
        (86, VERMILION),
        (150, AMBER),
    ):
        c.circle(x + dx, y - 168, 42, mix(tone, INK, 0.1))
        c.circle(x + dx - 4, y - 172, 38, tone)
        c.ellipse(x + dx - 16, y - 188, 11, 8, mix(tone, WHITE, 0.55))
    weave = hexed("c8995a")
    c.polygon([(x - 220, y - 160), (x + 220, y - 160), (x + 176, y + 20), (x - 176, y + 20)], weave)
    for row in range(5):
        ry, half = y - 138 + row * 36, 214 - row * 9
        c.line([(x - half, ry), (x + half, ry)], 12, mix(weave, WOOD_DARK, 0.26))
        for post in range(12):
            px = x - half + (post + (row % 2) * 0.5) * half / 5.8
            c.box(px, ry - 14, 15, 28, mix(weave, IVORY, 0.25), round_=5)
    c.box(x - 232, y - 176, 464, 26, mix(weave, WOOD, 0.5), round_=13)


def campaign_welcome(c: Canvas) -> None:
    """A road into the hills toward lit houses, a suitcase beside it, one ticket."""
    backdrop(c, 400, 290)
    ground = rolling(c, 470, 18, mix(MOSS, LEAF, 0.2))
    for x, width in ((640, 200), (840, 250), (480, 150)):
        house(c, x, level(ground, x) + 36, width, 2 if width > 180 else 1)
    rolling(c, 580, 10, mix(MOSS, JADE_MID, 0.3))
    road = hexed("e2d3b2")
    c.blob([(690, 508), (720, 508), (700, 560), (800, 620), (720, 740), (300, 740), (560, 620), (640, 560)], road)
    c.ribbon([(704, 520), (676, 566), (690, 620), (520, 730)], 5, mix(road, WOOD, 0.35))
    bamboo(c, 1010, 680, 380)
    _suitcase(c, 250, 664)
    ticket(c, 760, 610, 340, -7, VERMILION)
    leaf_pair(c, 70, 716, 150)


def _suitcase(c: Canvas, x: float, y: float) -> None:
    tone = c.dice.pick((hexed("2f6482"), TEA, JADE))
    c.shadow(x, y + 8, 150, 22, 0.45)
    for side in (-44, 44):
        c.box(x + side - 5, y - 360, 10, 120, STONE)
    c.box(x - 54, y - 372, 108, 20, INK, round_=10)
    for wheel in (-90, 90):
        c.circle(x + wheel, y, 17, INK)
    c.box(x - 130, y - 250, 260, 246, mix(tone, INK, 0.3), round_=30)
    c.box(x - 130, y - 254, 250, 242, tone, round_=30)
    for rib in range(4):
        c.box(x - 96 + rib * 56, y - 236, 13, 206, mix(tone, WHITE, 0.16), round_=6)
    c.box(x - 130, y - 142, 250, 15, mix(tone, INK, 0.3))
    c.box(x - 30, y - 150, 52, 32, HONEY, round_=5)
    c.blob([(x + 52, y - 216), (x + 60, y - 240), (x + 100, y - 232), (x + 96, y - 204)], mix(LEAF, JADE_DEEP, 0.3))
    c.circle(x - 84, y - 206, 25, PAPER)
    c.polygon([(x - 104, y - 196), (x - 90, y - 222), (x - 82, y - 210), (x - 74, y - 222), (x - 62, y - 196)], JADE)
    c.box(x - 120, y - 60, 230, 4, mix(tone, WOOD_LIGHT, 0.3))
    c.line([(x - 130, HEIGHT + 9), (x + 120, HEIGHT + 9)], 2, WOOD)
