/**
 * How much does a phone download before the first page of each app shows? One JSON line an app; 1 if over its budget.
 *
 * Counted as a browser counts: every script and style sheet that the page asks for at once, each compressed by itself.
 */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { APP_NAMES, type AppName } from '../src/kernel/app_name.ts'
import { readViteManifest } from './precache.ts'
import { firstFiles } from './reach.ts'

interface Size {
  app: AppName
  js_gzip: number
  css_gzip: number
  html_gzip: number
  files: number
  within: boolean
}

/** Residents pay for every kilobyte with their own data; the others work on the office's line but start as light. */
const BUDGET = { js: 75 * 1024, css: 15 * 1024 }

const dist = fileURLToPath(new URL('../dist', import.meta.url))

export function firstLoad(app: AppName): Size {
  const files = [...firstFiles(readViteManifest(dist), app)]
  const js = sum(files.filter((file) => file.endsWith('.js')))
  const css = sum(files.filter((file) => file.endsWith('.css')))
  return {
    app,
    js_gzip: js,
    css_gzip: css,
    html_gzip: sum([`${app}/index.html`]),
    files: files.length,
    within: js <= BUDGET.js && css <= BUDGET.css,
  }
}

function sum(files: string[]): number {
  return files.reduce((total, file) => total + gzipSync(readFileSync(`${dist}/${file}`), { level: 9 }).length, 0)
}

const sizes = APP_NAMES.map(firstLoad)
for (const size of sizes) process.stdout.write(`${JSON.stringify(size)}\n`)
process.exitCode = sizes.every(({ within }) => within) ? 0 : 1
