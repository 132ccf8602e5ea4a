/**
 * Keeps this app on the phone, and offers a new version when one has arrived.
 *
 * A new version never takes over by itself: it waits until the person says so, and only the tab that was asked loads
 * again. Other tabs go on with the files they have; the server keeps those.
 */

import { shallowRef } from 'vue'
import type { AppName } from '@/kernel/app_name'

const LOOK_EVERY_MS = 60 * 60 * 1000

/** The version that waits, if any. */
export const waiting = shallowRef<ServiceWorker | null>(null)

/** Registers the service worker for this app's addresses. Where there is none (WeChat, plain HTTP) nothing is lost. */
export async function keepOffline(app: AppName): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  await shown()
  try {
    const scope = `/${app}/`
    const registration = await navigator.serviceWorker.register('/sw.js', { scope, updateViaCache: 'none' })
    watchFor(registration)
    lookNowAndThen(registration)
  } catch {
    // Storage is refused or full: the app works as long as there is a network.
  }
}

/** What is kept for later must not be in the way of what is looked at now. */
async function shown(): Promise<void> {
  if (document.readyState !== 'complete') {
    await new Promise((resolve) => addEventListener('load', resolve, { once: true }))
  }
  // Not on iOS; there the page is shown and nothing better is known.
  if ('requestIdleCallback' in window) await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 3000 }))
}

/** Lets the waiting version take over, then loads this tab with it. */
export function takeUpdate(): void {
  const next = waiting.value
  if (!next) return
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  next.postMessage('take-over')
  waiting.value = null
}

/** Not now: it is offered again the next time the app is opened. */
export function laterUpdate(): void {
  waiting.value = null
}

function offer(worker: ServiceWorker | null): void {
  // The very first version has nobody to replace; it is simply there.
  if (worker?.state !== 'installed' || !navigator.serviceWorker.controller) return
  waiting.value = worker
  worker.addEventListener('statechange', () => {
    // Another tab took it, or a newer one came: there is nothing left to offer here.
    if (waiting.value === worker) waiting.value = null
  })
}

function watchFor(registration: ServiceWorkerRegistration): void {
  offer(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing
    coming?.addEventListener('statechange', () => offer(coming))
  })
}

function lookNowAndThen(registration: ServiceWorkerRegistration): void {
  let looked = Date.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - looked < LOOK_EVERY_MS) return
    looked = Date.now()
    registration.update().catch(() => undefined)
  })
}
