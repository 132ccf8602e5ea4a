import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { lookAround, switchPlace } from '@/counter/counter_place'
import { openAssistedAttempts, openAttempts, useRedeeming, type Redeeming } from '@/counter/redeeming'
import { newId } from '@/kernel/ids'
import { answered } from '@/offline/connection'
import { lineComesBack, lost, no, openCounty, yes, type TestCounty } from './county'

const ANSWER = { redemption_id: 'r-1', bill_fen: 20_000, discount_fen: 5_000, payable_fen: 15_000, funders: [] }
const CELL = 'N48H50200B5'

let county: TestCounty
let page: EffectScope
let merchant: string

beforeEach(() => {
  county = openCounty()
  page = effectScope()
  merchant = newId()
})

afterEach(() => {
  page.stop()
  answered()
  vi.unstubAllGlobals()
})

const open = (): Redeeming => page.run(() => useRedeeming())!
const order = (): Parameters<Redeeming['redeem']>[0] => ({
  merchant_id: merchant,
  code: '52716606',
  bill_fen: 20_000,
  eligible_fen: 20_000,
})
function here(accuracy: number): void {
  const coords = { latitude: 28.1733, longitude: 104.5123, accuracy }
  const getCurrentPosition = (see: PositionCallback): void => see({ coords } as GeolocationPosition)
  vi.stubGlobal('navigator', { ...navigator, geolocation: { getCurrentPosition } })
}
const ids = (): unknown[] => county.sent.map(({ body }) => body['redemption_id'])

describe('a redemption', () => {
  it('is on the disk until it is answered, and then no longer', async () => {
    county.next(yes(ANSWER))
    const redeeming = open()
    await redeeming.redeem(order())
    expect(redeeming.state.value).toEqual({ kind: 'yes', answer: ANSWER })
    expect(county.sent[0]?.body).toMatchObject({ code: '52716606', bill_fen: 20_000, eligible_fen: 20_000 })
    expect(await openAttempts(merchant)).toEqual([])
  })

  it('whose answer was lost is sent again with the same id and the same bill', async () => {
    county.next(lost, no(503, 'database-gone'), yes(ANSWER, 200))
    const redeeming = open()
    const redeemed = redeeming.redeem(order())
    for (const tries of [1, 2]) {
      await vi.waitFor(() => expect(redeeming.state.value).toMatchObject({ kind: 'waiting', tries }))
      await lineComesBack()
    }
    await redeemed
    expect(redeeming.state.value.kind).toBe('yes')
    expect(new Set(county.sent.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(county.sent).toHaveLength(3)
  })

  it('that was put aside stays to be looked at, also after the page was closed', async () => {
    county.next(lost)
    const redeeming = open()
    void redeeming.redeem(order())
    await vi.waitFor(() => expect(redeeming.state.value.kind).toBe('waiting'))
    redeeming.reset()
    expect(redeeming.state.value).toEqual({ kind: 'idle' })
    page.stop()
    page = effectScope()
    const [left, ...others] = await openAttempts(merchant)
    expect([left?.bill_fen, others]).toEqual([20_000, []])
    expect([await openAttempts(newId()), await openAssistedAttempts()]).toEqual([[], []])
    county.next(yes(ANSWER, 200))
    const later = open()
    await later.resume(left!)
    expect(new Set(ids()).size).toBe(1)
    expect(await openAttempts(merchant)).toEqual([])
  })

  it('of an operator is looked for whichever shop it was for', async () => {
    county.next(lost)
    const redeeming = open()
    void redeeming.redeem({ ...order(), assisted: { shift_id: newId(), proof: 'presence' } })
    await vi.waitFor(() => expect(redeeming.state.value.kind).toBe('waiting'))
    redeeming.reset()
    expect((await openAssistedAttempts()).map(({ merchant_id }) => merchant_id)).toEqual([merchant])
    county.next(yes(ANSWER, 200))
    await open().resume((await openAssistedAttempts())[0]!)
    expect(await openAssistedAttempts()).toEqual([])
  })
})

describe('a redemption that was not taken', () => {
  it('is over; the next one has an id of its own', async () => {
    county.next(no(409, 'bill-too-small'))
    const redeeming = open()
    await redeeming.redeem(order())
    expect(redeeming.state.value).toMatchObject({ kind: 'no', problem: { reason: 'bill-too-small' } })
    expect(await openAttempts(merchant)).toEqual([])
    await redeeming.redeem(order())
    expect(new Set(ids()).size).toBe(2)
  })

  it('keeps its id when the session ended on the way', async () => {
    county.next(no(401, 'signed-out'))
    const redeeming = open()
    await redeeming.redeem(order())
    expect(redeeming.state.value).toEqual({ kind: 'signed-out' })
    expect((await openAttempts(merchant)).map(({ redemption_id }) => redemption_id)).toEqual(ids())
  })
})

describe('the place of a counter', () => {
  afterEach(() => {
    switchPlace(false)
  })

  it('is told by nobody who has not turned it on', async () => {
    here(20)
    lookAround()
    county.next(yes(ANSWER))
    await open().redeem(order())
    expect(county.sent[0]?.body).not.toHaveProperty('counter_cell')
  })

  it('is a cell and never a point, sent again as it was', async () => {
    here(20)
    switchPlace(true)
    county.next(lost, yes(ANSWER))
    const redeemed = open().redeem(order())
    await vi.waitFor(() => expect(county.sent).toHaveLength(1))
    here(5_000)
    lookAround()
    await lineComesBack()
    await redeemed
    expect(county.sent.map(({ body }) => body['counter_cell'])).toEqual([CELL, CELL])
    expect(JSON.stringify(county.sent)).not.toContain('28.17')
  })

  it('is not told where the device hardly knows it', async () => {
    here(5_000)
    switchPlace(true)
    county.next(yes(ANSWER))
    await open().redeem(order())
    expect(county.sent[0]?.body).not.toHaveProperty('counter_cell')
  })
})
