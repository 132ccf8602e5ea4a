import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { VoucherAnswer } from '@/api/wire'
import { openCounty, yes } from './county'

/** The module as a page that was opened just now has it: nothing in memory, only what is on the disk. */
async function newPage() {
  vi.resetModules()
  return import('@/offline/kept')
}

const voucher = (id: string): VoucherAnswer => ({ voucher_id: id, state: 'issued' }) as VoucherAnswer

afterEach(() => vi.unstubAllGlobals())

/** The disk takes nothing for these shelves. */
function fullFor(...names: string[]) {
  const real = IDBObjectStore.prototype.put
  return vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function full(this: IDBObjectStore, ...args) {
    if (names.includes(this.name)) throw new DOMException('full', 'QuotaExceededError')
    return real.apply(this, args)
  })
}

describe('what is kept', () => {
  it('is there after the page was closed, and gone once it is forgotten', async () => {
    const shelf = fc.constantFrom('claims', 'wallet', 'redemptions', 'drafts')
    const thing = fc.record({ id: fc.uuid(), fen: fc.nat(), words: fc.string() })
    await fc.assert(
      fc.asyncProperty(shelf, fc.uuid(), thing, async (on, key, value) => {
        await (await newPage()).keep(on, key, value)
        const later = await newPage()
        expect(await later.recall(on, key)).toEqual(value)
        expect(await later.recallAll(on)).toContainEqual(value)
        await later.forget(on, key)
        expect(await (await newPage()).recall(on, key)).toBeUndefined()
      }),
      { numRuns: 20 },
    )
  })

  it('is written strictly, so that a power cut does not take it back', async () => {
    const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const page = await newPage()
    await page.keep('claims', 'a', 1)
    await page.advance('counters', 'a', (before) => before + 1)
    await page.forget('claims', 'a')
    const writing = begun.mock.calls.filter(([, mode]) => mode !== 'readonly')
    expect(writing.map(([, mode, options]) => [mode, options])).toEqual(
      Array.from({ length: 3 }, () => ['readwrite', { durability: 'strict' }]),
    )
    begun.mockRestore()
  })

  it('never gives two tabs the same counter', async () => {
    const [one, other] = [await newPage(), await newPage()]
    const drawn = await Promise.all(
      Array.from({ length: 40 }, (_, nth) => (nth % 2 ? one : other).advance('counters', 'v', (before) => before + 1)),
    )
    expect(drawn.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, nth) => nth + 1))
  })

  it('lives as long as the page where the browser refuses to store, and says so', async () => {
    vi.stubGlobal('indexedDB', {
      open() {
        throw new DOMException('private window', 'SecurityError')
      },
    })
    const page = await newPage()
    await page.keep('claims', 'a', { claim_id: 'a' })
    expect(await page.recallAll('claims')).toEqual([{ claim_id: 'a' }])
    expect(await page.advance('counters', 'a', (before) => before + 1)).toBe(1)
    expect(await page.advance('counters', 'a', (before) => before + 1)).toBe(2)
    await page.forget('claims', 'a')
    expect(await page.recall('claims', 'a')).toBeUndefined()
    expect(page.isKept()).toBe(false)
    vi.unstubAllGlobals()
    const later = await newPage()
    expect([await later.recallAll('claims'), later.isKept()]).toEqual([[], true])
  })
})

describe('a disk that refuses', () => {
  it('a list that may be thrown away says nothing of what must not be lost', async () => {
    const page = await newPage()
    const full = fullFor('seen')
    await page.keep('seen', 'rounds', [1])
    expect([page.isKept(), await page.recall('seen', 'rounds')]).toEqual([true, [1]])
    await page.keep('redemptions', 'a', { bill_fen: 1 })
    full.mockRestore()
    expect(await (await newPage()).recall('redemptions', 'a')).toEqual({ bill_fen: 1 })
    await page.forget('redemptions', 'a')
  })

  it('is tried again with the next thing, and what is newer on the page counts', async () => {
    const page = await newPage()
    await page.keep('wallet', 'me', 'old')
    const full = fullFor('wallet', 'counters')
    await page.keep('wallet', 'me', 'new')
    expect(await page.advance('counters', 'full', (before) => before + 5)).toBe(5)
    expect([page.isKept(), await page.recall('wallet', 'me'), await page.recallAll('wallet')]).toEqual([false, 'new', ['new']])
    full.mockRestore()
    expect(await page.advance('counters', 'full', (before) => before + 1)).toBe(6)
    await page.keep('wallet', 'me', 'newest')
    expect([page.isKept(), await page.recallAll('wallet')]).toEqual([true, ['newest']])
    expect(await (await newPage()).recall('wallet', 'me')).toBe('newest')
  })

  it('still lets go of what lies there', async () => {
    const page = await newPage()
    await page.keep('wallet', 'me', 'old')
    const full = fullFor('drafts')
    await page.keep('drafts', 'a', 1)
    await page.clear('wallet')
    expect(page.isKept()).toBe(false)
    full.mockRestore()
    expect(await (await newPage()).recallAll('wallet')).toEqual([])
  })
})

describe('the wallet', () => {
  it('of all its pages is kept for whoever opens it without a network', async () => {
    const county = openCounty()
    county.next(
      yes({ items: [voucher('1'), voucher('2')], next_cursor: 'more' }, 200),
      yes({ items: [voucher('3')], next_cursor: null }, 200),
    )
    const wallet = await import('@/vouchers/wallet')
    const loaded = await wallet.loadWallet('resident-1')
    expect(loaded.ok && loaded.value.map(({ voucher_id }) => voucher_id)).toEqual(['1', '2', '3'])
    county.next(() => 'lost')
    expect((await wallet.loadWallet('resident-1')).ok).toBe(false)
    expect((await wallet.keptVoucher('resident-1', '3'))?.value).toEqual(voucher('3'))
    expect(await wallet.keptVoucher('resident-1', '4')).toBeUndefined()
    expect(await wallet.keptVoucher('resident-2', '3')).toBeUndefined()
  })
})

describe('the history', () => {
  it('of vouchers that were used is kept beside the wallet, the newest page with when it was true', async () => {
    const county = openCounty()
    const used = { redemption_id: 'r1', discount_fen: 500 }
    county.next(yes({ items: [used], next_cursor: 'more' }, 200), yes({ items: [], next_cursor: null }, 200), () => 'lost')
    const history = await import('@/vouchers/history')
    await history.loadHistory('resident-1')
    await history.loadHistory('resident-1', 'more')
    expect((await history.loadHistory('resident-1')).ok).toBe(false)
    const kept = await history.keptHistory('resident-1')
    expect(kept?.value).toEqual([used])
    expect(Date.now() - (kept?.at.getTime() ?? 0)).toBeLessThan(60_000)
    expect(await history.keptHistory('resident-2')).toBeUndefined()
  })
})
