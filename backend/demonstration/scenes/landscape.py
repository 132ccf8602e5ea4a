"""Hills, trees, water and houses: what stands behind and around everything in the county."""

from collections.abc import Sequence
from math import exp, pi, sin

from backend.demonstration.scenes.canvas import HEIGHT, WIDTH, Canvas, Point, arc
from backend.demonstration.scenes.colours import (
    BLOSSOM,
    HONEY,
    IVORY,
    JADE_DEEP,
    LEAF,
    STONE,
    STONE_DARK,
    TILE,
    TILE_DARK,
    WALL,
    WALL_SHADE,
    WATER,
    WATER_DEEP,
    WHITE,
    WOOD,
    WOOD_DARK,
    Colour,
    mix,
)


def sky(c: Canvas, horizon: float = 470) -> None:
    """Sky with a low sun somewhere over the horizon."""
    light = c.light
    c.gradient(light.sky_high, light.sky_low, 0, horizon + 40)
    x, y = c.dice.between(180, 900), c.dice.between(110, 190)
    c.glow(x, y, 150, light.sun, 0.55)
    c.circle(x, y, 46, mix(light.sun, WHITE, 0.35))


def karst(c: Canvas, base: float, tall: float, depth: float, peaks: int) -> None:
    """One row of karst peaks: steep shoulders, round heads. ``depth`` 0 is far and pale, 1 is near and dark."""
    colour = mix(c.light.far, c.light.near, depth)
    bumps = [
        (
            WIDTH * (index + c.dice.between(-0.1, 1.1)) / peaks,
            tall * c.dice.between(0.45, 1),
            c.dice.between(70, 130) * (7 / max(peaks, 4)) ** 0.6,
        )
        for index in range(peaks)
    ]
    line = []
    for x in range(-12, WIDTH + 13, 8):
        near = [(abs(x - middle) / half, top) for middle, top, half in bumps if abs(x - middle) < half * 3]
        height = max((_peak(t) * top for t, top in near), default=0.0)
        line.append((float(x), base - height - 8 * sin(x / 90 + peaks)))
    c.polygon([*line, (WIDTH + 12, HEIGHT), (-12, HEIGHT)], colour)
    _gullies(c, bumps, base, mix(colour, c.light.mist, 0.16))


def _peak(t: float) -> float:
    """Height of a karst cone at ``t`` half-widths from its middle: flat on top, steep at the side, a little scree."""
    return exp(-(t**2.7)) * 0.94 + 0.06 * exp(-t)


def _gullies(c: Canvas, bumps: Sequence[tuple[float, float, float]], base: float, colour: Colour) -> None:
    """A lit side on the larger peaks, as a brush would leave it."""
    for middle, top, half in bumps:
        if top < 70:
            continue
        c.taper(
            [
                (middle + half * 0.12, base - top * 0.93),
                (middle + half * 0.42, base - top * 0.66),
                (middle + half * 0.5, base - top * 0.34),
            ],
            2,
            half * 0.2,
            colour,
        )


def backdrop(c: Canvas, horizon: float = 430, tall: float = 240) -> None:
    """Sky and three rows of karst peaks that stand in mist."""
    sky(c, horizon)
    for depth, height, drop, peaks in ((0.05, 1.0, -34, 8), (0.3, 0.72, 0, 7), (0.62, 0.42, 40, 9)):
        karst(c, horizon + drop, tall * height, depth, peaks)
        c.mist(horizon + drop + 26, 150, 0.8)


def rolling(c: Canvas, y: float, swell: float, colour: Colour, waves: float = 1.3) -> list[Point]:
    """A gentle slope from edge to edge down to the bottom; returns its upper line."""
    phase = c.dice.between(0, 2 * pi)
    line = [
        (float(x), y + swell * sin(phase + waves * 2 * pi * x / WIDTH) + swell * 0.3 * sin(phase * 2 + x / 97))
        for x in range(-12, WIDTH + 13, 12)
    ]
    c.polygon([*line, (WIDTH + 12, HEIGHT), (-12, HEIGHT)], colour)
    return line


