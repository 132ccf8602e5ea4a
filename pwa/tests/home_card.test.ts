/** A paper card at its home tablet without the county: only there, after a look at the person, within its day, once. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { CARDS, rowName, type CardRow, type CardVoucher } from '@/cards/home_card'
import { sha256 } from '@/kernel/bytes'
import { bytesOfCode } from '@/kernel/code_text'
import { newId } from '@/kernel/ids'
import type { Json } from '@/offline/digest'
import { letIn, newPage, type Page } from './away_page'
import { AT, CAMPAIGN, COUNTY, DAY_MS, newWorld, openBrowser, OPERATOR, POLICY, type World } from './offline_world'

const PERSON = '01999999-0000-7000-8000-0000000000ee'
const PREFIX = new TextEncoder().encode('XP1 row\0')
const BILL = { bill_fen: 80_00, eligible_fen: 80_00 }

let world: World
let page: Page
let device: string

const taking = () => import('@/counter/away/card_taking')
const voucher = (how: Partial<CardVoucher> = {}): CardVoucher => ({
  voucher: newId(AT),
  campaign: CAMPAIGN,
  terms_version: 2,
  domain: 1,
  face_fen: 20_00,
  use_from: AT / 1000 - 3600,
  expires_at: AT / 1000 + 5 * 86_400,
  ...how,
})

/** As the county seals it. */
async function sealed(code: string, row: CardRow): Promise<string> {
  const data = bytesOfCode(code, 'XP1', 256)
  if (typeof data === 'string') throw new Error(data)
  const key = await crypto.subtle.importKey('raw', await sha256(Uint8Array.from([...PREFIX, ...data])), 'AES-GCM', false, ['encrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const plain = new TextEncoder().encode(JSON.stringify(row))
  const inside = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: PREFIX }, key, plain))
  return btoa(String.fromCodePoint(...iv, ...inside))
}

/** The county tells this tablet which cards are at home here. */
async function tell(rows: ReadonlyMap<string, CardRow>): Promise<void> {
  const told = new Map<string, Json>()
  for (const [code, row] of rows) told.set((await rowName(code))!, { sealed: await sealed(code, row) })
  await page.changeStrictly(await page.openDatabase(), ['replica', 'cursors', 'keys'], async (change) => {
    await page.takeIn(change as never, device, { epoch: 1, cursor: 'd', collections: new Map([[CARDS, told]]) }, AT)
  })
}

async function carded(...vouchers: CardVoucher[]): Promise<string> {
  const code = await world.card(device)
  await tell(new Map([[code, { person: PERSON, digits: '002X', vouchers }]]))
  return code
}

const journal = async () => (await page.openDatabase()).getAll('outbox', IDBKeyRange.bound([device, 0], [device, 1e9]))
const take = async (code: string, held: CardVoucher, bill = BILL) =>
  (await taking()).takeByCard({ code, voucher: held.voucher, check: 'digits', ...bill }, OPERATOR)

