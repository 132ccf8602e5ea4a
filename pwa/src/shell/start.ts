/**
 * Starts one app: its pages under its own address, its language, its look, and what it keeps for a day without network.
 */

import { createPinia } from 'pinia'
import { createApp, h, watch, type Component } from 'vue'
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'
import '@/design-system/tokens.css'
import '@/design-system/page.css'
import { meetCounty } from '@/county/county'
import { showDisplay } from '@/design-system/display'
import { warn } from '@/design-system/toast'
import { t } from '@/i18n'
import { textsReady } from '@/i18n/texts'
import type { AppName } from '@/kernel/app_name'
import { breathe } from '@/kernel/breathing'
import { keepOffline } from '@/offline/app_update'
import { watchConnection } from '@/offline/connection'
import { holdInstallPrompt } from '@/offline/install'
import { leavePage, watchTyping } from '@/offline/task'
import { guard } from '@/session/guard'
import { useSession, type Fits } from '@/session/session'
import AppShell from './AppShell.vue'
import './page_meta'

export interface AppStart {
  app: AppName
  title: () => string
  routes: readonly RouteRecordRaw[]
  /** Whose session this app is for. */
  fits: Fits
  /** What this app has to say below the head on every page, beside what every app says. */
  bar?: Component
  /** What has to be opened before anything of the app is there; resolves when it is. */
  gate?: () => Promise<void>
}

// Browsers of 2020 have none, and whoever reports a fault goes on after it.
globalThis.reportError ??= (fault: unknown) => void setTimeout(() => {
  throw fault
})

export async function start({ app, title, routes, fits, bar, gate }: AppStart): Promise<void> {
  showDisplay()
  watchConnection()
  holdInstallPrompt()
  watchTyping()
  await breathe()
  await gate?.()
  const router = createRouter({
    history: createWebHistory(`/${app}/`),
    routes: [...routes, ...pagesOfEveryApp()],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  // A page may bring a catalogue of its own; it is shown once its texts can be read.
  router.beforeResolve(() => textsReady())
  router.afterEach((to, from) => {
    if (to.path !== from.path) leavePage()
  })
  router.onError(() => warn(t('problem.page-missing')))
  const program = createApp({ render: () => h(AppShell, { appTitle: title, ...(bar ? { ownBar: bar } : {}) }) })
  program.config.errorHandler = (fault) => {
    warn(t('problem.ours'))
    // The browser's own record keeps the cause; nothing of it is shown to the person.
    reportError(fault)
  }
  await textsReady()
  await breathe()
  program.use(createPinia())
  const session = useSession()
  session.suit(fits)
  guard(router)
  program.use(router)
  await router.isReady().catch(() => undefined)
  await breathe()
  program.mount('#app')
  void meetCounty()
  // Whoever was signed in when the page was last open may not be any more.
  if (session.me && !session.asked) void session.find()
  watchSession(router, () => session.me !== null)
  if (import.meta.env.PROD) void keepOffline(app)
}

/** A session that ends under a page of its own leads to the way in, and from there back to the page. */
function watchSession(router: Router, isIn: () => boolean): void {
  watch(isIn, (now) => {
    const { meta, fullPath } = router.currentRoute.value
    if (!now && meta.signedIn) void router.replace({ name: 'sign-in', query: { back: fullPath } })
  })
}

function pagesOfEveryApp(): RouteRecordRaw[] {
  return [
    {
      path: '/display',
      name: 'display',
      component: () => import('./DisplayPage.vue'),
      meta: { title: () => t('settings.title'), up: '/' },
    },
    {
      path: '/outbox',
      name: 'outbox',
      component: () => import('@/outbox/OutboxPage.vue'),
      meta: { title: () => t('outbox.title'), up: '/me' },
    },
    {
      path: '/:lost(.*)*',
      name: 'lost',
      component: () => import('./LostPage.vue'),
      meta: { title: () => t('state.lost.title'), up: '/' },
    },
  ]
}
