"""The county's animals: the yellow ox, the black hen."""

from backend.demonstration.scenes.canvas import Canvas, Point
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
    VERMILION,
    WHITE,
    WOOD,
    WOOD_DARK,
    Colour,
    hexed,
    mix,
)
from backend.demonstration.scenes.landscape import backdrop, fir, grass, level, rolling, round_tree

HIDE = hexed("c98a4b")


def ox(c: Canvas) -> None:
    """A yellow ox on a hill pasture, another farther off."""
    backdrop(c, 400, 240)
    ground = rolling(c, 460, 20, mix(MOSS, LEAF, 0.4))
    for x in (60, 170, 980):
        round_tree(c, x, level(ground, x) + 30, c.dice.between(110, 160), JADE)
    far = c.dice.between(820, 900)
    draw_ox(c, far, level(ground, far) + 34, 0.36, mix(HIDE, c.light.mist, 0.18))
    rolling(c, 590, 14, mix(MOSS, JADE_MID, 0.35))
    c.shadow(470, 664, 300, 26, 0.4)
    draw_ox(c, 470, 660, 1.0, HIDE)
    grass(c, 724, JADE, 30)


def draw_ox(c: Canvas, x: float, y: float, size: float, hide: Colour) -> None:
    """An ox that stands with its head to the left; (x, y) is the ground below its middle."""

    def at(points: list[Point]) -> list[Point]:
        return [(x + px * size, y + py * size) for px, py in points]

    dark, pale = mix(hide, WOOD_DARK, 0.35), mix(hide, IVORY, 0.3)
    for px in (-128, 172):
        c.polygon(at([(px, -170), (px + 46, -170), (px + 38, -16), (px + 4, -16)]), dark)
        c.polygon(at([(px + 2, -20), (px + 40, -20), (px + 44, 0), (px - 2, 0)]), INK)
    tail: list[Point] = [(262, -298), (296, -230), (288, -130)]
    c.taper(at(tail), 17 * size, 7 * size, dark)
    c.blob(at([(278, -140), (304, -120), (292, -74), (272, -96)]), INK)
    c.blob(at([(-206, -258), (-120, -312), (0, -296), (130, -306), (246, -306), (282, -236), (252, -150), (120, -128),
               (-40, -120), (-160, -148)]), hide)  # fmt: skip
    c.blob(at([(-110, -150), (0, -126), (140, -134), (210, -150), (80, -168)]), pale)
    for px in (-176, 206):
        c.polygon(at([(px - 8, -190), (px + 50, -190), (px + 36, -16), (px + 2, -16)]), hide)
        c.polygon(at([(px, -20), (px + 38, -20), (px + 42, 0), (px - 4, 0)]), INK)
    c.blob(at([(-130, -312), (-186, -344), (-226, -316), (-250, -206), (-196, -150), (-130, -168)]), hide)
    c.blob(at([(-212, -190), (-180, -130), (-150, -150), (-168, -196)]), mix(hide, WOOD_DARK, 0.15))
    _ox_head(c, x, y, size, hide)


def _ox_head(c: Canvas, x: float, y: float, size: float, hide: Colour) -> None:
    def at(points: list[Point]) -> list[Point]:
        return [(x + px * size, y + py * size) for px, py in points]

    for way, far in ((1, True), (-1, False)):
        horn: list[Point] = [(-238 + way * 20, -350), (-246 + way * 62, -378), (-250 + way * 62, -430)]
        c.taper(at(horn), 24 * size, 6 * size, mix(IVORY, WOOD, 0.35 if far else 0.15))
    c.blob(at([(-196, -344), (-140, -352), (-122, -328), (-170, -314)]), mix(hide, WOOD_DARK, 0.3))
    c.blob(
        at(
            [
                (-280, -352),
                (-236, -368),
                (-196, -346),
                (-202, -270),
                (-250, -214),
                (-304, -208),
                (-330, -240),
                (-306, -296),
            ]
        ),
        hide,
    )
    c.blob(
        at([(-296, -262), (-262, -246), (-254, -216), (-300, -202), (-336, -222), (-330, -252)]), mix(hide, IVORY, 0.55)
    )
    c.ellipse(x - 320 * size, y - 236 * size, 7 * size, 9 * size, WOOD_DARK)
    c.ellipse(x - 258 * size, y - 312 * size, 10 * size, 11 * size, INK)
    c.circle(x - 261 * size, y - 316 * size, 3.4 * size, WHITE)
    c.blob(at([(-284, -350), (-312, -366), (-330, -346), (-296, -330)]), mix(hide, WOOD_DARK, 0.15))


