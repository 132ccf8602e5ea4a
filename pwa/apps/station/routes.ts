/** The pages of the station app; only those that exist are listed, and the main sections follow from them. */

import type { RouteRecordRaw } from 'vue-router'
import { clock, wallet, person, ticket } from '@/design-system/icons'
import { staffRoutes } from '@/staff/routes'
import { t } from './texts'

export const routes: readonly RouteRecordRaw[] = [
  {
    path: '/',
    name: 'home',
    component: () => import('./pages/HomePage.vue'),
    meta: { title: () => t('home.title'), section: { text: () => t('home.title'), drawing: clock }, signedIn: true, width: 'wide' },
  },
  {
    path: '/serve',
    name: 'serve',
    component: () => import('./pages/ServePage.vue'),
    meta: { title: () => t('serve.title'), section: { text: () => t('serve.title'), drawing: ticket }, signedIn: true },
  },
  {
    path: '/device',
    name: 'device',
    component: () => import('./pages/DevicePage.vue'),
    meta: { title: () => t('tablet.title'), up: '/', signedIn: true, width: 'narrow' },
  },
  {
    path: '/waiting',
    name: 'waiting',
    component: () => import('./pages/WaitingPage.vue'),
    meta: { title: () => t('waiting.title'), up: '/', signedIn: true },
  },
  {
    path: '/cards',
    name: 'cards',
    component: () => import('./pages/CardsPage.vue'),
    meta: { title: () => t('cards.title'), section: { text: () => t('cards.title'), drawing: wallet }, signedIn: true },
  },
  {
    path: '/me',
    name: 'me',
    component: () => import('./pages/MePage.vue'),
    meta: { title: () => t('me.title'), section: { text: () => t('me.title'), drawing: person }, signedIn: true, width: 'narrow' },
  },
  ...staffRoutes('/me'),
]
