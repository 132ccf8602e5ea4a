/** What a counter's screen wants of a resident's phone, and how the phone answers without a network. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { toBase64url } from '@/kernel/bytes'
import { challengeDigest, challengeText, newChallenge, type CounterChallenge } from '@/kernel/challenge'
import { sign1 } from '@/kernel/cose'
import { newId } from '@/kernel/ids'
import { newDeviceKey, publicHalf } from '@/kernel/keys'
import { verifyPresentation } from '@/kernel/xv1'
import { readCounterCode } from '@/vouchers/counter_codes'
import { AT, COUNTY, newWorld, openBrowser, type World } from './offline_world'

const DEVICE = newId(AT)
const challenge: CounterChallenge = newChallenge(COUNTY, DEVICE, 75_00)

describe('a code on a counter’s screen', () => {
  it('is a question with its amount', () => {
    expect(readCounterCode(` ${challengeText(challenge)}\n`, COUNTY)).toEqual({ kind: 'challenge', challenge })
  })

  it.each([
    ['https://example.com/', 'none-of-ours'],
    ['XV1:ABC', 'none-of-ours'],
    ['XM2:ABC', 'too-new'],
    [challengeText(challenge).slice(0, -3), 'damaged'],
    ['XM1:', 'damaged'],
  ] as const)('%s is told to be %s', (text, why) => {
    expect(readCounterCode(text, COUNTY)).toEqual({ kind: 'other', why })
  })

  it('of another county is told to be that', () => {
    expect(readCounterCode(challengeText(challenge), '110101')).toEqual({ kind: 'other', why: 'wrong-county' })
  })
})

describe('the answer of a phone', () => {
  let world: World
  let trust: World['trust']

  beforeEach(async () => {
    vi.useFakeTimers({ now: AT, toFake: ['Date'] })
    openBrowser()
    vi.resetModules()
    world ??= await newWorld()
    trust = world.trust
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  async function phone(resident: string, voucher: string) {
    const [kept, tokens] = await Promise.all([import('@/offline/kept'), import('@/vouchers/tokens')])
    const [pair, issuer] = await Promise.all([newDeviceKey(), newDeviceKey()])
    const kid = Uint8Array.of(1)
    const start = AT / 1000 - 3_600
    const { compressed } = await publicHalf(pair)
    const id = Uint8Array.from(voucher.replaceAll('-', '').match(/../g)!.map((two) => parseInt(two, 16)))
    const items = ['XT1', Number(COUNTY), id, 3, 2, 75_00, start, start + 86_400, compressed, 7, 0, 1]
    const token = await sign1(items, { key: issuer.privateKey, kid })
    const key = { kid, publicKey: await publicHalf(issuer), notBefore: start - 1, notAfter: start + 86_400 }
    trust = { county: COUNTY, serial: 1, issuedAt: start, keys: [key] }
    await kept.keep('keys', resident, { pair, key: '' })
    const line = { voucher_id: voucher, token: toBase64url(token), expires_at: new Date((start + 86_400) * 1000).toISOString(), last_count: 4 }
    await kept.keep('wallet', `tokens ${resident}`, [line])
    return tokens
  }

  it('is signed for this amount at this counter, and drawn with a counter that was never used', async () => {
    const [resident, voucher] = [newId(AT), newId(AT)]
    const { drawAnswer, drawCode } = await phone(resident, voucher)
    await drawCode(resident, voucher)
    const text = (await drawAnswer(resident, voucher, challenge))!
    const at = { trust, county: COUNTY, at: AT }
    expect(await verifyPresentation(text, { ...at, challenge: await challengeDigest(challenge) })).toMatchObject({ counter: 6, token: { voucher } })
    expect(await verifyPresentation(text, at)).toBe('holder-forged')
    const other = await challengeDigest({ ...challenge, amountFen: 75_01 })
    expect(await verifyPresentation(text, { ...at, challenge: other })).toBe('holder-forged')
  })

  it('is given by a phone whose clock says that its code is long over', async () => {
    const [resident, voucher] = [newId(AT), newId(AT)]
    const { drawAnswer, drawCode } = await phone(resident, voucher)
    vi.setSystemTime(AT + 400 * 86_400_000)
    expect(await drawCode(resident, voucher)).toBeNull()
    const text = (await drawAnswer(resident, voucher, challenge))!
    const digest = await challengeDigest(challenge)
    expect(await verifyPresentation(text, { trust, county: COUNTY, at: AT, challenge: digest })).toMatchObject({ token: { voucher } })
  })

  it('is none where this phone keeps nothing to answer with', async () => {
    const { drawAnswer } = await phone(newId(AT), newId(AT))
    expect(await drawAnswer(newId(AT), newId(AT), challenge)).toBeNull()
  })
})
