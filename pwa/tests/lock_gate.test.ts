/** Whoever stands before a locked device can always press again, whatever its storage does. */

import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { beforeEach, afterEach, expect, it, vi } from 'vitest'
import { openBrowser } from './offline_world'

const PASSPHRASE = '山里的驿站 2026'

beforeEach(() => {
  openBrowser()
  vi.stubGlobal('reportError', () => undefined)
})
afterEach(() => vi.unstubAllGlobals())

function asleep() {
  return vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('asleep', 'UnknownError')
  })
}

async function newPage() {
  vi.resetModules()
  const [lock, gate, card] = await Promise.all([
    import('@/offline/lock/lock'),
    import('@/offline/lock/LockGate.vue'),
    import('@/offline/lock/LockCard.vue'),
  ])
  return { ...lock, LockGate: gate.default, LockCard: card.default }
}

it('a gate whose storage does not answer says so, and opens when it does', async () => {
  await (await newPage()).setPassphrase(PASSPHRASE, null, 1000)
  const page = await newPage()
  await page.lookAtLock()
  const opens = asleep()
  // Nothing is open on a page that was loaded anew.
  const { forgetOpened } = await import('@/offline/database')
  forgetOpened()
  const gate = mount(page.LockGate, { attachTo: document.body })
  await gate.get('input').setValue(PASSPHRASE)
  await gate.get('form').trigger('submit')
  await vi.waitFor(() => expect(gate.text()).toContain('存储暂时读写不了'))
  expect(gate.emitted('done')).toBeUndefined()
  await gate.findAll('button').find((one) => one.text() === '忘记口令')!.trigger('click')
  await gate.findAll('button').find((one) => one.text() === '清除并登录')!.trigger('click')
  await flushPromises()
  expect(gate.text()).toContain('存储暂时读写不了')
  opens.mockRestore()
  await gate.get('form').trigger('submit')
  await vi.waitFor(() => expect(gate.emitted('done')).toHaveLength(1))
  gate.unmount()
})

it('a gate whose last try could not wipe the copy can be pressed again, and then wipes it', async () => {
  const page = await newPage()
  await page.setPassphrase(PASSPHRASE, null, 1000)
  const { openDatabase } = await import('@/offline/database')
  const database = await openDatabase()
  await database.put('keys', { ...((await database.get('keys', 'lock')) as object), wrong: 9 }, 'lock')
  const clears = vi.spyOn(IDBObjectStore.prototype, 'clear').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  const gate = mount(page.LockGate, { attachTo: document.body })
  await gate.get('input').setValue('not the one')
  await gate.get('form').trigger('submit')
  await vi.waitFor(() => expect(gate.text()).toContain('存储暂时读写不了'), 10_000)
  clears.mockRestore()
  await gate.get('form').trigger('submit')
  await vi.waitFor(() => expect(gate.text()).toContain('已经清除'), 10_000)
  gate.unmount()
})

it('a passphrase that could not be written down can be set again', async () => {
  const page = await newPage()
  const { forgetOpened } = await import('@/offline/database')
  forgetOpened()
  const opens = asleep()
  const card = mount(page.LockCard, { global: { plugins: [createPinia()] }, attachTo: document.body })
  const [fresh, again] = card.findAll('input')
  await fresh!.setValue(PASSPHRASE)
  await again!.setValue(PASSPHRASE)
  await card.get('form').trigger('submit')
  await vi.waitFor(() => expect(card.text()).toContain('存储暂时读写不了'), 10_000)
  opens.mockRestore()
  await card.get('form').trigger('submit')
  await vi.waitFor(() => expect(card.emitted('set')).toHaveLength(1), 20_000)
  card.unmount()
}, 40_000)
