"""Shop fronts, each with what it sells in the window and a picture on its board instead of a name."""

from collections.abc import Callable

from msgspec import Struct

from backend.demonstration.scenes.animals import HIDE, draw_ox
from backend.demonstration.scenes.canvas import HEIGHT, WIDTH, Canvas, arc
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
    PAPER,
    PLUM,
    STEEL,
    STONE,
    STONE_DARK,
    TILE_DARK,
    VERMILION,
    WHITE,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    Colour,
    hexed,
    mix,
)
from backend.demonstration.scenes.landscape import karst, roof, round_tree, sky
from backend.demonstration.scenes.stays import paper_lantern

LEFT, RIGHT, EAVES, SILL, STREET = 150.0, 930.0, 236.0, 560.0, 606.0


class Front(Struct, frozen=True):
    """How a shop front is put together."""

    board: tuple[Colour, ...]
    """Colours its board may have."""
    sign: Callable[[Canvas, float, float], None]
    """Draws the picture on the board around a middle point."""
    window: Callable[[Canvas, float, float, float], None]
    """Draws what stands in a window: left edge, sill, width."""
    awning: bool = True
    lanterns: bool = False
    tiled: bool = False
    """An old house with a tiled roof instead of a flat one."""


def front(c: Canvas, how: Front) -> None:
    """A street, a house with two windows and a door, a board, an awning."""
    sky(c, 460)
    karst(c, 420, 210, 0.12, 7)
    c.mist(440, 160, 0.8)
    _neighbours(c)
    wall = c.dice.pick((hexed("f3e6cf"), hexed("ecdfca"), hexed("efe4d8"), hexed("e3e5d6")))
    c.box(LEFT, EAVES, RIGHT - LEFT, STREET - EAVES, wall)
    c.box(LEFT, EAVES, RIGHT - LEFT, 26, mix(wall, STONE_DARK, 0.25))
    if how.tiled:
        roof(c, 540, EAVES - 6, 450, 116)
    else:
        _flat_roof(c, wall)
    _board(c, how)
    door = c.dice.pick((0, 1, 2))
    for bay in range(3):
        x = LEFT + 26 + bay * 248
        if bay == door:
            _door(c, x)
        else:
            _window(c, x, how)
    if how.awning:
        _awning(c, c.dice.pick(((VERMILION, PAPER), (JADE, PAPER), (AMBER, PAPER), (hexed("3d6f8e"), PAPER))))
    if how.lanterns:
        for x in (LEFT + 10, 415, 665, RIGHT - 10):
            paper_lantern(c, x, 392)
    _street(c)


def _flat_roof(c: Canvas, wall: Colour) -> None:
    """A slab, in every second street with another storey under it."""
    top = EAVES - 44
    if c.dice.chance(500):
        top = EAVES - 168
        c.box(LEFT, top, RIGHT - LEFT, EAVES - top, mix(wall, WHITE, 0.25))
        for bay in range(5):
            x = LEFT + 40 + bay * 148
            c.box(x - 6, top + 66, 104, 82, mix(wall, STONE_DARK, 0.3), round_=4)
            c.box(x, top + 72, 92, 70, mix(hexed("7fa3a8"), HONEY, 0.7 if c.dice.chance(250) else 0.1))
            c.line([(x + 46, top + 72), (x + 46, top + 142)], 5, WHITE)
            c.polygon([(x, top + 142), (x + 30, top + 72), (x + 50, top + 72), (x + 12, top + 142)], WHITE, 0.2)
        c.box(LEFT - 10, EAVES - 12, RIGHT - LEFT + 20, 14, mix(wall, STONE_DARK, 0.45))
    c.box(LEFT - 26, top, RIGHT - LEFT + 52, 48, TILE_DARK, round_=6)
    c.box(LEFT - 26, top, RIGHT - LEFT + 52, 13, mix(TILE_DARK, WHITE, 0.25), round_=6)


def _neighbours(c: Canvas) -> None:
    for x, width, top in ((-70, 240, 300), (910, 260, 280)):
        tone = mix(c.light.mist, WOOD_LIGHT, 0.4)
        c.box(x, top, width, STREET - top, tone)
        c.box(x - 14, top - 18, width + 28, 24, mix(TILE_DARK, c.light.mist, 0.3), round_=4)
        for row in range(2):
            for column in range(3):
                c.box(x + 26 + column * 70, top + 50 + row * 110, 44, 62, mix(tone, TILE_DARK, 0.4), round_=3)


