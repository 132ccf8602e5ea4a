// One look of Lighthouse at one page, as a phone with a slow line sees it for the first time. One JSON line, or exit 1.
//
// node look.mjs ADDRESS [COOKIE]; CHROME_PATH names the browser. Lighthouse now and then loses its browser: one retry.

import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'

const [address, cookie] = process.argv.slice(2)
const CATEGORIES = ['performance', 'accessibility', 'best-practices']
const FIGURES = {
  fcp_ms: 'first-contentful-paint',
  lcp_ms: 'largest-contentful-paint',
  tbt_ms: 'total-blocking-time',
  cls: 'cumulative-layout-shift',
  bytes: 'total-byte-weight',
}

// Without pages of the browser's own, which start with it and would be measured beside the county's; the last naming of
// features counts, so those that the launcher turns off are named again.
const OFF = ['WebUIOmniboxPopup', 'WebUIOmniboxFullPopup', 'WebUIOmniboxAimPopup']
const OFF_BY_LAUNCHER = ['Translate', 'OptimizationHints', 'MediaRouter', 'InterestFeedContentSuggestions']
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--lang=zh-CN']
FLAGS.push(`--disable-features=${[...OFF, ...OFF_BY_LAUNCHER].join(',')}`)

async function look() {
  const browser = await launch({ chromeFlags: FLAGS })
  try {
    const { lhr } = await lighthouse(address, {
      port: browser.port,
      logLevel: 'error',
      output: 'json',
      onlyCategories: CATEGORIES,
      extraHeaders: cookie ? { Cookie: cookie } : undefined,
    })
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message)
    return told(lhr)
  } finally {
    browser.kill()
  }
}

function told(lhr) {
  const scores = CATEGORIES.map((name) => [name, lhr.categories[name].score])
  const asked = lhr.audits['network-requests'].details.items.filter(({ url }) => url.includes('/api/')).length
  const figures = Object.entries(FIGURES).map(([name, audit]) => [name, lhr.audits[audit].numericValue])
  const weighed = CATEGORIES.slice(1).flatMap((name) => lhr.categories[name].auditRefs)
  const failed = weighed.filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 1).map(({ id }) => id)
  return { ...Object.fromEntries([...scores, ...figures]), failed, asked, at: lhr.finalDisplayedUrl }
}

const answer = await look().catch(() => look())
process.stdout.write(`${JSON.stringify(answer)}\n`)
