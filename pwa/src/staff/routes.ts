/** Pages that staff have in each of their apps: the way in, the first time, messages and sessions. */

import type { RouteRecordRaw } from 'vue-router'
import { ts } from './texts'

/** `account` is the address of the app's own page about the account, above these. */
export function staffRoutes(account: string): RouteRecordRaw[] {
  return [
    {
      path: '/sign-in',
      name: 'sign-in',
      component: () => import('./StaffSignInPage.vue'),
      meta: { title: () => ts('sign-in.title'), alone: true, width: 'narrow' },
    },
    {
      path: '/invitation',
      name: 'invitation',
      component: () => import('./InvitationPage.vue'),
      meta: { title: () => ts('invitation.title'), alone: true, width: 'narrow' },
    },
    {
      path: '/inbox',
      name: 'inbox',
      component: () => import('@/account/InboxPage.vue'),
      meta: { title: () => ts('account.inbox'), up: account, signedIn: true, width: 'narrow' },
    },
    {
      path: '/sessions',
      name: 'sessions',
      component: () => import('@/account/SessionsPage.vue'),
      meta: { title: () => ts('account.sessions'), up: account, signedIn: true, width: 'narrow' },
    },
  ]
}