def _board(c: Canvas, how: Front) -> None:
    colour = c.dice.pick(how.board)
    c.box(LEFT + 120, EAVES + 22, 540, 116, mix(colour, INK, 0.35), round_=12)
    c.box(LEFT + 126, EAVES + 24, 528, 104, colour, round_=10)
    c.line([(LEFT + 140, EAVES + 38), (RIGHT - 140, EAVES + 38)], 3, mix(colour, WHITE, 0.35))
    c.circle(540, EAVES + 78, 52, PAPER)
    how.sign(c, 540, EAVES + 78)
    for side in (-1, 1):
        for dot in range(3):
            c.circle(540 + side * (104 + dot * 56), EAVES + 78, 9 + dot % 2 * 4, mix(colour, HONEY, 0.75))


def _window(c: Canvas, x: float, how: Front) -> None:
    c.box(x - 8, 378, 246, SILL - 370, WOOD_DARK, round_=5)
    c.box(x, 386, 230, SILL - 386, mix(hexed("cfe3df"), HONEY, 0.3))
    c.box(x, 386, 230, 60, mix(hexed("cfe3df"), HONEY, 0.6))
    how.window(c, x, SILL, 230)
    c.polygon([(x, 520), (x + 90, 386), (x + 140, 386), (x + 30, SILL), (x, SILL)], WHITE, 0.18)
    c.box(x - 14, SILL, 258, 14, mix(WOOD, IVORY, 0.2), round_=4)
    c.box(x - 8, SILL + 14, 246, STREET - SILL - 14, mix(STONE, IVORY, 0.3))


def _door(c: Canvas, x: float) -> None:
    c.box(x - 4, 376, 238, STREET - 376, WOOD_DARK)
    for leaf in (0, 1):
        lx = x + 4 + leaf * 114
        c.box(lx, 384, 108, STREET - 384, WOOD)
        c.box(lx + 14, 398, 80, 110, mix(hexed("bcd8d4"), HONEY, 0.5), round_=4)
        c.polygon([(lx + 14, 480), (lx + 62, 398), (lx + 82, 398), (lx + 20, 508)], WHITE, 0.3)
        c.box(lx + 14, 522, 80, 70, mix(WOOD, WOOD_DARK, 0.4), round_=4)
        c.circle(lx + (96 if leaf == 0 else 12), 516, 6, HONEY)


def _awning(c: Canvas, colours: tuple[Colour, Colour]) -> None:
    stripes = 16
    step = (RIGHT - LEFT + 40) / stripes
    for stripe in range(stripes):
        x, tone = LEFT - 20 + stripe * step, colours[stripe % 2]
        c.polygon([(x + 6, 372), (x + step + 6 - 12 * (stripe == stripes - 1), 372), (x + step, 420), (x, 420)], tone)
        c.ellipse(x + step / 2, 420, step / 2, 15, mix(tone, INK, 0.1))
        c.box(x, 404, step, 16, mix(tone, INK, 0.05))
    c.box(LEFT - 18, 366, RIGHT - LEFT + 36, 9, WOOD_DARK, round_=4)


def _street(c: Canvas) -> None:
    c.gradient(mix(STONE, IVORY, 0.5), mix(STONE, IVORY, 0.25), STREET, HEIGHT - STREET)
    c.box(0, STREET, WIDTH, 9, mix(STONE, WHITE, 0.6))
    for joint in range(12):
        c.line([(joint * 100 + 10, STREET + 9), (joint * 100 - 30, STREET + 52)], 2.4, mix(STONE, STONE_DARK, 0.4))
    c.line([(-5, STREET + 52), (WIDTH + 5, STREET + 52)], 3, mix(STONE, STONE_DARK, 0.5))
    round_tree(c, c.dice.pick((60.0, 1020.0)), 640, 330, mix(JADE, JADE_DEEP, 0.2))
    for x in (c.dice.between(170, 210), c.dice.between(860, 900)):
        c.box(x - 26, STREET - 14, 52, 40, WOOD, round_=5)
        c.box(x - 26, STREET - 14, 52, 10, WOOD_LIGHT, round_=5)
        for dx, dy in ((-16, -24), (0, -38), (16, -24), (2, -20)):
            c.circle(x + dx, STREET + dy, 17, JADE_MID if dx else LEAF)


