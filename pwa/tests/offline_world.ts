/** A county, its vouchers and their holders' phones, as far as a counter without a network sees them. */

import { IDBFactory } from 'fake-indexeddb'
import { gunzipSync } from 'node:zlib'
import { vi } from 'vitest'
import { fromHex, toHex, type Bytes } from '@/kernel/bytes'
import { challengeDigest, type CounterChallenge } from '@/kernel/challenge'
import { encodeCbor, type CborValue } from '@/kernel/cbor'
import { codeOfBytes } from '@/kernel/code_text'
import { sign1 } from '@/kernel/cose'
import { newId } from '@/kernel/ids'
import { newDeviceKey, publicHalf, publicKeyOfPoint, type PublicKey } from '@/kernel/keys'
import type { TrustList } from '@/kernel/trust'
import { drawPresentation } from '@/kernel/xv1'
import type { OfflineTerms } from '@/offline/accepting'
import { BEGINNING, linkOf, readEvent } from '@/offline/event'
import type { Allowance, Certificate, OfflinePolicy } from '@/offline/limits'
import { verifyPush, type Push } from '@/offline/push'
import type { Counter } from '@/vouchers/rules'

export const COUNTY = '511527'
export const CAMPAIGN = 3
export const MERCHANT = '01999999-0000-7000-8000-0000000000aa'
export const OPERATOR = '01999999-0000-7000-8000-0000000000bb'
/** 2026-11-24 10:00 in the county, a Tuesday. */
export const AT = Date.parse('2026-11-24T02:00:00Z')
export const HOUR_MS = 3600_000
export const DAY_MS = 24 * HOUR_MS

export const POLICY: OfflinePolicy = {
  number: 4,
  scan_fen: 50_00,
  challenge_fen: 100_00,
  holder_day_fen: 100_00,
  skew_s: 120,
  soft_bp: 6000,
  probe_bp: 1000,
  merchant: { soft_s: 12 * 3600, hard_s: 72 * 3600, cap_fen: 2_000_00, claims: 40 },
  station: { soft_s: 12 * 3600, hard_s: 14 * 86_400, cap_fen: 10_000_00, claims: 300 },
}
export const CERTIFICATE: Certificate = {
  kind: 'merchant',
  merchant: MERCHANT,
  domains: [],
  not_before: AT / 1000 - 86_400,
  expires_at: AT / 1000 + 29 * 86_400,
}
export const allowance = (episode = 1, fen = 2_000_00, after = 0): Allowance => ({
  episode,
  after,
  caps: new Map([[CAMPAIGN, fen]]),
})
export const COUNTER: Counter = { merchant_id: MERCHANT, trade: 'catering', town: '511527001' }
export const TERMS: OfflineTerms = {
  terms: {
    discount: 'threshold',
    face_fen: 20_00,
    minimum_spend_fen: 60_00,
    percent_bp: 0,
    fixed_price_fen: 0,
    trades: [],
    towns: [],
    merchants: [],
    weekdays: [],
    hours: [],
  },
  use_from: AT - DAY_MS,
  paused: false,
}
/** What else a counter knows when nothing speaks against a voucher. */
export const circumstances = { counter: COUNTER, terms: TERMS, status: 'usable', demonstration: true } as const
export const BILL = { bill_fen: 80_00, eligible_fen: 80_00, lines: null, operator: OPERATOR } as const

/** A holder's phone: draws the code of a voucher as often as it is asked. */
export interface Phone {
  readonly draw: (how?: { voucher?: string; at?: number; counter?: number; asked?: CounterChallenge }) => Promise<string>
}

export interface World {
  readonly trust: TrustList
  readonly phone: (token?: { face_fen?: number; flags?: number; domain?: number; life_s?: number }) => Promise<Phone>
  /** What is printed on a paper card that is at home at this device. */
  readonly card: (home: string, how?: { life_s?: number; county?: string }) => Promise<string>
}

/** A browser that was never used. */
export function openBrowser(): void {
  evict()
  localStorage.clear()
}

/** The browser throws away what was stored and keeps its small notes. */
export const evict = (): void => void vi.stubGlobal('indexedDB', new IDBFactory())

const WRITES = ['put', 'add', 'delete'] as const
type Request = (typeof WRITES)[number] | 'get' | 'getAll'
/** Everything that an act asks of the database's stores, reading and writing. */
export const REQUESTS: readonly Request[] = [...WRITES, 'get', 'getAll']