def level(line: Sequence[Point], x: float) -> float:
    """The height of a slope's line at ``x``."""
    return min(line, key=lambda point: abs(point[0] - x))[1]


def round_tree(c: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    """A broad-leaved tree standing at (x, y)."""
    c.taper([(x, y), (x - size * 0.03, y - size * 0.4), (x, y - size * 0.7)], size * 0.11, size * 0.05, WOOD_DARK)
    dark = mix(colour, JADE_DEEP, 0.5)
    for dx, dy, radius in ((-0.26, -0.54, 0.22), (0.26, -0.52, 0.23), (0, -0.5, 0.24)):
        c.circle(x + size * dx, y + size * dy, size * radius, dark)
    for dx, dy, radius in (
        (-0.3, -0.66, 0.2),
        (0.3, -0.64, 0.21),
        (-0.14, -0.86, 0.23),
        (0.15, -0.88, 0.23),
        (0, -0.68, 0.3),
    ):
        c.circle(x + size * dx, y + size * dy, size * radius, colour)
    for place in range(4 if size < 160 else 9):
        # Tufts of lit leaves, on the side of the sky.
        angle = c.dice.between(0, 2 * pi)
        reach = size * c.dice.between(0.08, 0.3)
        tuft = size * c.dice.between(0.05, 0.1)
        lit = mix(colour, LEAF, c.dice.between(0.2, 0.45))
        c.ellipse(
            x - size * 0.05 + reach * sin(angle),
            y - size * 0.76 + reach * 0.8 * sin(angle + pi / 2),
            tuft * 1.2,
            tuft,
            lit,
        )
        if place % 2:
            c.ellipse(
                x - size * 0.12 + reach * sin(angle * 2), y - size * 0.8, tuft * 0.7, tuft * 0.5, mix(lit, LEAF, 0.4)
            )


def fir(c: Canvas, x: float, y: float, size: float, colour: Colour, snow: bool = False) -> None:
    """A fir of the high forest."""
    c.box(x - size * 0.03, y - size * 0.16, size * 0.06, size * 0.16, WOOD_DARK)
    for tier in range(4):
        top = y - size * (1 - tier * 0.2)
        half = size * (0.12 + tier * 0.065)
        foot = top + size * 0.34
        c.polygon([(x, top), (x + half, foot), (x, foot - size * 0.05), (x - half, foot)], colour)
        if snow:
            c.polygon([(x, top), (x - half * 0.62, top + size * 0.2), (x, top + size * 0.14)], WHITE, 0.9)


def bamboo(c: Canvas, x: float, y: float, size: float) -> None:
    """A clump of bamboo, leaning as it grows."""
    for stalk in range(5):
        lean = (stalk - 2) * size * 0.07 + c.dice.between(-6, 6)
        foot, tall = x + (stalk - 2) * 11, size * c.dice.between(0.8, 1)
        colour = mix(c.light.near, LEAF, c.dice.between(0.3, 0.6))
        path = [(foot, y), (foot + lean * 0.3, y - tall * 0.5), (foot + lean, y - tall)]
        c.ribbon(path, 6, colour)
        for leaf in range(7):
            part = 0.42 + leaf * 0.09
            lx, ly = foot + lean * part * part, y - tall * part
            side = 1 if (leaf + stalk) % 2 else -1
            c.blob([(lx, ly), (lx + side * 26, ly - 3), (lx + side * 48, ly + 16), (lx + side * 24, ly + 9)], colour)


def blossom_tree(c: Canvas, x: float, y: float, size: float, petals: Colour = BLOSSOM) -> None:
    """A plum tree in bloom: a bent trunk and clouds of petals."""
    c.taper([(x, y), (x + size * 0.05, y - size * 0.3), (x - size * 0.04, y - size * 0.62)], size * 0.1, 5, WOOD_DARK)
    for dx, dy in ((-0.36, -0.72), (0.34, -0.68), (0.1, -0.9)):
        c.taper([(x + size * 0.03, y - size * 0.34), (x + size * dx, y + size * dy)], size * 0.045, 3, WOOD_DARK)
    for _ in range(26):
        angle = c.dice.between(0, 2 * pi)
        reach = c.dice.between(0.05, 0.44)
        px = x + size * reach * 1.15 * sin(angle)
        py = y - size * 0.74 + size * reach * 0.72 * sin(angle + pi / 2)
        tone = mix(petals, WHITE, c.dice.between(0, 0.75))
        c.circle(px, py, size * c.dice.between(0.06, 0.115), tone)


def house(c: Canvas, x: float, y: float, width: float, storeys: int = 1) -> None:
    """A farmhouse of southern Sichuan: white walls, dark timber, a wide grey roof. (x, y) is the middle of its foot."""
    height = storeys * width * 0.3 + width * 0.06
    half = width / 2
    c.box(x - half, y - height, width, height, WALL)
    c.box(x - half, y - height, width, height * 0.16, WALL_SHADE)
    for post in range(5):
        c.box(x - half + post * (width - 7) / 4, y - height, 7, height, WOOD)
    for storey in range(storeys):
        floor = y - storey * width * 0.3
        c.box(x - half, floor - width * 0.3, width, 6, WOOD)
        for window in range(4):
            _window(c, x - half + width * (0.125 + window * 0.25), floor - width * 0.17, width * 0.11, storey, window)
    c.box(x - half - 8, y - 9, width + 16, 9, STONE)
    roof(c, x, y - height, half + width * 0.1, width * 0.24)


def _window(c: Canvas, x: float, y: float, side: float, storey: int, place: int) -> None:
    if storey == 0 and place == 1:
        c.box(x - side * 0.6, y - side * 0.7, side * 1.2, side * 2.2, WOOD_DARK)
        return
    c.box(x - side / 2, y - side / 2, side, side, HONEY if c.light.dark or place == 2 else mix(WOOD_DARK, STONE, 0.35))
    c.line([(x, y - side / 2), (x, y + side / 2)], 3, WOOD)
    c.line([(x - side / 2, y), (x + side / 2, y)], 3, WOOD)


def roof(c: Canvas, x: float, y: float, half: float, rise: float) -> None:
    """Eaves that lift a little at their ends, ridge with raised tips, rows of tiles."""
    ridge = half * 0.7
    eaves = [(x - half, y - 2), (x - half * 0.5, y + 8), (x, y + 10), (x + half * 0.5, y + 8), (x + half, y - 2)]
    c.polygon([*eaves, (x + ridge, y - rise), (x - ridge, y - rise)], TILE)
    for row in range(9):
        t = row / 8
        top = x - ridge + 2 * ridge * t
        foot = x - half + 2 * half * t
        c.line([(top, y - rise), (foot, y + 8 * (1 - abs(2 * t - 1)))], 2.4, TILE_DARK)
    c.ribbon(
        [(x - ridge - 12, y - rise - 10), (x - ridge, y - rise - 2), (x, y - rise), (x + ridge, y - rise - 2),
         (x + ridge + 12, y - rise - 10)], 9, TILE_DARK
    )  # fmt: skip
    c.line(eaves, 5, TILE_DARK)


def river(c: Canvas, y: float, middle: float, width: float) -> None:
    """Water that comes out of the hills and widens toward us."""
    left = [(middle - 12, y), (middle - 60, y + 70), (middle + 10, y + 140), (middle - width * 0.8, HEIGHT + 10)]
    right = [(middle + 12, y), (middle - 6, y + 70), (middle + 120, y + 140), (middle + width, HEIGHT + 10)]
    c.blob([*left, *reversed(right)], WATER)
    for streak in range(5):
        sy = y + 90 + streak * 38
        sx = middle + c.dice.between(-30, 60)
        c.ribbon([(sx, sy), (sx + 30 + streak * 12, sy + 3), (sx + 60 + streak * 22, sy)], 3, mix(WATER, WHITE, 0.6))


def pond(c: Canvas, x: float, y: float, rx: float, ry: float, water: Colour = WATER) -> None:
    """Still water with a stony rim and a paler middle."""
    c.ellipse(x, y + 8, rx + 16, ry + 13, STONE_DARK)
    c.ellipse(x, y, rx + 16, ry + 13, STONE)
    c.ellipse(x, y, rx, ry, mix(water, WATER_DEEP, 0.35))
    c.ellipse(x, y + ry * 0.1, rx * 0.95, ry * 0.88, water)
    c.ellipse(x - rx * 0.1, y + ry * 0.2, rx * 0.62, ry * 0.52, mix(water, WHITE, 0.22))


def stones(c: Canvas, x: float, y: float, rx: float, ry: float, count: int) -> None:
    """Boulders around a pool."""
    for px, py in arc(x, y, rx, ry, 8, 352, count):
        size = c.dice.between(14, 30)
        tone = mix(STONE, STONE_DARK, c.dice.between(0, 0.7))
        c.ellipse(px, py, size * 1.2, size * 0.8, tone)
        c.ellipse(px - size * 0.2, py - size * 0.25, size * 0.7, size * 0.35, mix(tone, WHITE, 0.3))


def tea_rows(c: Canvas, line: Sequence[Point], rows: int, light: Colour, dark: Colour, step: float = 34) -> None:
    """Clipped tea hedges that follow the slope, wider the nearer they are."""
    for row in range(rows):
        grow = 1 + row * 0.16
        drop = 12 + sum(step * (1 + at * 0.16) for at in range(row))
        path = [(x, y + drop + 5 * sin(x / 140 + row)) for x, y in line[::2]]
        _band(c, path, 3 * grow, 21 * grow, dark)
        _band(c, path, -9 * grow, 9.5 * grow, mix(light, dark, (row % 3) * 0.12))
        _band(c, path, -7.5 * grow, -2.5 * grow, mix(light, IVORY, 0.3))


def _band(c: Canvas, path: Sequence[Point], upper: float, lower: float, colour: Colour) -> None:
    """A strip along a line; far quicker than a thick line with round joints."""
    c.polygon([*((x, y + upper) for x, y in path), *((x, y + lower) for x, y in reversed(path))], colour)


def grass(c: Canvas, y: float, colour: Colour = JADE_DEEP, count: int = 26) -> None:
    """Tufts along the lower edge, to frame the picture."""
    for _ in range(count):
        x = c.dice.between(-10, WIDTH + 10)
        tall = c.dice.between(18, 54)
        for lean in (-16, 2, 18):
            foot = y + c.dice.between(0, 26)
            c.taper([(x, foot), (x + lean * 0.4, foot - tall * 0.6), (x + lean, foot - tall)], 7, 1.5, colour)


def birds(c: Canvas, x: float, y: float, count: int = 4) -> None:
    """A few birds far away."""
    for bird in range(count):
        bx, by = x + bird * 42 + c.dice.between(-12, 12), y + c.dice.between(-22, 22)
        c.ribbon([(bx - 13, by - 5), (bx - 5, by - 7), (bx, by), (bx + 5, by - 7), (bx + 13, by - 5)], 2.6, TILE)


def rock_wall(c: Canvas, top: float, foot: float, colour: Colour, slabs: int) -> None:
    """A wall of limestone slabs from edge to edge, each lit on its left."""
    wide = WIDTH / slabs
    for slab in range(-1, slabs + 1):
        x = slab * wide + c.dice.between(-12, 12)
        head = top + c.dice.between(-34, 34)
        tone = mix(colour, STONE_DARK, c.dice.between(0.05, 0.6))
        c.polygon([(x - 8, foot), (x, head + 16), (x + wide * 0.4, head - 10), (x + wide * 1.2, head + 20),
                   (x + wide * 1.3, foot)], tone)  # fmt: skip
        c.polygon([(x - 8, foot), (x, head + 16), (x + wide * 0.4, head - 10), (x + wide * 0.3, foot)],
                  mix(tone, IVORY, 0.28))  # fmt: skip
        crack = x + wide * c.dice.between(0.5, 0.9)
        c.taper(
            [(crack, head + 40), (crack + 8, (head + foot) / 2), (crack - 4, foot)], 2, 6, mix(tone, STONE_DARK, 0.6)
        )
