/** Can every ink be read on every ground it stands on, in each app, by day and by night? WCAG 2.2: 4.5:1, edges 3:1. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { APP_NAMES } from '../src/kernel/app_name'

const CSS = readFileSync('src/design-system/tokens.css', 'utf-8').replace(/@media[\s\S]*?\n\}\n/g, '')

const TEXT_PAIRS: [string, string][] = [
  ['--ink', '--ground'],
  ['--ink', '--surface'],
  ['--ink', '--sunken'],
  ['--ink', '--brand-soft'],
  ['--ink-soft', '--ground'],
  ['--ink-soft', '--surface'],
  ['--ink-soft', '--sunken'],
  ['--on-brand', '--brand'],
  ['--on-hero', '--hero'],
  ['--brand-ink', '--surface'],
  ['--brand-ink', '--ground'],
  ['--brand-ink', '--brand-soft'],
  ['--on-ticket', '--ticket'],
  ['--ticket-ink', '--surface'],
  ['--ticket-ink', '--ticket-soft'],
  ['--good', '--good-soft'],
  ['--good', '--surface'],
  ['--on-good', '--good'],
  ['--warn', '--warn-soft'],
  ['--warn', '--surface'],
  ['--bad', '--bad-soft'],
  ['--bad', '--surface'],
  ['--on-bad', '--bad'],
]

const EDGE_PAIRS: [string, string][] = [
  ['--edge', '--surface'],
  ['--edge', '--ground'],
  ['--brand', '--surface'],
  ['--focus', '--surface'],
  ['--focus', '--ground'],
]

const THEMES = APP_NAMES.flatMap((app) => (['light', 'dark'] as const).map((scheme) => ({ app, scheme })))

describe.each(THEMES)('$app, $scheme', ({ app, scheme }) => {
  const tokens = tokensOf(app, scheme)

  it.each(TEXT_PAIRS)('%s can be read on %s', (ink, ground) => {
    expect(contrast(tokens, ink, ground)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(EDGE_PAIRS)('%s can be seen on %s', (edge, ground) => {
    expect(contrast(tokens, edge, ground)).toBeGreaterThanOrEqual(3)
  })
})

/** The tokens that hold together, later rules over earlier ones as in the style sheet. */
function tokensOf(app: string, scheme: string): Map<string, string> {
  const holds = (selector: string): boolean =>
    [...selector.matchAll(/\[data-(\w+)='([\w-]+)'\]/g)].every(
      ([, what, value]) => value === { app, scheme, text: 'standard' }[what ?? ''],
    )
  const tokens = new Map<string, string>()
  for (const [, selector = '', body = ''] of CSS.matchAll(/(:root:root[^{]*)\{([^}]*)\}/g)) {
    if (!holds(selector)) continue
    for (const [, name = '', value = ''] of body.matchAll(/(--[\w-]+):\s*([^;]+);/g)) tokens.set(name, value.trim())
  }
  return tokens
}

function contrast(tokens: Map<string, string>, one: string, other: string): number {
  const [dark = 0, light = 0] = [one, other].map((name) => luminance(colourOf(tokens, name))).toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function colourOf(tokens: Map<string, string>, name: string): string {
  const value = tokens.get(name) ?? ''
  const other = /^var\((--[\w-]+)\)$/.exec(value)?.[1]
  return other ? colourOf(tokens, other) : value
}

function luminance(colour: string): number {
  expect(colour).toMatch(/^#[0-9a-f]{6}$/)
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((from) => {
    const share = Number.parseInt(colour.slice(from, from + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
