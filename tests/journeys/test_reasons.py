"""Every no of the county, as it stands on a screen: a sentence in each language, and never the word for programs."""

import re

import msgspec
import pytest
from playwright.sync_api import Page

from backend.kernel.refusals import Reason
from backend.web.problems import problem_of
from tests.house.test_reasons import reasons
from tests.journeys.conftest import Enter
from tests.journeys.looking import speak

pytestmark = pytest.mark.journey

HAN = re.compile(r"[\u4e00-\u9fff]{2}")

ANSWER_NO = """
const sent = window.fetch
window.fetch = (request, ...rest) => {
  if (!window.nextNo || !String(request.url).endsWith('/sign-in/codes')) return sent(request, ...rest)
  const { status } = JSON.parse(window.nextNo)
  const headers = { 'content-type': 'application/problem+json' }
  return Promise.resolve(new Response(window.nextNo, { status, headers }))
}
"""

HEAR_ALL = """
async (problems) => {
  const button = document.querySelector('form button')
  const told = []
  for (const problem of problems) {
    window.nextNo = problem
    button.click()
    let said = ''
    while (!said) {
      await new Promise((done) => setTimeout(done))
      const isBusy = button.getAttribute('aria-busy') === 'true'
      said = isBusy ? '' : document.querySelector('main [role=alert]').textContent.trim()
    }
    told.push(said)
    // The next press begins with an empty note.
    document.querySelector('form input').dispatchEvent(new Event('input'))
  }
  return told
}
"""


def test_every_reason_has_its_sentence_on_the_screen_in_both_languages(visit: Enter) -> None:
    known = sorted({reason.value: reason for reason in reasons()}.values(), key=lambda reason: reason.value)
    assert len(known) > 100
    one = visit()
    one.context.add_init_script(ANSWER_NO)
    page = one.go("/resident/sign-in")
    page.get_by_label("手机号").fill("15410001999")
    spoken = {"zh": hear(page, known), "en": []}
    speak(page, "en")
    spoken["en"] = hear(page, known)
    wrong = {
        reason.value: (zh, en)
        for reason, zh, en in zip(known, spoken["zh"], spoken["en"], strict=True)
        if not HAN.search(zh)
        or HAN.search(en)
        or en != reason.en
        or (zh + en).count(reason.value) > plain(reason.value)
    }
    assert wrong == {}


def plain(word: str) -> int:
    """A word without a hyphen may be an English word of its sentence."""
    return 0 if "-" in word else 2


def hear(page: Page, known: list[Reason]) -> list[str]:
    """What the page says to each no."""
    told = page.evaluate(HEAR_ALL, [msgspec.json.encode(problem_of(reason)).decode() for reason in known])
    return [str(said) for said in told]