def hen(c: Canvas) -> None:
    """A black hen of the hills with her chicks and eggs."""
    backdrop(c, 380, 220)
    ground = rolling(c, 440, 16, mix(MOSS, LEAF, 0.3))
    for index in range(7):
        x = 40 + index * 170 + c.dice.between(-30, 30)
        fir(c, x, level(ground, x) + 26, c.dice.between(100, 180), JADE)
    rolling(c, 580, 10, mix(MOSS, HONEY, 0.35))
    for post in range(8):
        c.box(post * 150 + 20, 440, 15, 140, WOOD, round_=5)
    for rail in (470, 520):
        c.line([(-5, rail), (1085, rail + 6)], 11, mix(WOOD, IVORY, 0.2))
    c.shadow(480, 668, 190, 22, 0.4)
    draw_hen(c, 480, 660)
    for x, y in ((760, 660), (850, 690), (690, 700)):
        _chick(c, x, y)
    c.ellipse(170, 690, 120, 26, mix(HONEY, WOOD, 0.5))
    for dx, dy in ((-52, -8), (0, -16), (50, -6), (-20, 4)):
        c.ellipse(170 + dx, 672 + dy, 28, 34, mix(hexed("cfd8c9"), IVORY, 0.4))
        c.ellipse(163 + dx, 660 + dy, 9, 11, WHITE)
    grass(c, 726, JADE, 16)


def draw_hen(c: Canvas, x: float, y: float) -> None:
    """A hen with her head to the left."""
    black = hexed("26302f")
    for px in (-20, 30):
        c.line([(x + px, y - 90), (x + px + 4, y - 6)], 9, hexed("4a4440"))
        c.line([(x + px - 24, y), (x + px + 4, y - 8), (x + px + 26, y)], 7, hexed("4a4440"))
    for feather in range(5):
        root = (x + 110, y - 180)
        bend, tip = (x + 150 + feather * 6, y - 214 - feather * 10), (x + 176 + feather * 7, y - 276 + feather * 20)
        c.taper([root, bend, tip], 44, 12, mix(black, hexed("2f6f6a"), 0.14 * feather))
    belly = [(x - 160, y - 240), (x - 176, y - 170), (x - 120, y - 92), (x + 20, y - 66), (x + 120, y - 110)]
    c.blob([*belly, (x + 170, y - 200), (x + 110, y - 190), (x, y - 200), (x - 90, y - 290)], black)
    c.blob(
        [
            (x - 160, y - 210),
            (x - 190, y - 300),
            (x - 176, y - 352),
            (x - 130, y - 356),
            (x - 104, y - 310),
            (x - 80, y - 240),
        ],
        black,
    )
    c.blob(
        [(x - 60, y - 200), (x + 40, y - 196), (x + 110, y - 164), (x + 40, y - 110), (x - 40, y - 130)],
        mix(black, hexed("3f7f7a"), 0.4),
    )
    for row in range(3):
        c.ribbon(
            [(x - 20 + row * 34, y - 176), (x + 10 + row * 34, y - 150), (x - 4 + row * 36, y - 128)],
            4,
            mix(black, WHITE, 0.25),
        )
    for comb in range(4):
        c.circle(x - 168 + comb * 15, y - 361 - (comb % 2) * 5, 11, VERMILION)
    c.ellipse(x - 176, y - 310, 10, 15, VERMILION)
    c.polygon([(x - 186, y - 340), (x - 220, y - 326), (x - 184, y - 316)], AMBER)
    c.circle(x - 156, y - 336, 9, HONEY)
    c.circle(x - 157, y - 336, 5, INK)


def _chick(c: Canvas, x: float, y: float) -> None:
    down = mix(HONEY, AMBER, c.dice.between(0, 0.6))
    c.line([(x - 6, y), (x - 6, y - 20)], 4, CORAL)
    c.line([(x + 8, y), (x + 8, y - 20)], 4, CORAL)
    c.ellipse(x, y - 34, 32, 25, down)
    c.circle(x - 24, y - 58, 19, down)
    c.ellipse(x + 10, y - 36, 15, 9, mix(down, WOOD, 0.25))
    c.polygon([(x - 40, y - 60), (x - 54, y - 54), (x - 40, y - 50)], CORAL)
    c.circle(x - 29, y - 62, 3.4, INK)
