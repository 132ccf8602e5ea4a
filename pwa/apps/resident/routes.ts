/** The pages of the resident app; only those that exist are listed, and the main sections follow from them. */

import type { RouteRecordRaw } from 'vue-router'
import { home, person, wallet } from '@/design-system/icons'
import HomePage from './pages/HomePage.vue'
import { tm } from '@/merchants/texts'
import { t } from './texts'

export const routes: readonly RouteRecordRaw[] = [
  {
    path: '/',
    name: 'home',
    component: HomePage,
    meta: { title: () => t('app.title'), section: { text: () => t('home.title'), drawing: home }, width: 'wide' },
  },
  {
    path: '/wallet',
    name: 'wallet',
    component: () => import('./pages/WalletPage.vue'),
    meta: {
      title: () => t('wallet.title'),
      section: { text: () => t('wallet.title'), drawing: wallet },
      signedIn: true,
    },
  },
  {
    path: '/me',
    name: 'me',
    component: () => import('./pages/MePage.vue'),
    meta: { title: () => t('me.title'), section: { text: () => t('me.title'), drawing: person } },
  },
  {
    path: '/campaigns/:id',
    name: 'campaign',
    component: () => import('./pages/CampaignPage.vue'),
    meta: { title: () => t('home.campaigns'), up: '/', width: 'wide' },
  },
  {
    path: '/rounds/:id',
    name: 'round',
    component: () => import('./pages/RoundPage.vue'),
    meta: { title: () => t('round.title'), up: '/' },
  },
  {
    path: '/rounds/:id/draw',
    name: 'draw',
    component: () => import('./pages/DrawPage.vue'),
    meta: { title: () => t('proof.title'), up: '/', width: 'wide' },
  },
  {
    path: '/lots',
    name: 'lots',
    component: () => import('./pages/LotsPage.vue'),
    meta: { title: () => t('lots.title'), up: '/me', signedIn: true },
  },
  {
    path: '/wallet/:id',
    name: 'voucher',
    component: () => import('./pages/VoucherPage.vue'),
    meta: { title: () => t('voucher.title'), up: '/wallet', signedIn: true },
  },
  {
    path: '/wallet/:id/code',
    name: 'code',
    component: () => import('./pages/CodePage.vue'),
    meta: { title: () => t('code.title'), up: '/wallet', signedIn: true, alone: true },
  },
  {
    path: '/scan',
    name: 'scan',
    component: () => import('./pages/ScanPage.vue'),
    meta: { title: () => t('scan.title'), up: '/wallet', signedIn: true, alone: true },
  },
  {
    path: '/calls',
    name: 'calls',
    component: () => import('./pages/CallsPage.vue'),
    meta: { title: () => t('calls.title'), up: '/merchants' },
  },
  {
    path: '/applications',
    name: 'applications',
    component: () => import('./pages/ApplicationsPage.vue'),
    meta: { title: () => tm('mine.title'), up: '/calls', signedIn: true },
  },
  {
    path: '/applications/:id/mend',
    name: 'mend',
    component: () => import('./pages/MendPage.vue'),
    meta: { title: () => t('mend.title'), up: '/applications', signedIn: true },
  },
  {
    path: '/calls/:id/apply',
    name: 'apply',
    component: () => import('./pages/ApplyPage.vue'),
    meta: { title: () => t('apply.title'), up: '/calls', signedIn: true },
  },
  {
    path: '/calls/:id',
    name: 'call',
    component: () => import('./pages/CallPage.vue'),
    meta: { title: () => t('calls.title'), up: '/calls' },
  },
  {
    path: '/history',
    name: 'history',
    component: () => import('./pages/HistoryPage.vue'),
    meta: { title: () => t('history.title'), up: '/me', signedIn: true },
  },
  {
    path: '/inbox',
    name: 'inbox',
    component: () => import('@/account/InboxPage.vue'),
    meta: { title: () => t('me.inbox'), up: '/me', signedIn: true },
  },
  {
    path: '/sessions',
    name: 'sessions',
    component: () => import('@/account/SessionsPage.vue'),
    meta: { title: () => t('me.sessions'), up: '/me', signedIn: true },
  },
  {
    path: '/browser',
    name: 'browser',
    component: () => import('@/account/BrowserPage.vue'),
    meta: { title: () => t('me.browser'), up: '/me', alone: true },
  },
  {
    path: '/consents',
    name: 'consents',
    component: () => import('./pages/ConsentsPage.vue'),
    meta: { title: () => t('consents.title'), up: '/me', signedIn: true },
  },
  {
    path: '/looks',
    name: 'looks',
    component: () => import('./pages/LooksPage.vue'),
    meta: { title: () => t('looks.title'), up: '/me', signedIn: true },
  },
  {
    path: '/data',
    name: 'data',
    component: () => import('./pages/DataPage.vue'),
    meta: { title: () => t('data.title'), up: '/me' },
  },
  {
    path: '/near',
    name: 'near',
    component: () => import('./pages/NearPage.vue'),
    meta: { title: () => t('near.title'), up: '/', width: 'wide' },
  },
  {
    path: '/merchants',
    name: 'merchants',
    component: () => import('./pages/MerchantsPage.vue'),
    meta: { title: () => t('merchants.title'), up: '/', width: 'wide' },
  },
  {
    path: '/stations',
    name: 'stations',
    component: () => import('./pages/StationsPage.vue'),
    meta: { title: () => t('stations.title'), up: '/', width: 'wide' },
  },
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./pages/SignInPage.vue'),
    meta: { title: () => t('sign-in.title'), up: '/', alone: true },
  },
]
