/** The pages of the merchant app; only those that exist are listed, and the main sections follow from them. */

import type { RouteRecordRaw } from 'vue-router'
import { board, list, person, scan, wallet } from '@/design-system/icons'
import { ts } from '@/staff/texts'
import { staffRoutes } from '@/staff/routes'
import { t } from './texts'

export const routes: readonly RouteRecordRaw[] = [
  {
    path: '/',
    name: 'home',
    component: () => import('./pages/HomePage.vue'),
    meta: {
      title: () => t('home.title'),
      section: { text: () => t('home.title'), drawing: scan },
      signedIn: true,
    },
  },
  {
    path: '/today',
    name: 'today',
    component: () => import('./pages/TodayPage.vue'),
    meta: {
      title: () => t('today.title'),
      section: { text: () => t('today.title'), drawing: list },
      signedIn: true,
    },
  },
  {
    path: '/keep',
    name: 'keep',
    component: () => import('./pages/KeepPage.vue'),
    meta: { title: () => t('keep.title'), section: { text: () => t('keep.nav'), drawing: wallet }, signedIn: true },
  },
  {
    path: '/calls',
    name: 'calls',
    component: () => import('./pages/CallsPage.vue'),
    meta: { title: () => t('calls.title'), up: '/keep', signedIn: true },
  },
  {
    path: '/calls/:id/apply',
    name: 'apply',
    component: () => import('./pages/ApplyPage.vue'),
    meta: { title: () => t('apply.title'), up: '/calls', signedIn: true },
  },
  {
    path: '/applications/:id/mend',
    name: 'mend',
    component: () => import('./pages/MendPage.vue'),
    meta: { title: () => t('mend.title'), up: '/keep', signedIn: true },
  },
  {
    path: '/money',
    name: 'money',
    component: () => import('./pages/StatementsPage.vue'),
    meta: { title: () => t('money.title'), section: { text: () => t('money.title'), drawing: board }, signedIn: true, width: 'wide' },
  },
  {
    path: '/money/:day',
    name: 'statement',
    component: () => import('./pages/StatementPage.vue'),
    meta: { title: () => t('lines.title'), up: '/money', signedIn: true, width: 'wide' },
  },
  {
    path: '/trade-ins',
    name: 'trade-ins',
    component: () => import('./pages/TradeInsPage.vue'),
    meta: { title: () => t('papers.title'), up: '/money', signedIn: true },
  },
  {
    path: '/me',
    name: 'me',
    component: () => import('./pages/MePage.vue'),
    meta: { title: () => t('me.title'), section: { text: () => t('me.title'), drawing: person }, signedIn: true, width: 'narrow' },
  },
  {
    path: '/device',
    name: 'device',
    component: () => import('./pages/DevicePage.vue'),
    meta: { title: () => t('away.title'), up: '/me', signedIn: true, width: 'narrow' },
  },
  {
    path: '/waiting',
    name: 'waiting',
    component: () => import('./pages/WaitingPage.vue'),
    meta: { title: () => t('away.waiting'), up: '/me', signedIn: true },
  },
  {
    path: '/staff',
    name: 'staff',
    component: () => import('./pages/StaffPage.vue'),
    meta: { title: () => t('staff.title'), up: '/me', signedIn: true },
  },
  {
    path: '/browser',
    name: 'browser',
    component: () => import('@/account/BrowserPage.vue'),
    meta: { title: () => ts('account.browser'), up: '/me', alone: true, width: 'narrow' },
  },
  ...staffRoutes('/me'),
]
