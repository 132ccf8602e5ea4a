"""A quiet room with a table, and what can stand on it."""

from math import cos, pi, sin

from backend.demonstration.scenes.canvas import HEIGHT, WIDTH, Canvas, arc, smooth
from backend.demonstration.scenes.colours import (
    INK,
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
    WOOD_LIGHT,
    Colour,
    hexed,
    mix,
)

CLOTHS = (hexed("dfe9e2"), hexed("f6e3cc"), hexed("f3dcd3"), hexed("e4e7d2"))


def table(c: Canvas, y: float = 430) -> None:
    """A quiet room: a wall with a round window onto the hills, a wooden table top."""
    wall = c.dice.pick(CLOTHS)
    c.gradient(mix(wall, WHITE, 0.35), wall)
    x = c.dice.pick((250.0, 830.0))
    _moon_window(c, x, 210, 170)
    c.gradient(mix(WOOD_LIGHT, IVORY, 0.2), mix(WOOD_LIGHT, WOOD, 0.35), y, HEIGHT - y)
    c.box(0, y, WIDTH, 8, mix(WOOD_LIGHT, WHITE, 0.45))
    for board in range(1, 4):
        by = y + 14 + board * board * 22
        c.line([(-5, by), (WIDTH + 5, by)], 2 + board * 0.6, mix(WOOD_LIGHT, WOOD, 0.6))


def _moon_window(c: Canvas, x: float, y: float, radius: float) -> None:
    c.circle(x, y, radius + 16, WOOD)
    c.circle(x, y, radius + 7, WOOD_DARK)
    c.circle(x, y, radius, c.light.sky_low)
    c.circle(x + 50, y - 60, 30, mix(c.light.sun, WHITE, 0.2))
    for shift, depth, tall in ((-20, 0.1, 120), (40, 0.45, 70)):
        tone = mix(c.light.far, c.light.near, depth)
        hill = []
        for step in range(41):
            angle = pi * step / 40
            px = x - radius * cos(angle)
            floor = y + radius * sin(angle)
            ridge = y + 66 + shift - tall * (0.5 + 0.5 * sin(px / (34 + shift * 0.3) + shift)) * sin(angle)
            hill.append((px, min(ridge, floor)))
        c.polygon([*hill, *arc(x, y, radius, radius, 0, 180, 30)], tone)


def bowl(c: Canvas, x: float, y: float, radius: float, soup: Colour, glaze: Colour = PAPER) -> None:
    """A deep bowl seen from a little above; (x, y) is the middle of its mouth."""
    c.shadow(x, y + radius * 0.86, radius * 0.9, radius * 0.2, 0.4)
    tilt = radius * 0.3
    side = [(x + radius, y), (x + radius * 0.84, y + radius * 0.42), (x + radius * 0.42, y + radius * 0.78)]
    right = smooth(side, closed=False)
    c.polygon([*right, *((2 * x - px, py) for px, py in reversed(right))], mix(glaze, STONE_DARK, 0.12))
    c.box(x - radius * 0.4, y + radius * 0.72, radius * 0.8, radius * 0.13, mix(glaze, STONE_DARK, 0.25), round_=8)
    band = mix(JADE, hexed("3a6ea5"), 0.5)
    for petal in range(9):
        angle = 0.3 + petal * 0.317
        c.circle(x + radius * 0.8 * cos(angle), y + radius * 0.26 + radius * 0.2 * sin(angle), radius * 0.045, band)
    c.ellipse(x, y, radius, tilt, glaze)
    c.ellipse(x, y + 3, radius * 0.93, tilt * 0.88, band)
    c.ellipse(x, y + 4, radius * 0.91, tilt * 0.86, soup)


