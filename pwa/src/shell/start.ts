/**
 * Starts one app: its pages under its own address, its language, its look, and what it keeps for a day without network.
 */

import { createPinia } from 'pinia'
import { createApp, h } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import '@/design-system/tokens.css'
import '@/design-system/page.css'
import { showDisplay } from '@/design-system/display'
import { warn } from '@/design-system/toast'
import { t } from '@/i18n'
import { textsReady } from '@/i18n/texts'
import type { AppName } from '@/kernel/app_name'
import { keepOffline } from '@/offline/app_update'
import { watchConnection } from '@/offline/connection'
import { holdInstallPrompt } from '@/offline/install'
import AppShell from './AppShell.vue'
import './page_meta'

export interface AppStart {
  app: AppName
  title: () => string
  routes: readonly RouteRecordRaw[]
}

export async function start({ app, title, routes }: AppStart): Promise<void> {
  showDisplay()
  watchConnection()
  holdInstallPrompt()
  const router = createRouter({
    history: createWebHistory(`/${app}/`),
    routes: [...routes, ...pagesOfEveryApp()],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  // A page may bring a catalogue of its own; it is shown once its texts can be read.
  router.beforeResolve(() => textsReady())
  router.onError(() => warn(t('problem.page-missing')))
  const program = createApp({ render: () => h(AppShell, { appTitle: title }) })
  program.config.errorHandler = (fault) => {
    warn(t('problem.ours'))
    // The browser's own record keeps the cause; nothing of it is shown to the person.
    reportError(fault)
  }
  await textsReady()
  program.use(createPinia()).use(router)
  await router.isReady().catch(() => undefined)
  program.mount('#app')
  if (import.meta.env.PROD) void keepOffline(app)
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
      path: '/:lost(.*)*',
      name: 'lost',
      component: () => import('./LostPage.vue'),
      meta: { title: () => t('state.lost.title'), up: '/' },
    },
  ]
}