def bowl_sign(c: Canvas, x: float, y: float) -> None:
    """A bowl with steam."""
    c.polygon(arc(x, y + 2, 34, 30, 0, 180), VERMILION)
    c.box(x - 38, y - 3, 76, 8, VERMILION, round_=4)
    c.box(x - 14, y + 29, 28, 6, VERMILION)
    for wisp in (-14, 2, 18):
        c.ribbon(
            [(x + wisp, y - 10), (x + wisp - 5, y - 18), (x + wisp + 3, y - 26), (x + wisp - 2, y - 34)], 4, VERMILION
        )


def _ox_sign(c: Canvas, x: float, y: float) -> None:
    draw_ox(c, x + 4, y + 30, 0.14, mix(HIDE, WOOD_DARK, 0.35))


def _basket_sign(c: Canvas, x: float, y: float) -> None:
    c.line(arc(x, y - 6, 26, 28, 180, 360), 6, JADE)
    c.polygon([(x - 38, y - 6), (x + 38, y - 6), (x + 26, y + 32), (x - 26, y + 32)], JADE)
    for post in (-18, 0, 18):
        c.line([(x + post, y + 2), (x + post * 0.7, y + 24)], 4, PAPER)


def _shirt_sign(c: Canvas, x: float, y: float) -> None:
    c.polygon([(x - 18, y - 32), (x + 18, y - 32), (x + 42, y - 12), (x + 28, y + 4), (x + 20, y - 4), (x + 20, y + 34),
               (x - 20, y + 34), (x - 20, y - 4), (x - 28, y + 4), (x - 42, y - 12)], PLUM)  # fmt: skip
    c.ellipse(x, y - 32, 11, 8, PAPER)


def _leaf_sign(c: Canvas, x: float, y: float) -> None:
    c.blob(
        [(x - 30, y + 30), (x - 32, y - 14), (x + 6, y - 34), (x + 34, y - 34), (x + 30, y + 2), (x + 2, y + 28)],
        JADE_MID,
    )
    c.ribbon([(x - 34, y + 34), (x - 4, y + 4), (x + 26, y - 26)], 5, JADE_DEEP)


def _plug_sign(c: Canvas, x: float, y: float) -> None:
    for pin in (-14, 10):
        c.box(x + pin - 3, y - 38, 9, 24, INK, round_=3)
    c.box(x - 28, y - 18, 56, 26, hexed("2f6482"), round_=6)
    c.polygon(arc(x, y + 6, 28, 22, 0, 180), hexed("2f6482"))
    c.ribbon([(x, y + 26), (x + 2, y + 36), (x + 14, y + 40)], 7, INK)


def _phone_sign(c: Canvas, x: float, y: float) -> None:
    c.box(x - 22, y - 38, 44, 76, INK, round_=9)
    c.box(x - 17, y - 30, 34, 56, hexed("7fb7c9"), round_=3)
    c.circle(x, y + 32, 3.4, PAPER)


def _bowls_window(c: Canvas, x: float, sill: float, width: float) -> None:
    """Guests' tables behind the glass."""
    for seat in (0.26, 0.74):
        sx = x + width * seat
        c.circle(sx, sill - 92, 20, hexed("e3b58f"))
        c.blob([(sx - 20, sill - 98), (sx, sill - 120), (sx + 20, sill - 98), (sx, sill - 104)], INK)
        shoulders = [
            (sx - 38, sill - 30),
            (sx - 30, sill - 66),
            (sx, sill - 76),
            (sx + 30, sill - 66),
            (sx + 38, sill - 30),
        ]
        c.blob(shoulders, c.dice.pick((CORAL, JADE_MID, HONEY, hexed("6f93a8"))))
    c.box(x + 8, sill - 34, width - 16, 12, WOOD)
    for dish in range(4):
        dx = x + 34 + dish * (width - 68) / 3
        c.polygon(arc(dx, sill - 44, 20, 14, 0, 180), PAPER)
        c.ellipse(dx, sill - 45, 20, 5, c.dice.pick((VERMILION, AMBER, LEAF)))