def plate(c: Canvas, x: float, y: float, radius: float, food: Colour) -> None:
    """A small plate of raw slices for the pot."""
    c.shadow(x, y + 14, radius, radius * 0.26)
    c.ellipse(x, y + 6, radius, radius * 0.34, mix(PAPER, STONE_DARK, 0.2))
    c.ellipse(x, y, radius, radius * 0.34, PAPER)
    c.ellipse(x, y + 1, radius * 0.76, radius * 0.24, mix(PAPER, STONE_DARK, 0.08))
    for row in range(7):
        angle = row * 2 * pi / 7
        px, py = x + radius * 0.42 * cos(angle), y - 6 + radius * 0.13 * sin(angle)
        c.ellipse(px, py, radius * 0.26, radius * 0.1, mix(food, WHITE, 0.12 * (row % 3)))
        c.ellipse(px - 4, py - 4, radius * 0.15, radius * 0.04, mix(food, WHITE, 0.45))


def saucer(c: Canvas, x: float, y: float, sauce: Colour) -> None:
    """A dip."""
    c.shadow(x, y + 12, 84, 18)
    c.ellipse(x, y + 6, 86, 30, mix(PAPER, STONE_DARK, 0.25))
    c.ellipse(x, y, 86, 30, PAPER)
    c.ellipse(x, y + 2, 66, 21, sauce)
    c.ellipse(x - 18, y - 4, 22, 5, mix(sauce, WHITE, 0.35))


def cup(c: Canvas, x: float, y: float, radius: float, tea: Colour) -> None:
    """A cup without a handle, filled."""
    side = [(x + radius, y), (x + radius * 0.7, y + radius * 0.8), (x, y + radius)]
    c.blob([*side, *((2 * x - px, py) for px, py in reversed(side[:2]))], mix(PAPER, STONE_DARK, 0.14))
    c.ellipse(x, y, radius, radius * 0.3, PAPER)
    c.ellipse(x, y + 2, radius * 0.86, radius * 0.23, tea)
    c.ellipse(x - radius * 0.2, y - 2, radius * 0.34, radius * 0.06, mix(tea, WHITE, 0.4))


def steaming_cup(c: Canvas, x: float, y: float, radius: float, tea: Colour) -> None:
    """A cup for other still lifes."""
    c.shadow(x, y + radius, radius, radius * 0.24)
    cup(c, x, y, radius, tea)
    c.steam(x, y - 10, radius * 1.9, 2, radius * 0.4)


def chopsticks(c: Canvas, x: float, y: float, length: float = 330) -> None:
    """A pair lying on the table."""
    for gap in (0, 20):
        c.taper([(x, y + gap), (x + length, y - 46 + gap * 0.6)], 9, 5, TEA)
        c.taper([(x, y + gap), (x + length * 0.22, y - 10 + gap * 0.9)], 9, 8, INK)


def scatter(
    c: Canvas, x: float, y: float, rx: float, ry: float, count: int, colours: tuple[Colour, ...], size: float
) -> None:
    """Small bits strewn over an ellipse: scallion, chilli, sesame."""
    for _ in range(count):
        angle, reach = c.dice.between(0, 2 * pi), c.dice.between(0, 1) ** 0.5
        px, py = x + rx * reach * cos(angle), y + ry * reach * sin(angle)
        c.ellipse(px, py, size * c.dice.between(0.7, 1.2), size * 0.6, c.dice.pick(colours))


def leaf_pair(c: Canvas, x: float, y: float, size: float) -> None:
    """One bud and two leaves, as good tea is picked."""
    c.taper([(x, y), (x + 4, y - size * 0.5), (x, y - size * 0.8)], size * 0.05, size * 0.03, MOSS)
    for way in (-1, 1):
        base = y - size * (0.36 if way < 0 else 0.5)
        c.blob([(x, base), (x + way * size * 0.3, base - size * 0.28), (x + way * size * 0.66, base - size * 0.38),
                (x + way * size * 0.4, base - size * 0.02)], JADE_MID if way < 0 else JADE)  # fmt: skip
        c.ribbon(
            [(x, base), (x + way * size * 0.34, base - size * 0.17), (x + way * size * 0.62, base - size * 0.36)],
            size * 0.02,
            LEAF,
        )
    c.blob(
        [
            (x - size * 0.06, y - size * 0.72),
            (x - size * 0.09, y - size * 0.95),
            (x, y - size * 1.2),
            (x + size * 0.08, y - size * 0.93),
        ],
        LEAF,
    )
    c.ribbon([(x, y - size * 0.76), (x, y - size * 1.1)], size * 0.016, JADE_DEEP)
