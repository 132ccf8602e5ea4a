"""Somebody without a mouse: Tab, Enter, arrows, letters. The focus can be seen wherever it is; nothing lies on it."""

from playwright.sync_api import Locator, Page

MOST_STEPS = 160

FOCUSED = """
async () => {
  // What the focus changes is drawn with the next picture.
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  const at = document.activeElement
  if (!at || at === document.body) return { name: '', fault: '' }
  const name = (at.getAttribute('aria-label') || at.labels?.[0]?.textContent || at.textContent || at.outerHTML)
    .trim().slice(0, 60)
  // What is pressed by its whole line shows the focus there; a field's frame shows its field's.
  const shown = [at, at.nextElementSibling, at.closest('label'), at.parentElement].filter(Boolean)
  const seen = shown.find((box) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(box)
    const { width, height } = box.getBoundingClientRect()
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && width > 2 && height > 2
  })
  if (!seen) return { name, fault: 'nothing shows the focus' }
  const box = seen.getBoundingClientRect()
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return { name, fault: 'it is out of sight' }
  for (const down of [y, Math.max(box.top + 2, 1), Math.min(box.bottom - 2, innerHeight - 1)]) {
    const top = document.elementFromPoint(x, down)
    const bar = top?.closest('header, nav')
    if (bar && !bar.contains(seen)) return { name, fault: `${bar.tagName} lies on it` }
  }
  return { name, fault: '' }
}
"""


def tab_to(page: Page, target: Locator, *, back: bool = False) -> None:
    """Press Tab until the focus is there; every stop on the way must be seen."""
    met: list[str] = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        stop = page.evaluate(FOCUSED)
        if stop["fault"]:
            # Coming back into the page from beyond its end takes a browser a moment.
            page.wait_for_timeout(200)
            stop = page.evaluate(FOCUSED)
        met.append(stop["name"])
        assert not stop["fault"], f"{stop['name']}: {stop['fault']}"
        if target.evaluate("(box) => box === document.activeElement"):
            return
    raise AssertionError(f"the focus never comes to {target}: {met[-MOST_STEPS // 4 :]}")


def press(page: Page, target: Locator) -> None:
    """Go there and press Enter."""
    target.first.wait_for()
    tab_to(page, target.first)
    page.keyboard.press("Enter")


def choose(page: Page, target: Locator) -> None:
    """Go to the group of which it is one, and to it with the arrows."""
    target.first.wait_for()
    name = target.first.get_attribute("name")
    tab_to(page, page.locator(f'input[name="{name}"]').first)
    for _ in range(MOST_STEPS):
        if target.first.evaluate("(box) => box === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    else:
        raise AssertionError(f"the arrows never come to {target}")


def write(page: Page, target: Locator, text: str) -> None:
    """Go there and type."""
    target.first.wait_for()
    tab_to(page, target.first)
    page.keyboard.type(text)
