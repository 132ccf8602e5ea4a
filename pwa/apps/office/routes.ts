/** The pages of the office app; only those that exist are listed, and the main sections follow from them. */

import type { RouteRecordRaw } from 'vue-router'
import { done, list, person, search, shop, wallet } from '@/design-system/icons'
import { staffRoutes } from '@/staff/routes'
import { t } from './texts'
import { t as tc } from './texts/county'
import { td } from './texts/design'

export const routes: readonly RouteRecordRaw[] = [
  {
    path: '/',
    name: 'home',
    component: () => import('./pages/CampaignsPage.vue'),
    meta: { title: () => t('home.title'), section: { text: () => t('home.title'), drawing: list }, signedIn: true },
  },
  {
    path: '/start',
    name: 'start',
    component: () => import('./pages/StartPage.vue'),
    meta: { title: () => t('start.title'), section: { text: () => t('start.section'), drawing: done }, signedIn: true },
  },
  {
    path: '/imports',
    name: 'imports',
    component: () => import('./pages/ImportsPage.vue'),
    meta: { title: () => t('imports.title'), up: '/start', signedIn: true },
  },
  {
    path: '/merchants',
    name: 'merchants',
    component: () => import('./pages/MerchantsPage.vue'),
    meta: { title: () => t('merchants.title'), section: { text: () => t('merchants.title'), drawing: shop }, signedIn: true },
  },
  {
    path: '/merchants/new',
    name: 'admit',
    component: () => import('./pages/AdmitPage.vue'),
    meta: { title: () => t('admit.title'), up: '/merchants', signedIn: true },
  },
  {
    path: '/merchants/:id',
    name: 'merchant',
    component: () => import('./pages/MerchantPage.vue'),
    meta: { title: () => t('merchant.title'), up: '/merchants', signedIn: true },
  },
  {
    path: '/calls/new',
    name: 'new-call',
    component: () => import('./pages/NewCallPage.vue'),
    meta: { title: () => t('calls.new'), up: '/merchants', signedIn: true },
  },
  {
    path: '/calls/:id',
    name: 'call',
    component: () => import('./pages/CallPage.vue'),
    meta: { title: () => t('calls.title'), up: '/merchants', signedIn: true },
  },
  {
    path: '/calls/:id/apply',
    name: 'apply-for',
    component: () => import('./pages/ApplyForPage.vue'),
    meta: { title: () => t('calls.apply'), up: '/merchants', signedIn: true },
  },
  {
    path: '/merchant-applications/:id',
    name: 'application',
    component: () => import('./pages/ApplicationPage.vue'),
    meta: { title: () => t('application.title'), up: '/merchants', signedIn: true },
  },
  {
    path: '/money',
    name: 'money',
    component: () => import('./pages/MoneyPage.vue'),
    meta: { title: () => t('money.title'), section: { text: () => t('money.title'), drawing: wallet }, signedIn: true },
  },
  {
    path: '/money/campaigns/:id',
    name: 'settlement',
    component: () => import('./pages/SettlementPage.vue'),
    meta: { title: () => t('money.campaign'), up: '/money', signedIn: true },
  },
  {
    path: '/money/incidents',
    name: 'incidents',
    component: () => import('./pages/IncidentsPage.vue'),
    meta: { title: () => t('money.incidents'), up: '/money', signedIn: true },
  },
  {
    path: '/money/clearing/:day',
    name: 'clearing-day',
    component: () => import('./pages/ClearingDayPage.vue'),
    meta: { title: () => t('money.day'), up: '/money', signedIn: true },
  },
  {
    path: '/money/merchants/:id/:day',
    name: 'statement',
    component: () => import('./pages/StatementPage.vue'),
    meta: { title: () => t('money.statement'), up: '/money', signedIn: true },
  },
  {
    path: '/trade-ins',
    name: 'trade-ins',
    component: () => import('./pages/TradeInsPage.vue'),
    meta: { title: () => t('trade-ins.title'), up: '/money', signedIn: true },
  },
  {
    path: '/trade-ins/:id',
    name: 'trade-in',
    component: () => import('./pages/TradeInPage.vue'),
    meta: { title: () => t('trade-in.title'), up: '/trade-ins', signedIn: true },
  },
  {
    path: '/audit',
    name: 'audit',
    component: () => import('./pages/AuditPage.vue'),
    meta: { title: () => t('audit.title'), section: { text: () => t('audit.title'), drawing: search }, signedIn: true },
  },
  {
    path: '/me',
    name: 'me',
    component: () => import('./pages/MePage.vue'),
    meta: { title: () => t('me.title'), section: { text: () => t('me.title'), drawing: person }, signedIn: true, width: 'narrow' },
  },
  {
    path: '/design',
    name: 'design',
    component: () => import('./pages/DesignPage.vue'),
    meta: { title: () => td('title'), up: '/me', signedIn: true },
  },
  {
    path: '/people',
    name: 'people',
    component: () => import('./pages/PeoplePage.vue'),
    meta: { title: () => t('people.title'), up: '/me', signedIn: true },
  },
  {
    path: '/county',
    name: 'county',
    component: () => import('./pages/CountyPage.vue'),
    meta: { title: () => tc('title'), up: '/me', signedIn: true },
  },
  {
    path: '/residents',
    name: 'residents',
    component: () => import('./pages/ResidentsPage.vue'),
    meta: { title: () => t('residents.title'), up: '/me', signedIn: true },
  },
  {
    path: '/stations',
    name: 'stations',
    component: () => import('./pages/StationsPage.vue'),
    meta: { title: () => t('stations.title'), up: '/me', signedIn: true },
  },
  {
    path: '/stations/:id',
    name: 'station',
    component: () => import('./pages/StationPage.vue'),
    meta: { title: () => t('stations.title'), up: '/stations', signedIn: true },
  },
  {
    path: '/devices',
    name: 'devices',
    component: () => import('./pages/DevicesPage.vue'),
    meta: { title: () => t('devices.title'), up: '/me', signedIn: true },
  },
  {
    path: '/paper-cards',
    name: 'paper-cards',
    component: () => import('./pages/PaperCardsPage.vue'),
    meta: { title: () => t('paper-cards.title'), up: '/me', signedIn: true },
  },
  {
    path: '/conflicts',
    name: 'conflicts',
    component: () => import('./pages/ConflictsPage.vue'),
    meta: { title: () => t('conflicts.title'), up: '/devices', signedIn: true },
  },
  {
    path: '/conflicts/:device/:seq',
    name: 'conflict',
    component: () => import('./pages/ConflictPage.vue'),
    meta: { title: () => t('conflicts.title'), up: '/conflicts', signedIn: true },
  },
  {
    path: '/why',
    name: 'why',
    component: () => import('./pages/WhyPage.vue'),
    meta: { title: () => t('why.title'), up: '/me', signedIn: true },
  },
  {
    path: '/campaigns/new',
    name: 'new',
    component: () => import('./pages/PlanPage.vue'),
    meta: { title: () => t('form.title.new'), up: '/', signedIn: true },
  },
  {
    path: '/campaigns/:id',
    name: 'campaign',
    component: () => import('./pages/CampaignPage.vue'),
    meta: { title: () => t('campaign.title'), up: '/', signedIn: true },
  },
  {
    path: '/campaigns/:id/edit',
    name: 'edit',
    component: () => import('./pages/PlanPage.vue'),
    meta: { title: () => t('form.title.edit'), up: '/', signedIn: true },
  },
  {
    path: '/campaigns/:id/board',
    name: 'board',
    component: () => import('./pages/BoardPage.vue'),
    meta: { title: () => t('board.title'), up: '/', signedIn: true },
  },
  ...staffRoutes('/me'),
]
