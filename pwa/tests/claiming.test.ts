import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { newId } from '@/kernel/ids'
import { answered } from '@/offline/connection'
import { recallAll } from '@/offline/kept'
import { useClaiming, type Claiming } from '@/vouchers/claiming'
import { lineComesBack, lost, no, openCounty, yes, type TestCounty } from './county'

const CLAIM = { voucher_id: 'v-1', face_fen: 5_000 }

let county: TestCounty
let page: EffectScope
let round: string
let resident: string

beforeEach(() => {
  county = openCounty()
  page = effectScope()
  round = newId()
  resident = newId()
})

afterEach(() => {
  page.stop()
  answered()
  vi.unstubAllGlobals()
})

function open(opensAt = 0): Claiming {
  return page.run(() => useClaiming(round, () => resident, () => opensAt))!
}

/** The page is closed, and opened again. */
function openAgain(): Claiming {
  page.stop()
  page = effectScope()
  return open()
}

const ids = (): unknown[] => county.sent.map(({ body }) => body['claim_id'])
const kept = async (): Promise<string[]> =>
  (await recallAll<{ claim_id: string; round_id: string }>('claims'))
    .filter(({ round_id }) => round_id === round)
    .map(({ claim_id }) => claim_id)

describe('one press', () => {
  it('sends one id, which is on the disk before it leaves', async () => {
    const keptWhenSent: string[][] = []
    county.next(yes(CLAIM))
    const claiming = open()
    const sending = vi.fn(globalThis.fetch)
    vi.stubGlobal('fetch', async (...call: Parameters<typeof fetch>) => {
      keptWhenSent.push(await kept())
      return sending(...call)
    })
    await claiming.press()
    expect(claiming.state.value).toEqual({ kind: 'got', claim: CLAIM })
    expect(county.sent.map(({ path }) => path)).toEqual([`/api/v1/rounds/${round}/claims`])
    expect(keptWhenSent).toEqual([ids()])
    // Answered: nothing is left that would be sent again.
    expect(await kept()).toEqual([])
  })

  it('is one, however often it is pressed', async () => {
    county.next(yes(CLAIM))
    const claiming = open()
    await Promise.all([claiming.press(), claiming.press(), claiming.press()])
    expect(county.sent).toHaveLength(1)
  })

  it('sends the same id until an answer arrives, whatever was lost on the way', async () => {
    const hitches = fc.array(fc.constantFrom(lost, no(503, 'database-gone'), no(500, 'fault')), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(hitches, async (endings) => {
        county.sent.length = 0
        round = newId()
        county.next(...endings, yes(CLAIM))
        const claiming = open()
        const pressed = claiming.press()
        for (const tried of endings.keys()) {
          await vi.waitFor(() => expect(claiming.state.value).toEqual({ kind: 'waiting', tries: tried + 1 }))
          await lineComesBack()
        }
        await pressed
        expect(claiming.state.value.kind).toBe('got')
        expect([ids().length, new Set(ids()).size]).toEqual([endings.length + 1, 1])
      }),
      { numRuns: 25 },
    )
  })
})

describe('a claim without an answer', () => {
  it('goes on with its id when the page is opened again', async () => {
    county.next(lost)
    const claiming = open()
    void claiming.press()
    await vi.waitFor(() => expect(claiming.state.value.kind).toBe('waiting'))
    county.next(yes(CLAIM, 200))
    const later = openAgain()
    await later.resume()
    expect(later.state.value.kind).toBe('got')
    expect(new Set(ids()).size).toBe(1)
    expect(await kept()).toEqual([])
  })

  it('goes on with its id after signing in anew', async () => {
    county.next(no(401, 'signed-out'))
    const claiming = open()
    await claiming.press()
    expect(claiming.state.value.kind).toBe('signed-out')
    county.next(yes(CLAIM))
    const later = openAgain()
    await later.resume()
    expect(new Set(ids()).size).toBe(1)
  })

  it('is nobody else’s', async () => {
    county.next(no(401, 'signed-out'))
    await open().press()
    const [first] = ids()
    resident = newId()
    county.next(yes(CLAIM))
    const theirs = openAgain()
    await theirs.resume()
    expect(theirs.state.value.kind).toBe('ready')
    await theirs.press()
    expect(ids()).toHaveLength(2)
    expect(ids()[1]).not.toBe(first)
  })
})

describe('a no', () => {
  it('ends the claim; another press is another claim', async () => {
    county.next(no(409, 'sold-out'))
    const claiming = open()
    await claiming.press()
    expect(claiming.state.value).toMatchObject({ kind: 'refused', problem: { reason: 'sold-out' } })
    expect(await kept()).toEqual([])
    await claiming.press()
    expect(new Set(ids()).size).toBe(2)
  })

  it('of a county that is a blink behind is asked again by itself', async () => {
    county.next(no(409, 'not-open'), yes(CLAIM))
    const claiming = open(Date.now())
    await claiming.press()
    expect(claiming.state.value.kind).toBe('got')
    expect([ids().length, new Set(ids()).size]).toEqual([2, 1])
  })

  it('long before the opening is a no', async () => {
    county.next(no(409, 'not-open'))
    const claiming = open(Date.now() + 60_000)
    await claiming.press()
    expect(claiming.state.value).toMatchObject({ kind: 'refused', problem: { reason: 'not-open' } })
    expect(ids()).toHaveLength(1)
  })
})