beforeEach(async () => {
  vi.useFakeTimers({ now: AT, toFake: ['Date'] })
  openBrowser()
  localStorage.setItem('yizhan.county', JSON.stringify({ code: COUNTY, demonstration: true }))
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  world ??= await newWorld()
  page = await newPage()
  device = await letIn(page, world)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('opens its row, names what it is good for, and is taken once on the disk with what was looked at', async () => {
  const [soon, late] = [voucher({ expires_at: AT / 1000 + 86_400 }), voucher()]
  // Of a campaign from which nothing is dealt to this tablet.
  const other = voucher({ campaign: 9, expires_at: AT / 1000 + 3600 })
  const code = await carded(other, late, soon)
  const { areTheirs, openCard, priceByCard } = await taking()
  const here = await openCard(code)
  if (typeof here === 'string') throw new Error(here)
  const named = here.vouchers.map(({ voucher: id, ready }) => [id, ready])
  expect([here.hasDigits, named]).toEqual([true, [[soon.voucher, true], [late.voucher, true], [other.voucher, false]]])
  const typed = await Promise.all(['002X', '００２ｘ', '002x', '0021', ''].map((signs) => areTheirs(code, signs)))
  expect(typed).toEqual([true, true, true, false, false])
  const order = { code, voucher: soon.voucher, check: 'digits', ...BILL } as const
  expect([await priceByCard(order), await journal()]).toEqual([{ kind: 'take', amount_fen: 20_00 }, []])
  expect(await take(code, soon)).toEqual({ kind: 'taken', taken: { device, seq: 1, amount_fen: 20_00, bill_fen: 80_00 } })
  const [entry, ...others] = await journal()
  const told = entry && (await page.toldBy(entry))
  expect([told?.kind, others]).toEqual(['REDEEM', []])
  expect(told?.body).toMatchObject({ voucher: soon.voucher, mode: 'paper', operator: OPERATOR, proof: { check: 'digits' } })
  expect(await take(code, soon)).toEqual({ kind: 'refused', reason: 'offline-taken-here' })
  const left = await openCard(code)
  expect(typeof left === 'string' ? left : left.vouchers.map((one) => one.voucher)).toEqual([late.voucher, other.voucher])
  const alone = await carded(soon)
  expect(await openCard(alone)).toBe('card-no-voucher')
})

it('is nothing here where it is at home elsewhere, ended, or was never told of', async () => {
  const { openCard } = await taking()
  const held = voucher()
  const elsewhere = await world.card(newId(AT))
  await tell(new Map([[elsewhere, { person: PERSON, digits: null, vouchers: [held] }]]))
  expect([await openCard(elsewhere), await take(elsewhere, held)]).toEqual(['card-not-home', { kind: 'refused', reason: 'card-not-home' }])
  expect(await openCard(await world.card(device))).toBe('card-no-row')
  const code = await carded(held)
  expect(typeof (await openCard(code))).toBe('object')
  // The county's word comes between the look and the act.
  await tell(new Map())
  expect(await take(code, held)).toEqual({ kind: 'refused', reason: 'card-no-row' })
  expect(await openCard(`${code.slice(0, -2)}00`)).toMatch(/^card-|not-a-card|issuer/)
  expect(await openCard(await world.card(device, { life_s: 60 }))).toBe('card-expired')
  expect(await openCard(await world.card(device, { county: '511528' }))).toBe('card-wrong-county')
  expect(await journal()).toEqual([])
})

it('gives ¥100 a day at most, whatever the policy allows, also to the card that took its place', async () => {
  await page.takeWord(device, { policy: { ...POLICY, number: 5, probe_bp: 0, holder_day_fen: 500_00 } })
  const held = Array.from({ length: 7 }, () => voucher())
  const first = await carded(...held)
  for (const one of held.slice(0, 4)) expect((await take(first, one)).kind).toBe('taken')
  const second = await carded(...held)
  expect((await take(second, held[4]!)).kind).toBe('taken')
  expect(await take(second, held[5]!)).toEqual({ kind: 'refused', reason: 'offline-holder-day' })
  vi.setSystemTime(AT + DAY_MS)
  expect((await take(second, held[5]!)).kind).toBe('taken')
})

it('gives less than that where the policy says so', async () => {
  await page.takeWord(device, { policy: { ...POLICY, number: 5, probe_bp: 0, holder_day_fen: 39_99 } })
  const held = [voucher(), voucher()]
  const code = await carded(...held)
  expect([(await take(code, held[0]!)).kind, await take(code, held[1]!)]).toEqual(['taken', { kind: 'refused', reason: 'offline-holder-day' }])
})

it('takes no voucher before its time, after the card’s end, or on a bill that is too small', async () => {
  const early = voucher({ use_from: AT / 1000 + 60 })
  const [fine, strange] = [voucher(), voucher({ campaign: 9 })]
  const code = await carded(early, fine, strange)
  expect(await take(code, early)).toEqual({ kind: 'refused', reason: 'not-yet-valid' })
  expect(await take(code, strange)).toEqual({ kind: 'refused', reason: 'offline-terms-unknown' })
  expect(await take(code, fine, { bill_fen: 59_99, eligible_fen: 59_99 })).toEqual({ kind: 'refused', reason: 'bill-too-small' })
  expect(await journal()).toEqual([])
})

it('has words for each reason, and of another home says that it works here online only', async () => {
  const { cardWords } = await import('@/counter/away/card_words')
  for (const reason of ['card-no-row', 'card-forged', 'card-no-voucher', 'offline-holder-day', 'offline-not-stored'] as const)
    expect(cardWords(reason)).toMatch(/\p{Script=Han}/u)
  expect(cardWords('card-not-home')).toContain('要等网络恢复')
})
