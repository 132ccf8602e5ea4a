/**
 * Tells the one service worker which of the build's files belong to which app.
 *
 * It is registered four times, once for each app's scope, and each registration keeps only its own app's files: a
 * resident's phone never downloads the counter.
 */

import { readFileSync } from 'node:fs'
import type { Manifest } from 'vite'
import { APP_NAMES, type AppName } from '../src/kernel/app_name.ts'
import { allFiles } from './reach.ts'

/** One file to keep; `apps` are those that need it. */
export interface PrecacheEntry {
  url: string
  revision: string | null
  size: number
  apps?: AppName[]
}

/** The reader of codes for browsers without one of their own; it stands in no manifest of Vite's. */
const READER = /zxing_reader-[\w-]+\.wasm$/
/** Whoever scans codes has to do so without a network too. */
const SCANNING: AppName[] = ['resident', 'merchant', 'station']

/** Keeps the files that some app reaches, marked with the apps; a page is kept under the address people open. */
export function markApps(entries: PrecacheEntry[], viteManifest: Manifest): PrecacheEntry[] {
  const reach = new Map(APP_NAMES.map((app) => [app, allFiles(viteManifest, app)]))
  return entries.flatMap((entry) => {
    const page = APP_NAMES.find((app) => entry.url === `${app}/index.html`)
    if (page) return [{ ...entry, url: `/${page}/`, apps: [page] }]
    if (READER.test(entry.url)) return [{ ...entry, url: `/${entry.url}`, revision: null, apps: SCANNING }]
    const apps = APP_NAMES.filter((app) => reach.get(app)?.has(entry.url))
    // Hashed names never change their content, so asking the network for their revision would be waste.
    return apps.length ? [{ ...entry, url: `/${entry.url}`, revision: null, apps }] : []
  })
}

export function readViteManifest(dist: string): Manifest {
  return JSON.parse(readFileSync(`${dist}/.vite/manifest.json`, 'utf-8')) as Manifest
}
