import { createPinia, setActivePinia } from 'pinia'
import { flushPromises, mount } from '@vue/test-utils'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { tell, toast } from '@/design-system/toast'
import { forget, keep, recallAll } from '@/offline/kept'
import IdleWarning from '@/session/IdleWarning.vue'
import { guard } from '@/session/guard'
import { useSession } from '@/session/session'
import { lost, openCounty, yes, type TestCounty } from './county'

const me = (id: string, until = '2026-11-30T12:00:00Z'): unknown => ({
  me: { id, roles: ['merchant'], session_expires_at: until, idle_expires_at: null },
})

const used = (until: string): unknown => ({ me: { ...(me('one') as { me: object }).me, idle_expires_at: until } })

let county: TestCounty

/** The page is opened: what the browser remembers is all it knows. */
function open(): ReturnType<typeof useSession> {
  setActivePinia(createPinia())
  return useSession()
}

function twoPages(): Router {
  return createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: { template: '<p></p>' }, meta: { signedIn: true, title: () => '' } },
      { path: '/sign-in', name: 'sign-in', component: { template: '<p></p>' }, meta: { title: () => '' } },
    ],
  })
}

afterEach(() => vi.useRealTimers())

beforeEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
  county = openCounty()
})

it('that is left without a network is ended before the next person is anybody', async () => {
  county.next(yes(me('one'), 200), lost)
  const session = open()
  await session.find()
  expect(session.me?.id).toBe('one')
  tell('已退单，请退给顾客 ¥250.00')
  await session.signOut()
  expect([session.me, toast.value]).toEqual([null, null])
  // The cookie still works; the county is told now.
  county.next(yes(me('one'), 200), yes({ ended: 1 }, 200), yes({ me: null }, 200))
  const later = open()
  await later.find()
  expect(later.me).toBeNull()
  expect(county.sent.map(({ path }) => path)).toEqual([
    '/api/v1/session',
    '/api/v1/sign-out',
    '/api/v1/session',
    '/api/v1/sign-out',
  ])
  await later.find()
  expect(county.sent).toHaveLength(5)
})

it('takes with it what the phone kept of the vouchers of whoever signs out, also without a network', async () => {
  await Promise.all([keep('wallet', 'one', []), keep('wallet', 'history one', []), keep('claims', 'c', { claim_id: 'c' })])
  county.next(yes(me('one'), 200), lost)
  const session = open()
  await session.find()
  await session.signOut()
  // What was pressed and not answered is no copy: it waits.
  expect([await recallAll('wallet'), await recallAll('claims')]).toEqual([[], [{ claim_id: 'c' }]])
  await forget('claims', 'c')
})

it('is known from the disk where the browser was killed before it had written down who signed in', async () => {
  county.next(yes(me('one'), 200))
  await open().find()
  // Nothing of what a page remembers in the small was written before the kill.
  await flushPromises()
  localStorage.clear()
  county.next(lost, lost)
  const session = open()
  const router = twoPages()
  guard(router)
  await router.push('/')
  expect([session.me?.id, router.currentRoute.value.path]).toEqual(['one', '/'])
  // Whoever left is nobody, with a network or without.
  county.next(yes({ ended: 1 }, 200))
  await session.signOut()
  await flushPromises()
  localStorage.clear()
  const later = open()
  county.next(lost)
  await later.find()
  await later.recallKept()
  expect(later.me).toBeNull()
})

it('stays owed while the county cannot be told', async () => {
  county.next(yes(me('one'), 200), lost, yes(me('one'), 200), lost, yes(me('one'), 200), yes({ ended: 1 }, 200))
  const session = open()
  await session.find()
  await session.signOut()
  await session.find()
  expect(session.me).toBeNull()
  await session.find()
  expect([session.me, county.sent.length]).toEqual([null, 6])
})

it('of somebody who has signed in since is theirs, also of the same person', async () => {
  for (const next of [me('two'), me('one', '2026-11-30T18:00:00Z')]) {
    county.next(yes(me('one'), 200), lost, yes(next, 200))
    const session = open()
    await session.find()
    await session.signOut()
    await session.find()
    expect(session.me).not.toBeNull()
  }
})

it('that is not used for half an hour is warned of more than a minute before it ends, and goes on with a press', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-11-30T02:00:00Z') })
  county.next(yes(used('2026-11-30T02:30:00Z'), 200))
  const session = open()
  await session.find()
  const page = mount(IdleWarning)
  await vi.advanceTimersByTimeAsync(27 * 60_000)
  expect(page.find('button').exists()).toBe(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(page.get('[role=alert]').text()).toContain('自动退出')
  county.next(yes(used('2026-11-30T02:58:00Z'), 200))
  await page.get('button').trigger('click')
  await flushPromises()
  expect(page.find('button').exists()).toBe(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(page.find('button').exists()).toBe(false)
  page.unmount()
})
