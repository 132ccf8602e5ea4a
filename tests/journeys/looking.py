"""What holds on every page in every mode: axe finds nothing, nothing is cut or covered, elders get large letters."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page, ViewportSize

from tests.journeys.modes import LARGEST, Mode
from tests.journeys.wording import raw_words

HERE = Path(__file__).resolve().parent
PWA = HERE.parents[1] / "pwa"
TALLEST = 120_000
WIDTHS = (320, 360, 768, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

RUN_AXE = """
async (tags) => {
  // Each frame is looked at by itself.
  const how = { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], iframes: false }
  const found = await axe.run(document, how)
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])
}
"""

SHOW = """
async ([text, scheme]) => {
  Object.assign(document.documentElement.dataset, { text, scheme })
  // What draws itself by its size does so in the next frame.
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
}
"""


@cache
def axe() -> str:
    """The program that looks for what some people cannot use."""
    return (PWA / "node_modules" / "axe-core" / "axe.min.js").read_text()


@cache
def detectors() -> str:
    """Our own."""
    return (HERE / "detectors.js").read_text()


def ask(frame: Frame | Page, what: str, *given: object) -> Any:
    """What one of our detectors finds in the page as it stands."""
    return frame.evaluate(f"(given) => {detectors().rstrip()}.{what}(...given)", list(given))


def show(page: Page, *, text: str = "standard", scheme: str = "light") -> None:
    """Show the page in another mode, as the settings would."""
    page.evaluate(SHOW, [text, scheme])


def speak(page: Page, language: str) -> None:
    """Change the language as a person does, with the button at the foot of every page."""
    wanted = "en" if language == "en" else "zh-CN"
    if page.locator("html").get_attribute("lang") == wanted:
        return
    page.get_by_role("button", name="English" if language == "en" else "中文").click()
    # The page changes once its texts are there, all at once.
    page.locator(f'html[lang="{wanted}"]').wait_for(state="attached")


def settle(page: Page) -> None:
    """Until everything that was asked for has come."""
    if page.locator("iframe").count() == 0:
        page.wait_for_load_state("networkidle")
    settle_frames(page)


def settle_frames(page: Page) -> None:
    """Until the frames in a page have drawn; one without an address tells nobody that it is done."""
    frames = page.frames[1:]
    for frame in frames:
        frame.locator("body > *").first.wait_for()
    if frames:
        page.wait_for_timeout(1_000)


def set_up(page: Page, mode: Mode) -> None:
    """Let the page be seen in a mode."""
    # First, since a screen as high as the last page would be drawn in each language and look.
    page.set_viewport_size(mode.size)
    speak(page, mode.language)
    show(page, text=mode.text, scheme=mode.scheme)


def faults(page: Page, mode: Mode) -> dict[str, Any]:
    """What is wrong with the page in a mode, nothing where it is right; the screen is left as high as the page."""
    set_up(page, mode)
    found = {"sideways": ask(page, "sideways"), "axe": violations(page)}
    found |= ask(page, "seen", mode.look == "elder") | raw_words(ask(page, "words"))
    return {what: told for what, told in found.items() if told}


def violations(page: Page) -> list[Any]:
    """What axe finds in the page and its frames as they stand, on a screen as high as the page."""
    while True:
        grow(page)
        found = _run_axe(page)
        # An answer that came meanwhile made the page longer, and a bar lies over what moved under it.
        if _needed(page) <= page.evaluate("innerHeight"):
            return found


def _run_axe(page: Page) -> list[Any]:
    found = []
    # Frames have modes of their own, whatever that of the page is.
    is_plain = page.locator("html[data-text=standard][data-scheme=light]").count() > 0
    for frame in page.frames if is_plain else page.frames[:1]:
        # It stays until another page is loaded, and reading it takes a quarter of the time that looking does.
        if not frame.evaluate("'axe' in window"):
            frame.evaluate(axe())
        found += frame.evaluate(RUN_AXE, RULES)
    return found


def sideways(page: Page) -> dict[int, Any]:
    """The widths at which the page is wider than the screen, with what sticks out."""
    found = {}
    height = (page.viewport_size or LARGEST)["height"]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        if wide := ask(page, "sideways"):
            found[width] = wide
    return found


def faults_in_largest_letters(page: Page) -> dict[str, Any]:
    """What is cut, covered or out of sight on the narrowest phone in the largest letters."""
    page.set_viewport_size(LARGEST)
    show(page, text="elder-large")
    found = {"sideways": ask(page, "sideways")}
    grow(page)
    found |= ask(page, "seen", False)
    return {f"{what} in the largest letters": told for what, told in found.items() if told}


def grow(page: Page) -> None:
    """A screen as high as the page: bars that stay cover nothing then."""
    shown = page.viewport_size or LARGEST
    # A page whose heights hang on the screen's may grow with it.
    while (needed := _needed(page)) > shown["height"]:
        shown = ViewportSize(width=shown["width"], height=needed)
        page.set_viewport_size(shown)


def _needed(page: Page) -> int:
    return min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)


def too_small_for_elders(page: Page) -> dict[str, Any]:
    """Letters below 18 and targets below 60 points, lines and paragraphs too close, which 长辈版 must not have."""
    return dict(ask(page, "seen", True))
