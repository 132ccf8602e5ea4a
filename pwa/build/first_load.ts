/**
 * How much does a phone download before the first page of each app shows, and what does it keep besides? One JSON line an
 * app; 1 if one is over its budget, or keeps a page of another app.
 *
 * Counted as a browser counts: every script and style sheet that the page asks for at once, each compressed by itself.
 */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { APP_NAMES, type AppName } from '../src/kernel/app_name.ts'
import { readViteManifest } from './precache.ts'
import { allFiles, firstFiles } from './reach.ts'

interface Size {
  app: AppName
  js_gzip: number
  css_gzip: number
  html_gzip: number
  files: number
  /** What the service worker keeps of scripts and style sheets, so that every page opens without a network. */
  kept_gzip: number
  /** Pages of other apps among it. */
  strange: number
  within: boolean
}

/** Residents pay for every kilobyte with their own data; the others work on the office's line but start as light. */
const BUDGET = { js: 75 * 1024, css: 15 * 1024 }

const dist = fileURLToPath(new URL('../dist', import.meta.url))

export function firstLoad(app: AppName): Size {
  const manifest = readViteManifest(dist)
  const files = [...firstFiles(manifest, app)]
  const kept = allFiles(manifest, app)
  const others = APP_NAMES.filter((other) => other !== app)
  const strange = Object.entries(manifest).filter(
    ([key, { file }]) => kept.has(file) && others.some((other) => key.startsWith(`${other}/pages/`)),
  ).length
  const js = sum(files.filter((file) => file.endsWith('.js')))
  const css = sum(files.filter((file) => file.endsWith('.css')))
  return {
    app,
    js_gzip: js,
    css_gzip: css,
    html_gzip: sum([`${app}/index.html`]),
    files: files.length,
    kept_gzip: sum([...kept].filter((file) => /\.(js|css)$/.test(file))),
    strange,
    within: js <= BUDGET.js && css <= BUDGET.css && strange === 0,
  }
}

function sum(files: string[]): number {
  return files.reduce((total, file) => total + gzipSync(readFileSync(`${dist}/${file}`), { level: 9 }).length, 0)
}

const sizes = APP_NAMES.map(firstLoad)
for (const size of sizes) process.stdout.write(`${JSON.stringify(size)}\n`)
process.exitCode = sizes.every(({ within }) => within) ? 0 : 1
