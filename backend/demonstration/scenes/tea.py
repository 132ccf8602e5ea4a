"""Tea, from the leaf to the cup."""

from math import cos, pi, sin

from backend.demonstration.scenes.canvas import Canvas, arc
from backend.demonstration.scenes.colours import (
    AMBER,
    HONEY,
    IVORY,
    JADE,
    JADE_DEEP,
    JADE_MID,
    LEAF,
    MOSS,
    PAPER,
    STONE_DARK,
    TEA,
    WHITE,
    WOOD,
    WOOD_DARK,
    Colour,
    hexed,
    mix,
)
from backend.demonstration.scenes.landscape import backdrop, rolling, tea_rows
from backend.demonstration.scenes.table import cup, leaf_pair, table


def tea_cup(c: Canvas) -> None:
    """A pot and two cups of red tea on a tray."""
    table(c)
    c.shadow(540, 650, 420, 44, 0.45)
    c.box(110, 560, 860, 84, WOOD_DARK, round_=26)
    c.box(110, 548, 860, 78, WOOD, round_=26)
    for slat in range(1, 9):
        c.line([(130 + slat * 92, 552), (130 + slat * 92, 620)], 3, WOOD_DARK)
    _pot(c, 400, 470)
    for x, y, radius in ((700, 540, 78), (860, 556, 70)):
        c.shadow(x, y + radius, radius, 14, 0.4)
        cup(c, x, y, radius, TEA)
        c.steam(x, y - 14, 150, 2, 32)
    leaf_pair(c, 190, 640, 150)


def _pot(c: Canvas, x: float, y: float) -> None:
    """A round pot of purple clay."""
    clay = hexed("8c4a30")
    c.taper([(x + 120, y - 10), (x + 190, y - 40), (x + 226, y - 108)], 52, 22, clay)
    c.line(arc(x - 150, y - 10, 66, 78, 90, 270), 22, clay)
    c.blob([(x - 150, y - 60), (x - 168, y + 20), (x - 110, y + 92), (x, y + 106), (x + 110, y + 92), (x + 168, y + 20),
            (x + 150, y - 60), (x, y - 104)], clay)  # fmt: skip
    c.blob([(x - 112, y - 48), (x - 128, y + 10), (x - 88, y + 58), (x - 84, y - 10)], mix(clay, WHITE, 0.28))
    c.ellipse(x, y - 86, 104, 26, mix(clay, WOOD_DARK, 0.5))
    c.blob(
        [(x - 96, y - 90), (x - 50, y - 124), (x, y - 132), (x + 50, y - 124), (x + 96, y - 90), (x, y - 72)],
        mix(clay, AMBER, 0.14),
    )
    c.circle(x, y - 146, 20, clay)
    c.circle(x - 6, y - 152, 7, mix(clay, WHITE, 0.4))
    c.steam(x + 236, y - 110, 140, 1, 0)


GREEN = (JADE, JADE_MID, MOSS, LEAF, JADE_DEEP)
BLACK = (hexed("4a2a1a"), hexed("6b3b20"), hexed("33201a"))


def tea_leaves(c: Canvas) -> None:
    """Fresh leaves on a tray."""
    _tray(c, GREEN)


def dried_tea(c: Canvas) -> None:
    """Dried, twisted leaves on a tray."""
    _tray(c, BLACK)


def _tray(c: Canvas, tones: tuple[Colour, ...]) -> None:
    """A bamboo tray of leaves, a great bud before it, the garden behind."""
    backdrop(c, 300, 190)
    line = rolling(c, 360, 20, JADE)
    tea_rows(c, line, 4, LEAF, JADE_DEEP, 28)
    c.gradient(mix(WOOD, IVORY, 0.42), mix(WOOD, IVORY, 0.2), 520, 200)
    c.box(0, 516, 1080, 8, mix(WOOD, WHITE, 0.55))
    c.shadow(620, 640, 390, 60, 0.4)
    c.ellipse(620, 606, 392, 108, mix(HONEY, WOOD, 0.6))
    c.ellipse(620, 594, 392, 108, mix(HONEY, WOOD, 0.3))
    c.ellipse(620, 592, 356, 92, mix(HONEY, IVORY, 0.35))
    for weave in range(12):
        x = 300 + weave * 58
        reach = 84 * (1 - ((x - 620) / 360) ** 2) ** 0.5 if abs(x - 620) < 356 else 0
        c.line([(x, 592 - reach), (x, 592 + reach)], 3, mix(HONEY, WOOD, 0.35))
    for _ in range(150):
        angle, reach = c.dice.between(0, 2 * pi), c.dice.between(0, 1) ** 0.6
        x, y = 630 + 290 * reach * cos(angle), 590 + 62 * reach * sin(angle) - (1 - reach) * 52
        lean = c.dice.between(-26, 26)
        c.taper([(x - 22, y + lean * 0.3), (x, y - 9), (x + 24, y + lean * 0.4)], 13, 3, c.dice.pick(tones))
    leaf_pair(c, 190, 690, 400)


def tea_garden_cup(c: Canvas) -> None:
    """A white cup on a wall above the tea garden."""
    backdrop(c, 360, 240)
    line = rolling(c, 420, 26, JADE)
    tea_rows(c, line, 5, LEAF, JADE_DEEP, 30)
    c.gradient(mix(STONE_DARK, IVORY, 0.5), mix(STONE_DARK, IVORY, 0.3), 590, 130)
    c.box(0, 584, 1080, 12, mix(STONE_DARK, IVORY, 0.7))
    c.shadow(420, 662, 210, 30, 0.45)
    c.ellipse(420, 652, 220, 40, mix(PAPER, STONE_DARK, 0.2))
    c.ellipse(420, 644, 220, 40, PAPER)
    cup(c, 420, 500, 150, TEA)
    c.line(arc(574, 560, 50, 52, -80, 110), 17, mix(PAPER, STONE_DARK, 0.1))
    c.steam(420, 480, 250, 3, 50)
    leaf_pair(c, 790, 700, 230)
    for petal in range(5):
        c.ellipse(880 + 26 * cos(petal * 1.26), 650 + 15 * sin(petal * 1.26), 22, 14, WHITE)
    c.circle(880, 650, 10, AMBER)
