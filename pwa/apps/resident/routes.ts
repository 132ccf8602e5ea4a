/** The pages of the resident app; only those that exist are listed, and the main sections follow from them. */

import type { RouteRecordRaw } from 'vue-router'
import { home } from '@/design-system/icons'
import HomePage from './pages/HomePage.vue'
import { t } from './texts'

export const routes: readonly RouteRecordRaw[] = [
  {
    path: '/',
    name: 'home',
    component: HomePage,
    meta: { title: () => t('app.title'), section: { text: () => t('home.title'), drawing: home } },
  },
]
