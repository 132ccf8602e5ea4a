/**
 * Keeps one app's files on the phone, so that it opens without a network.
 *
 * The same file is registered four times, once for each app's addresses, and keeps only what that app needs. It answers
 * for files and pages only: what the county says is never answered from here, so nothing stale looks fresh.
 */

import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { appOfPath, type AppName } from '../kernel/app_name'

declare const self: ServiceWorkerGlobalScope

/** Filled in by the build: every file that some app needs, with the apps that do. */
const files = self.__WB_MANIFEST as (PrecacheEntry & { apps: AppName[] })[]

const app = appOfPath(new URL(self.registration.scope).pathname)

cleanupOutdatedCaches()
// A browser that reads codes itself needs no megabyte for it.
const readsCodes = 'BarcodeDetector' in self
precacheAndRoute(files.filter(({ apps, url }) => apps.includes(app) && !(readsCodes && url.endsWith('.wasm'))))
registerRoute(new NavigationRoute(createHandlerBoundToURL(`/${app}/`)))

self.addEventListener('message', ({ data }) => {
  // The person pressed «update now»; until then a new version waits.
  if (data === 'take-over') void self.skipWaiting()
})