/** Runs an act in which the request of this number fails, of these kinds; whether the act was broken off. */
export async function crashing(nth: number, act: () => Promise<unknown>, requests: readonly Request[] = WRITES): Promise<boolean> {
  let made = 0
  const spies = requests.map((name) => {
    const real = IDBObjectStore.prototype[name] as (...args: unknown[]) => IDBRequest
    return vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function crash(this: IDBObjectStore, ...args: unknown[]) {
      made += 1
      if (made === nth + 1) throw new DOMException('the power is gone', 'AbortError')
      return real.apply(this, args) as never
    })
  })
  try {
    await act()
    return false
  } catch {
    return true
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

/** A county that issues vouchers, from a day ago. */
export async function newWorld(): Promise<World> {
  const issuer = await newDeviceKey()
  const kid = Uint8Array.of(0xca, 0xfe)
  const start = AT / 1000 - 86_400
  const key = { kid, publicKey: await publicHalf(issuer), notBefore: start - 1, notAfter: start + 90 * 86_400 }
  return {
    trust: { county: COUNTY, serial: 1, issuedAt: start, keys: [key] },
    async card(home, { life_s = 300 * 86_400, county = COUNTY } = {}) {
      const [id, at] = [newId(AT), home].map((uuid) => fromHex(uuid.replaceAll('-', '')))
      const items = ['XP1', Number(county), id!, start, start + life_s, 1, at!, 2]
      return codeOfBytes('XP1', await sign1(items, { key: issuer.privateKey, kid }))
    },
    async phone({ face_fen = 20_00, flags = 0, domain = 1, life_s = 6 * 86_400 } = {}) {
      const pair = await newDeviceKey()
      const { compressed } = await publicHalf(pair)
      const first = newId(AT)
      let count = 0
      return {
        async draw({ voucher = first, at = AT, counter = (count += 1), asked } = {}) {
          const id = fromHex(voucher.replaceAll('-', ''))
          const items = ['XT1', Number(COUNTY), id, CAMPAIGN, 2, face_fen, start, start + life_s, compressed, 7, flags, domain]
          const token = await sign1(items, { key: issuer.privateKey, kid })
          const challenge = asked && (await challengeDigest(asked))
          return drawPresentation(token, { holder: pair.privateKey, at, counter, ...(challenge ? { challenge } : {}) })
        },
      }
    },
  }
}

/** What a line makes of one request: it may be lost before or after it arrived, or its answer be cut. */
export type Fate = 'through' | 'request-lost' | 'answer-lost' | 'answer-cut' | 'doubled' | Response

/** A county that keeps what it is sent, by the rules of the protocol and nothing else. */
export interface PushedCounty {
  readonly pushes: Push[]
  readonly requests: { packed: boolean; length: number; version: string | null; persistent: string | null }[]
  /** Hashes by number, of the device that pushes. */
  readonly stored: Map<number, Bytes>
  fate: (nth: number) => Fate
  epoch: number
  /** How far a backup reaches. */
  durable: number
  /** What the county's clock shows, in milliseconds. */
  now: () => number
  checkpoint: number
  asks: number | null
  /** Whether it unpacks what comes packed. */
  unpacks: boolean
  code: (seq: number) => [code: string, reason: string | null]
  admit: (device: string, key: string) => Promise<void>
}

/** Puts the county behind `fetch`. */
export function openPushCounty(): PushedCounty {
  const keys = new Map<string, PublicKey>()
  const county: PushedCounty = {
    pushes: [],
    requests: [],
    stored: new Map(),
    fate: () => 'through',
    epoch: 1,
    durable: 0,
    now: () => Date.now(),
    checkpoint: 0,
    asks: null,
    unpacks: true,
    code: () => ['applied', null],
    async admit(device, key) {
      keys.set(device, (await publicKeyOfPoint(fromHex(key)))!)
    },
  }
  vi.stubGlobal('fetch', async (request: Request | string, init: RequestInit = {}) => {
    if (typeof request !== 'string') return new Response(null, { status: 404 })
    if (!request.endsWith('/sync/push')) return new Response()
    const fate = county.fate(county.requests.length)
    const sent = new Uint8Array(init.body as Bytes)
    const told = new Headers(init.headers)
    const packed = told.get('content-encoding') === 'gzip'
    const about = { version: told.get('x-yizhan-version'), persistent: told.get('x-yizhan-persistent') }
    county.requests.push({ packed, length: sent.length, ...about })
    if (fate === 'request-lost') throw new TypeError('Failed to fetch')
    if (fate instanceof Response) return fate
    if (packed && !county.unpacks) return new Response('{"reason":"push-unreadable"}', { status: 400 })
    const data = packed ? unpacked(sent) : sent
    if (fate === 'doubled') await take(county, data, keys)
    const answer = await take(county, data, keys)
    if (fate === 'answer-lost') throw new TypeError('Failed to fetch')
    return fate === 'answer-cut' && typeof answer !== 'string' ? new Response(answer.slice(0, -3)) : answered(answer)
  })
  return county
}

function answered(answer: Bytes | string): Response {
  return typeof answer === 'string' ? Response.json({ reason: answer }, { status: 401 }) : new Response(answer)
}

async function take(county: PushedCounty, data: Bytes, devices: Map<string, PublicKey>): Promise<Bytes | string> {
  const push = await verifyPush(data, { county: COUNTY, devices })
  if (typeof push === 'string') return push
  county.pushes.push(push)
  const results: CborValue[] = []
  for (const { seq, data: bytes } of push.events) {
    const event = await readEvent(bytes)
    if (typeof event === 'string') throw new Error(event)
    const link = linkOf(event, county.stored)
    if (link === 'fork' || link === 'broken') throw new Error(`${link} at ${seq}`)
    if (link !== 'again') county.stored.set(seq, event.hash)
    results.push([seq, ...(link === 'again' ? (['duplicate', null] as const) : county.code(seq))])
  }
  let ack = 0
  while (county.stored.has(ack + 1)) ack += 1
  // A question is told what the newest came to.
  for (let seq = Math.max(1, ack - 199); push.events.length === 0 && seq <= ack; seq += 1) results.push([seq, ...county.code(seq)])
  county.checkpoint += 1
  const now = Math.floor(county.now() / 1000)
  const items: CborValue[] = ['XS1', Number(COUNTY), fromHex(push.device.replaceAll('-', '')), county.epoch, ack]
  items.push(Math.min(county.durable, ack), results, county.asks, now, [county.checkpoint, now], 4, 1)
  return encodeCbor(items)
}

function unpacked(data: Bytes): Bytes {
  return Uint8Array.from(gunzipSync(data))
}

/** The head of nothing, in figures. */
export const NOTHING = toHex(BEGINNING)