def _shelves_window(c: Canvas, x: float, sill: float, width: float) -> None:
    """Rows of boxes and bottles."""
    tones = (VERMILION, AMBER, JADE_MID, hexed("3d6f8e"), CORAL, HONEY, PLUM, IVORY)
    for shelf in range(3):
        y = sill - 8 - shelf * 54
        px = x + 10
        while px < x + width - 26:
            wide, tall = c.dice.between(15, 30), c.dice.between(24, 42)
            tone = c.dice.pick(tones)
            c.box(px, y - tall, wide, tall, tone, round_=4)
            c.box(px + 3, y - tall * 0.62, wide - 6, tall * 0.3, mix(tone, WHITE, 0.6))
            px += wide + 5
        c.box(x, y, width, 7, WOOD)


def _clothes_window(c: Canvas, x: float, sill: float, width: float) -> None:
    """Two dressed figures and a bag."""
    for place in (0.27, 0.68):
        sx, tone = x + width * place, c.dice.pick((CORAL, JADE_MID, PLUM, hexed("3d6f8e"), AMBER))
        c.box(sx - 4, sill - 60, 8, 60, STONE_DARK)
        c.ellipse(sx, sill - 4, 26, 6, STONE_DARK)
        c.circle(sx, sill - 150, 15, mix(WOOD_LIGHT, IVORY, 0.5))
        side = [(16, 134), (30, 100), (22, 76), (40, 22)]
        dress = [*((sx + dx, sill - up) for dx, up in side), *((sx - dx, sill - up) for dx, up in reversed(side))]
        c.blob(dress, tone)
        c.ribbon([(sx - 18, sill - 78), (sx, sill - 74), (sx + 18, sill - 78)], 6, mix(tone, INK, 0.4))
    c.box(x + width - 48, sill - 42, 40, 40, HONEY, round_=6)
    c.line(arc(x + width - 28, sill - 42, 12, 16, 180, 360), 4, WOOD_DARK)


def _greens_window(c: Canvas, x: float, sill: float, width: float) -> None:
    """Crates of fruit and vegetables."""
    for row in range(2):
        y = sill - 10 - row * 74
        for crate in range(2):
            cx = x + 10 + crate * (width - 10) / 2
            tone = c.dice.pick((VERMILION, AMBER, LEAF, JADE_MID, PLUM, hexed("e8823c"), hexed("d9d34f")))
            for fruit in range(9):
                fx, fy = cx + 16 + fruit % 5 * 18 + fruit // 5 * 9, y - 34 - fruit // 5 * 15
                c.circle(fx, fy, 12, mix(tone, INK, 0.1 * (fruit % 2)))
                c.circle(fx - 3, fy - 4, 4, mix(tone, WHITE, 0.5))
            c.box(cx, y - 32, width / 2 - 18, 32, WOOD_LIGHT, round_=3)
            c.box(cx, y - 22, width / 2 - 18, 5, WOOD)
            c.box(cx, y - 10, width / 2 - 18, 5, WOOD)


def _appliances_window(c: Canvas, x: float, sill: float, _width: float) -> None:
    """Fridge, washer and television, or washers, a cooker and a fan."""
    if c.dice.chance(500):
        _fridge(c, x + 14, sill)
        _washer(c, x + 92, sill, 68)
        _television(c, x + 92, sill - 148)
        c.box(x + 174, sill - 54, 42, 50, CORAL, round_=9)
        c.box(x + 182, sill - 66, 26, 14, INK, round_=5)
    else:
        _washer(c, x + 12, sill, 76)
        _washer(c, x + 12, sill - 84, 76)
        _fridge(c, x + 102, sill)
        c.box(x + 194, sill - 60, 7, 56, STONE_DARK)
        c.ellipse(x + 197, sill - 4, 22, 6, STONE_DARK)
        c.circle(x + 197, sill - 86, 29, STEEL)
        for blade in range(4):
            c.ellipse(x + 197 + (13 if blade < 2 else -13), sill - 86 + (12 if blade % 2 else -12), 10, 10, JADE_MID)
        c.circle(x + 197, sill - 86, 7, INK)


