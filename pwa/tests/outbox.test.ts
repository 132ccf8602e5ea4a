/** What waits on this device: whose it is, since when, where one goes on with it; and what the browser promises to keep. */

import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Me } from '@/api/wire'
import { madeAt, newId } from '@/kernel/ids'
import { byHand } from '@/offline/install'

async function newPage() {
  vi.resetModules()
  const [kept, waiting, persistence, task] = await Promise.all([
    import('@/offline/kept'),
    import('@/outbox/waiting'),
    import('@/offline/persistence'),
    import('@/offline/task'),
  ])
  return { ...kept, ...waiting, ...persistence, ...task }
}

const me = (id: string, merchant: string | null = null): Me => ({ id, merchant_id: merchant }) as Me
const AT = Date.parse('2026-11-20T02:00:00Z')

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()))

describe('what waits to be sent', () => {
  it('is shown to whom it belongs, the longest waiting first, and counted for everybody else', async () => {
    const page = await newPage()
    const [early, late, other, help] = [newId(AT), newId(AT + 60_000), newId(AT), newId(AT)]
    await page.keep('claims', late, { claim_id: late, round_id: 'r2', resident_id: 'me', door: 'entries' })
    await page.keep('claims', early, { claim_id: early, round_id: 'r1', resident_id: 'me' })
    await page.keep('claims', other, { claim_id: other, round_id: 'r1', resident_id: 'somebody' })
    await page.keep('claims', help, { claim_id: help, round_id: 'r3', resident_id: 'me', assisted: { shift_id: 's' } })
    const mine = await page.findWaiting('resident', me('me'))
    expect(mine.acts.map(({ id, what, at, to }) => ({ id, what, at: at.getTime(), to }))).toEqual([
      { id: early, what: 'claim', at: AT, to: { name: 'round', params: { id: 'r1' } } },
      { id: late, what: 'entry', at: AT + 60_000, to: { name: 'round', params: { id: 'r2' } } },
    ])
    expect(mine.others).toBe(2)
    expect((await page.findWaiting('station', me('operator'))).acts.map(({ id }) => id)).toEqual([help])
    expect((await page.findWaiting('resident', null)).others).toBe(4)
    await vi.waitFor(() => expect(page.unsent.value).toBe(4))
    await page.forget('claims', early)
    await vi.waitFor(() => expect(page.unsent.value).toBe(3))
  })

  it('holds a redemption of this shop with its bill, and no other shop’s', async () => {
    const page = await newPage()
    const id = newId(AT)
    await page.keep('redemptions', id, { redemption_id: id, merchant_id: 'shop', bill_fen: 20_000 })
    const mine = await page.findWaiting('merchant', me('cashier', 'shop'))
    expect(mine.acts).toEqual([{ id, what: 'redemption', at: new Date(AT), billFen: 20_000, to: { name: 'home' } }])
    expect(await page.findWaiting('merchant', me('cashier', 'another'))).toEqual({ acts: [], others: 1, forms: [] })
  })

  it('counts forms left half filled apart, each where it is filled in', async () => {
    const page = await newPage()
    await page.keep('drafts', 'plan new', { form: { title_zh: '金秋' } })
    await page.keep('drafts', 'plan c1', { form: { title_zh: '' } })
    await page.keep('drafts', 'apply me call1', { nameZh: '小面馆' })
    expect((await page.findWaiting('office', me('me'))).forms).toEqual([
      { key: 'plan c1', what: 'plan', name: '', to: { name: 'edit', params: { id: 'c1' } } },
      { key: 'plan new', what: 'plan', name: '金秋', to: { name: 'new' } },
    ])
    expect((await page.findWaiting('resident', me('me'))).forms).toEqual([
      { key: 'apply me call1', what: 'application', name: '小面馆', to: { name: 'apply', params: { id: 'call1' } } },
    ])
    expect((await page.findWaiting('resident', me('you'))).forms).toEqual([])
    await page.keep('drafts', 'bill me shop', { typed: '12.3', hasExcluded: false, excluded: '', at: AT })
    expect((await page.findWaiting('merchant', me('me'))).forms).toContainEqual(
      { key: 'bill me shop', what: 'bill', name: '12.3', to: { name: 'home' } },
    )
    expect((await page.findWaiting('merchant', me('you'))).forms).toEqual([])
    expect(page.unsent.value).toBe(0)
  })

  it('tells when it was pressed by its id alone', () => {
    expect(madeAt(newId(AT)).getTime()).toBe(AT)
  })
})

describe('the browser', () => {
  it.each([
    [async () => true, 'granted'],
    [async () => false, 'refused'],
    [undefined, 'impossible'],
  ])('is asked once to keep things when there is something to keep: %#', async (persist, answer) => {
    const asked = persist && vi.fn(persist)
    vi.stubGlobal('navigator', { ...navigator, storage: asked ? { persist: asked, persisted: async () => false } : undefined })
    const page = await newPage()
    expect(page.persistence.value).toBe('unknown')
    await page.keep('claims', 'a', {})
    await page.keep('claims', 'b', {})
    await vi.waitFor(() => expect(page.persistence.value).toBe(answer))
    if (asked) expect(asked).toHaveBeenCalledTimes(1)
    vi.unstubAllGlobals()
  })

  it('of an iPhone is put on the home screen by hand, the window of another app not at all', () => {
    const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1'
    expect(byHand(safari, 5)).toBe(true)
    expect(byHand('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1.15', 5)).toBe(true)
    expect(byHand('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1.15', 0)).toBe(false)
    expect(byHand('Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.44', 5)).toBe(false)
    expect(byHand('Mozilla/5.0 (Linux; Android 10) Chrome/120.0 Mobile Safari/537.36', 5)).toBe(false)
  })
})

describe('somebody who types', () => {
  it('is in the middle of something until the page is left, whatever the form knows of it', async () => {
    const page = await newPage()
    page.watchTyping()
    const [field, choice] = [document.createElement('input'), document.createElement('input')]
    choice.type = 'radio'
    document.body.append(field, choice)
    choice.dispatchEvent(new Event('input', { bubbles: true }))
    expect(page.inTask.value).toBe(false)
    field.dispatchEvent(new Event('input', { bubbles: true }))
    expect(page.inTask.value).toBe(true)
    page.leavePage()
    expect(page.inTask.value).toBe(false)
  })
})
