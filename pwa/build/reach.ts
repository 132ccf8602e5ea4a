/**
 * Which files does an app need: to show its first page, and to work without a network?
 *
 * Both answers are read from Vite's own manifest of the build, so that they cannot drift from what was built.
 */

import type { Manifest } from 'vite'
import type { AppName } from '../src/kernel/app_name.ts'

/** Everything the browser loads before the first page shows: the entry and what it imports, not what it may load later. */
export function firstFiles(manifest: Manifest, app: AppName): Set<string> {
  return walk(manifest, entryOf(app), false)
}

/** Everything the app can ever ask for, lazy pages included: what its service worker keeps. */
export function allFiles(manifest: Manifest, app: AppName): Set<string> {
  return walk(manifest, entryOf(app), true)
}

function entryOf(app: AppName): string {
  return `${app}/index.html`
}

function walk(manifest: Manifest, entry: string, lazy: boolean): Set<string> {
  const files = new Set<string>()
  const seen = new Set<string>()
  const waiting = [entry]
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const chunk = manifest[key]
    if (!chunk) throw new Error(`Vite's manifest has no ${key}; a chunk that nobody lists would be missing offline`)
    if (seen.has(key)) continue
    seen.add(key)
    for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file)
    waiting.push(...(chunk.imports ?? []), ...(lazy ? (chunk.dynamicImports ?? []) : []))
  }
  return files
}