def _fridge(c: Canvas, x: float, sill: float) -> None:
    c.box(x, sill - 150, 66, 150, STEEL, round_=7)
    c.box(x, sill - 98, 66, 4, STONE_DARK)
    c.box(x + 52, sill - 136, 6, 28, STONE_DARK, round_=3)
    c.box(x + 52, sill - 84, 6, 36, STONE_DARK, round_=3)


def _washer(c: Canvas, x: float, sill: float, side: float) -> None:
    c.box(x, sill - side - 6, side, side + 6, PAPER, round_=7)
    c.circle(x + side / 2, sill - side * 0.46, side * 0.36, STEEL)
    c.circle(x + side / 2, sill - side * 0.46, side * 0.27, hexed("5d8797"))
    c.circle(x + side * 0.42, sill - side * 0.54, side * 0.09, WHITE, 0.6)
    c.box(x + 6, sill - side - 1, side * 0.45, 8, STEEL, round_=3)


def _television(c: Canvas, x: float, top: float) -> None:
    c.box(x, top, 122, 62, INK, round_=5)
    c.gradient_box(x + 5, top + 5, 112, 52, hexed("79b8c4"), c.dice.pick((LEAF, CORAL, AMBER)))
    c.polygon([(x + 5, top + 57), (x + 48, top + 25), (x + 78, top + 45), (x + 117, top + 57)], JADE)


def _phones_window(c: Canvas, x: float, sill: float, width: float) -> None:
    """Phones on stands."""
    for shelf in range(2):
        y = sill - 14 - shelf * 88
        for place in range(4):
            px = x + 18 + place * (width - 20) / 4
            c.box(px, y - 70, 38, 66, INK, round_=7)
            c.box(px + 4, y - 64, 30, 52, c.dice.pick((hexed("7fb7c9"), CORAL, JADE_MID, HONEY, PLUM)), round_=3)
            c.circle(px + 19, y - 52, 7, WHITE, 0.6)
        c.box(x, y, width, 9, WHITE)


BOWL_SHOP = Front((hexed("7d2a17"), hexed("5d3e28"), hexed("8a4a1e")), bowl_sign, _bowls_window, False, True, True)
OX_HOUSE = Front((hexed("7a4a24"), hexed("5d3e28")), _ox_sign, _bowls_window, False, True, True)
SUPERMARKET = Front((hexed("b4331a"), hexed("1f6b52"), hexed("c9701f")), _basket_sign, _shelves_window)
DEPARTMENT = Front((hexed("6d3b5e"), hexed("2f5f7a"), hexed("8f2d3a")), _shirt_sign, _clothes_window, False)
GREENGROCER = Front((hexed("2f6f59"), hexed("5b7d2c")), _leaf_sign, _greens_window)
CORNER = Front((hexed("1f6b52"), hexed("b4531a"), hexed("3d6f8e")), _basket_sign, _shelves_window, True, False, True)
APPLIANCES = Front((hexed("1f567a"), hexed("2a4a6b"), hexed("0f6b6b")), _plug_sign, _appliances_window, False)
PHONES = Front((hexed("27425f"), hexed("3d4776")), _phone_sign, _phones_window, False)


def bowl_shop(c: Canvas) -> None:
    """A small restaurant under an old roof."""
    front(c, BOWL_SHOP)


def ox_house(c: Canvas) -> None:
    """A restaurant for the county's beef."""
    front(c, OX_HOUSE)


def supermarket(c: Canvas) -> None:
    """A supermarket."""
    front(c, SUPERMARKET)


def department_store(c: Canvas) -> None:
    """Clothes and household goods."""
    front(c, DEPARTMENT)


def greengrocer(c: Canvas) -> None:
    """Fruit and vegetables."""
    front(c, GREENGROCER)


def corner_shop(c: Canvas) -> None:
    """The shop at the village gate."""
    front(c, CORNER)


def appliance_store(c: Canvas) -> None:
    """Household appliances."""
    front(c, APPLIANCES)


def phone_store(c: Canvas) -> None:
    """Phones and small electrics."""
    front(c, PHONES)
