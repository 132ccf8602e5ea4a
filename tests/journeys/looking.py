"""What holds on every page in every mode: axe finds nothing, nothing scrolls sideways, elders get large letters."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize

PWA = Path(__file__).resolve().parents[2] / "pwa"
TALLEST = 20_000
WIDTHS = (320, 360, 768, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

RUN_AXE = """
async (tags) => {
  const found = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])
}
"""

SMALL_LETTERS = """
(least) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const small = new Set()
  while (walker.nextNode()) {
    const node = walker.currentNode
    const box = node.parentElement
    if (!node.textContent.trim() || !box.checkVisibility() || box.closest('.only-read-aloud')) continue
    const size = parseFloat(getComputedStyle(box).fontSize)
    if (size < least) small.add(`${size}: ${node.textContent.trim().slice(0, 40)}`)
  }
  return [...small]
}
"""

SMALL_TARGETS = """
(least) => [...document.querySelectorAll('a[href], button, select, input:not([type=file])')]
  .filter((target) => target.checkVisibility() && !target.closest('.only-read-aloud, p, dd, .skip'))
  .map((target) => {
    // A box to tick is pressed by its whole line.
    const box = (target.closest('label') ?? target).getBoundingClientRect()
    return [Math.round(box.width), Math.round(box.height), target.outerHTML.slice(0, 120)]
  })
  .filter(([width, height]) => width > 0 && (width < least || height < least))
"""

OUT_OF_SIGHT = """
() => {
  const wide = document.documentElement.scrollWidth - innerWidth
  return wide > 0 ? [wide, ...[...document.querySelectorAll('body *')]
    .filter((box) => box.checkVisibility() && box.getBoundingClientRect().right > innerWidth + 1)
    .slice(-3).map((box) => box.outerHTML.slice(0, 160))] : []
}
"""


SHOW = """
async ([text, scheme]) => {
  Object.assign(document.documentElement.dataset, { text, scheme })
  // Colours pass into each other for a moment.
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))
}
"""


@cache
def axe() -> str:
    """The program that looks for what some people cannot use."""
    return (PWA / "node_modules" / "axe-core" / "axe.min.js").read_text()


def show(page: Page, *, text: str = "standard", scheme: str = "light") -> None:
    """Show the page in another mode, as the settings would."""
    page.evaluate(SHOW, [text, scheme])


def speak(page: Page, language: str) -> None:
    """Change the language as a person does, with the button at the foot of every page."""
    page.get_by_role("button", name="English" if language == "en" else "中文").click()
    # The page changes once its texts are there, all at once.
    page.locator(f'html[lang="{"en" if language == "en" else "zh-CN"}"]').wait_for(state="attached")


def violations(page: Page) -> Any:
    """What axe finds in the page as it stands, on a screen as high as the page: bars that stay cover nothing then."""
    size = page.viewport_size or ViewportSize(width=360, height=740)
    shown = size
    # A page whose heights hang on the screen's may grow with it.
    while (needed := min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)) > shown["height"]:
        shown = ViewportSize(width=size["width"], height=needed)
        page.set_viewport_size(shown)
    page.evaluate(axe())
    found = page.evaluate(RUN_AXE, RULES)
    page.set_viewport_size(size)
    return found


def sideways(page: Page) -> dict[int, Any]:
    """The widths at which the page is wider than the screen, with what sticks out."""
    found = {}
    height = (page.viewport_size or {"height": 740})["height"]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        if wide := page.evaluate(OUT_OF_SIGHT):
            found[width] = wide
    return found


def too_small_for_elders(page: Page) -> tuple[Any, Any]:
    """Letters below 18 and targets below 60 points, which 长辈版 must not have."""
    return page.evaluate(SMALL_LETTERS, 18), page.evaluate(SMALL_TARGETS, 60)
