"""Which picture does every merchant, spot, specialty and campaign of the demonstration county have?

Drawn by us, from ``scenes/``: the same key gives the same picture on every machine, whatever fonts it has. A picture
comes in three widths as WebP, and as AVIF where Pillow can write it; its height follows from 3:2, so pages can keep the
room free. All of them take some seconds of one core, so callers may make each when it is first asked for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO

from msgspec import Struct
from PIL import Image, features

from backend.demonstration.county import DemonstrationCounty
from backend.demonstration.dice import Dice
from backend.demonstration.records import Text
from backend.demonstration.scenes import animals, campaigns, food, larder, nature, shops, springs, stays, tea
from backend.demonstration.scenes.canvas import SCALE, WIDTH, Canvas
from backend.demonstration.scenes.colours import DUSK, MISTY, MORNING, NOON, Light
from backend.demonstration.scenes.mark import stamp

WIDTHS = (360, 720, 1080)
DRAWN = WIDTH * SCALE
WEBP, AVIF = "webp", "avif"
WEBP_OPTIONS: Mapping[str, int] = {"quality": 80, "method": 2}
AVIF_OPTIONS: Mapping[str, int] = {"quality": 58, "speed": 9}

Scene = Callable[[Canvas], None]

SCENES: Mapping[str, Scene] = {
    "appliance_store": shops.appliance_store,
    "blossom_village": nature.blossom_village,
    "bowl_shop": shops.bowl_shop,
    "campaign_county": campaigns.campaign_county,
    "campaign_everyday": campaigns.campaign_everyday,
    "campaign_welcome": campaigns.campaign_welcome,
    "cave": springs.cave,
    "cliff": springs.cliff,
    "corner_shop": shops.corner_shop,
    "department_store": shops.department_store,
    "dried_beef": larder.dried_beef,
    "dried_tea": tea.dried_tea,
    "egg_rounds": food.egg_rounds,
    "farm_courtyard": stays.farm_courtyard,
    "fish_pond": springs.fish_pond,
    "greengrocer": shops.greengrocer,
    "hen": animals.hen,
    "hot_spring": springs.hot_spring,
    "hotel": stays.hotel,
    "hotpot": food.hotpot,
    "karst_inn": stays.karst_inn,
    "karst_peaks": nature.karst_peaks,
    "karst_spring": springs.karst_spring,
    "lotus_pond": springs.lotus_pond,
    "mooncake": food.mooncake,
    "mutton_pot": food.mutton_pot,
    "noodle_bowl": food.noodle_bowl,
    "noodle_rack": larder.noodle_rack,
    "ox": animals.ox,
    "ox_house": shops.ox_house,
    "pepper_chicken": food.pepper_chicken,
    "phone_store": shops.phone_store,
    "pickled_cucumber": food.pickled_cucumber,
    "plums": larder.plums,
    "red_tofu": food.red_tofu,
    "smoked_bacon": larder.smoked_bacon,
    "snow_lodge": stays.snow_lodge,
    "snow_mountain": nature.snow_mountain,
    "sour_soup": food.sour_soup,
    "stilt_house": stays.stilt_house,
    "supermarket": shops.supermarket,
    "tea_cup": tea.tea_cup,
    "tea_garden_cup": tea.tea_garden_cup,
    "tea_house": stays.tea_house,
    "tea_leaves": tea.tea_leaves,
    "tea_terraces": nature.tea_terraces,
}

LIGHTS: tuple[tuple[Light, int], ...] = ((MORNING, 38), (NOON, 30), (MISTY, 20), (DUSK, 12))


class Picture(Struct, frozen=True, kw_only=True):
    """What to draw: ``key`` names the file and seeds the drawing, ``alt`` tells what can be seen."""

    key: str
    scene: str
    alt: Text


class Rendition(Struct, frozen=True, kw_only=True):
    """One file of a picture."""

    name: str
    """``merchant-yuhu-hotpot-720.webp``"""
    width: int
    height: int
    format: str
    data: bytes


def pictures(county: DemonstrationCounty) -> list[Picture]:
    """Every picture of the county, each with a key of its own."""
    drawn = [
        *(("merchant", merchant.key, merchant.scene, merchant.name) for merchant in county.merchants.merchants),
        *(("spot", spot.key, spot.scene, spot.name) for spot in county.places.spots),
        *(("specialty", specialty.key, specialty.scene, specialty.name) for specialty in county.places.specialties),
        *(("campaign", campaign.key, campaign.scene, campaign.name) for campaign in county.campaigns.campaigns),
    ]
    return [
        Picture(key=f"{kind}-{key}", scene=scene, alt=Text(f"示意图：{name.zh}", f"Illustration: {name.en}"))
        for kind, key, scene, name in drawn
    ]


def draw(picture: Picture) -> Image.Image:
    """The drawing at 2160 × 1440 pixels, not yet marked: ``render`` stamps each rendition in its own size."""
    dice = Dice(f"picture {picture.key}")
    canvas = Canvas(dice, dice.pick_weighted(LIGHTS))
    SCENES[picture.scene](canvas)
    return canvas.image


def render(picture: Picture, *, widths: Sequence[int] = WIDTHS, formats: Iterable[str] = (WEBP,)) -> list[Rendition]:
    """The picture in every width (a divisor of 2160) and format; the same bytes each time with the same Pillow."""
    drawing, kinds = draw(picture), tuple(formats)
    finished = (_finished(picture, drawing.reduce(DRAWN // width)) for width in widths)
    return [_encoded(picture, image, kind) for image in finished for kind in kinds]


def _finished(picture: Picture, image: Image.Image) -> Image.Image:
    """With the mark; half of the streets and tables look the other way."""
    # Tickets carry signs that must not be mirrored.
    mirrored = not picture.scene.startswith("campaign") and Dice(f"mirror {picture.key}").chance(500)
    finished = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else image
    stamp(finished, mark_side(image.width))
    return finished


def _encoded(picture: Picture, image: Image.Image, kind: str) -> Rendition:
    file = BytesIO()
    image.save(file, kind, **(WEBP_OPTIONS if kind == WEBP else AVIF_OPTIONS))
    return Rendition(
        name=f"{picture.key}-{image.width}.{kind}",
        width=image.width,
        height=image.height,
        format=kind,
        data=file.getvalue(),
    )


def mark_side(width: int) -> int:
    """The side of the mark's characters in pixels: never below 11, where the strokes would run together."""
    return max(11, round(width * 0.021))


def known_formats() -> tuple[str, ...]:
    """What this machine's Pillow can write; AVIF first, as browsers prefer it."""
    return (AVIF, WEBP) if features.check("avif") else (WEBP,)
