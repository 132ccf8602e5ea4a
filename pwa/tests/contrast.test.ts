/** Can every ink be read on every ground it stands on, in each app, by day and by night? WCAG 2.2: 4.5:1, edges 3:1. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { contrast as contrastOf, EDGE_LEAST, rgbOf, TEXT_LEAST } from '../src/design-system/measure'
import { EDGE_PAIRS, TEXT_PAIRS } from '../src/design-system/pairs'
import { APP_NAMES } from '../src/kernel/app_name'

const CSS = readFileSync('src/design-system/tokens.css', 'utf-8').replace(/@media[\s\S]*?\n\}\n/g, '')

const THEMES = APP_NAMES.flatMap((app) => (['light', 'dark'] as const).map((scheme) => ({ app, scheme })))

describe.each(THEMES)('$app, $scheme', ({ app, scheme }) => {
  const tokens = tokensOf(app, scheme)

  it.each(TEXT_PAIRS)('%s can be read on %s', (ink, ground) => {
    expect(contrast(tokens, ink, ground)).toBeGreaterThanOrEqual(TEXT_LEAST)
  })

  it.each(EDGE_PAIRS)('%s can be seen on %s', (edge, ground) => {
    expect(contrast(tokens, edge, ground)).toBeGreaterThanOrEqual(EDGE_LEAST)
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
  const [mine, its] = [one, other].map((name) => rgbOf(colourOf(tokens, name)))
  if (!mine || !its) throw new Error(`${one} or ${other} is no colour of six digits`)
  return contrastOf(mine, its)
}

function colourOf(tokens: Map<string, string>, name: string): string {
  const value = tokens.get(name) ?? ''
  const other = /^var\((--[\w-]+)\)$/.exec(value)?.[1]
  return other ? colourOf(tokens, other) : value
}
