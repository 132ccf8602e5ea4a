"""Which colours has the county? Jade hills, ivory mist, tea, vermilion tickets: the families of the pages' tokens."""

from msgspec import Struct

Colour = tuple[int, int, int]


def hexed(text: str) -> Colour:
    """``1f5a49`` as red, green, blue."""
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """``part`` of the other colour in the one, from 0 to 1."""
    return (
        round(one[0] + (other[0] - one[0]) * part),
        round(one[1] + (other[1] - one[1]) * part),
        round(one[2] + (other[2] - one[2]) * part),
    )


IVORY = hexed("f7f1e3")
PAPER = hexed("fdf9ef")
INK = hexed("1d2a26")
JADE_DEEP = hexed("174436")
JADE = hexed("2f6f59")
JADE_MID = hexed("5c9679")
JADE_LIGHT = hexed("a5c9ae")
MOSS = hexed("7c9a4b")
LEAF = hexed("9dbb5c")
TEA = hexed("8a3d1c")
AMBER = hexed("e3a84a")
HONEY = hexed("f3cf86")
VERMILION = hexed("b4331a")
CORAL = hexed("e0795c")
BLOSSOM = hexed("f4cdd2")
PLUM = hexed("7a3f63")
WATER = hexed("8fc3c6")
WATER_DEEP = hexed("4f929a")
STONE = hexed("9aa39d")
STONE_DARK = hexed("6b7570")
WALL = hexed("f5ecda")
WALL_SHADE = hexed("e2d5bd")
WOOD = hexed("8a5f3c")
WOOD_DARK = hexed("5d3e28")
WOOD_LIGHT = hexed("c59a6b")
TILE = hexed("52625f")
TILE_DARK = hexed("3b4846")
STEEL = hexed("c9d3d3")
WHITE = hexed("ffffff")


class Light(Struct, frozen=True, kw_only=True):
    """A time of day: what it does to sky, hills, mist and shadows."""

    sky_high: Colour
    sky_low: Colour
    sun: Colour
    far: Colour
    near: Colour
    mist: Colour
    shade: Colour
    dark: bool = False
    """Lamps are lit."""


MORNING = Light(
    sky_high=hexed("c3dfe2"),
    sky_low=hexed("fcefd6"),
    sun=hexed("fbdf9f"),
    far=hexed("a7c9c8"),
    near=hexed("2e6d58"),
    mist=hexed("fbf3e2"),
    shade=hexed("1f3a33"),
)
NOON = Light(
    sky_high=hexed("a9d3de"),
    sky_low=hexed("eaf4ec"),
    sun=hexed("fff3c9"),
    far=hexed("93bfc4"),
    near=hexed("2d7358"),
    mist=hexed("eff6f0"),
    shade=hexed("1c3a36"),
)
DUSK = Light(
    sky_high=hexed("e9a184"),
    sky_low=hexed("fce3bd"),
    sun=hexed("fbc16f"),
    far=hexed("cfa193"),
    near=hexed("4a5a54"),
    mist=hexed("fbe0bf"),
    shade=hexed("3d2b2a"),
)
MISTY = Light(
    sky_high=hexed("cfdedb"),
    sky_low=hexed("f3f3e9"),
    sun=hexed("fbf0d2"),
    far=hexed("b4cbc6"),
    near=hexed("3d7565"),
    mist=hexed("f4f4ec"),
    shade=hexed("24403a"),
)
NIGHT = Light(
    sky_high=hexed("22364d"),
    sky_low=hexed("6f7f90"),
    sun=hexed("f6e8bd"),
    far=hexed("51667a"),
    near=hexed("1d3f40"),
    mist=hexed("8a99a3"),
    shade=hexed("0e1a20"),
    dark=True,
)
DAYLIGHT = (MORNING, NOON, DUSK, MISTY)
