// @vitest-environment node
import { beforeAll, describe, expect, test } from 'vitest'
import { toHex, type Bytes } from '@/kernel/bytes'
import { sign1 } from '@/kernel/cose'
import { newDeviceKey, publicHalf } from '@/kernel/keys'
import { readTrustList, type TrustList } from '@/kernel/trust'
import { drawPresentation, isPresentation, verifyPresentation, type RecentTokens } from '@/kernel/xv1'
import { hex, point, vectorsOf, type Vector } from './vectors'

const COUNTY = '511527'
let trust: TrustList

beforeAll(async () => {
  const [, vector] = vectorsOf('presentation', 'trusted')[0]!
  const list = await readTrustList(hex(vector, 'data'), { root: await point(vector, 'root'), county: COUNTY })
  if (typeof list === 'string') throw new Error(list)
  trust = list
})

async function outcomeOf(vector: Vector, recent?: RecentTokens): Promise<unknown> {
  const outcome = await verifyPresentation(String(vector['text']), {
    trust,
    county: String(vector['county']),
    at: Date.parse(String(vector['at'])),
    challenge: hex(vector, 'challenge'),
    ...(recent ? { recent } : {}),
  })
  if (typeof outcome === 'string') return outcome
  return { voucher: outcome.token.voucher, time: outcome.time, counter: outcome.counter }
}

describe('a code on a screen is accepted or refused for its reason', () => {
  const cases = vectorsOf('presentation', 'presentation')

  test.each(cases)('%s', async (_, vector) => {
    expect(await outcomeOf(vector)).toEqual(vector['expect'] ?? vector['reason'])
  })

  test('and the same with tokens remembered from one showing to the next', async () => {
    const recent: RecentTokens = new Map()
    for (const [name, vector] of [...cases, ...cases]) {
      expect(await outcomeOf(vector, recent), name).toEqual(vector['expect'] ?? vector['reason'])
    }
    expect(recent.size).toBeGreaterThan(0)
  })
})

describe('a phone draws a code that a counter accepts', () => {
  const AT = Date.UTC(2026, 9, 1, 2, 0, 0)
  const voucher = Uint8Array.from({ length: 16 }, (_, i) => i)
  const kid = Uint8Array.of(0xca, 0xfe)
  let holder: CryptoKey
  let token: Bytes
  let list: TrustList

  beforeAll(async () => {
    const [issuer, phone] = [await newDeviceKey(), await newDeviceKey()]
    const start = AT / 1000
    const { compressed } = await publicHalf(phone)
    const items = ['XT1', Number(COUNTY), voucher, 3, 2, 5000, start, start + 604_800, compressed, 70_000, 2, 0]
    token = await sign1(items, { key: issuer.privateKey, kid })
    holder = phone.privateKey
    const key = { kid, publicKey: await publicHalf(issuer), notBefore: start - 1, notAfter: start + 1 }
    list = { county: COUNTY, serial: 1, issuedAt: start, keys: [key] }
  })

  test('for a minute, with its counter, in a QR code of version 11', async () => {
    const text = await drawPresentation(token, { holder, at: AT + 5999, counter: 7 })
    expect(text.length).toBeLessThanOrEqual(366)
    expect(isPresentation(`${text}\r\n`)).toBe(true)
    const outcome = await verifyPresentation(text, { trust: list, county: COUNTY, at: AT + 65_000 })
    if (typeof outcome === 'string') throw new Error(outcome)
    expect([outcome.time, outcome.counter]).toEqual([AT / 1000 + 5, 7])
    expect(toHex(voucher)).toBe(outcome.token.voucher.replaceAll('-', ''))
    expect(await verifyPresentation(text, { trust: list, county: COUNTY, at: AT + 65_001 })).toBe('code-stale')
  })

  test('and with a challenge only for the counter that asked', async () => {
    const challenge = new Uint8Array(32).fill(9)
    const text = await drawPresentation(token, { holder, at: AT, counter: 8, challenge })
    const circumstances = { trust: list, county: COUNTY, at: AT }
    expect(await verifyPresentation(text, { ...circumstances, challenge })).toHaveProperty('counter', 8)
    expect(await verifyPresentation(text, circumstances)).toBe('holder-forged')
  })
})
