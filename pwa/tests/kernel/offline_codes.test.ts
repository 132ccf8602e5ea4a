// @vitest-environment node
/** Every vector of challenge, card and receipt, and that what is written here is read again and nothing else is. */

import { beforeAll, describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { decodeBase45, encodeBase45 } from '@/kernel/base45'
import { fromHex, sha256, toHex } from '@/kernel/bytes'
import { verifyCard } from '@/kernel/card'
import { challengeDigest, challengeText, newChallenge, readChallenge } from '@/kernel/challenge'
import { newDeviceKey, publicHalf, type PublicKey } from '@/kernel/keys'
import { issueReceipt, readReceipt, verifyReceipt } from '@/kernel/receipt'
import { readTrustList, type TrustList } from '@/kernel/trust'
import { holderMessage, verifyPresentation } from '@/kernel/xv1'
import { devicesOf, hex, point, vectorsOf } from './vectors'

const COUNTY = '511527'
const DEVICE = '01999999-0000-7000-8000-000000000003'

async function trusted(protocol: string): Promise<TrustList> {
  const [, vector] = vectorsOf(protocol, 'trusted')[0]!
  const list = await readTrustList(hex(vector, 'data'), { root: await point(vector, 'root'), county: COUNTY })
  if (typeof list === 'string') throw new Error(list)
  return list
}

function asked(text: unknown, county: unknown = COUNTY) {
  const challenge = readChallenge(String(text), String(county))
  if (typeof challenge === 'string') throw new Error(challenge)
  return challenge
}

/** A code with one of its bytes turned. */
function turned(text: string, place: number, by: number): string {
  const data = decodeBase45(text.slice(4))!
  data[place % data.length]! ^= by
  return text.slice(0, 4) + encodeBase45(data)
}
const spoiling = [fc.nat(1000), fc.integer({ min: 1, max: 255 })] as const

describe('a challenge', () => {
  test.each(vectorsOf('challenge', 'challenge'))('says what the vector says: %s', async (_, vector) => {
    const challenge = asked(vector['text'], vector['county'])
    const { device, nonce, amountFen } = challenge
    const digest = toHex(await challengeDigest(challenge))
    expect({ device, nonce: toHex(nonce), amount_fen: amountFen, digest }).toEqual(vector['expect'])
    expect(challengeText(challenge)).toBe(String(vector['text']).trim())
  })

  test.each(vectorsOf('challenge', 'challenge-refused'))('is refused for its reason: %s', (_, vector) => {
    expect(readChallenge(String(vector['text']), String(vector['county']))).toBe(vector['reason'])
  })

  test.each(vectorsOf('challenge', 'answer'))('is answered by its holder whatever the clock: %s', async (_, vector) => {
    const outcome = await verifyPresentation(String(vector['text']), {
      trust: await trusted('challenge'),
      county: COUNTY,
      at: Date.parse(String(vector['at'])),
      challenge: await challengeDigest(asked(vector['challenge'])),
    })
    const told = typeof outcome === 'string' ? { reason: outcome } : { expect: { voucher: outcome.token.voucher } }
    expect(told).toEqual('reason' in vector ? { reason: vector['reason'] } : { expect: vector['expect'] })
  })

  test.each(vectorsOf('challenge', 'message'))('is signed as its hash: %s', async (_, vector) => {
    const [time, counter] = [Number(vector['time']), Number(vector['counter'])]
    const message = holderMessage(await sha256(hex(vector, 'token')), time, counter, hex(vector, 'challenge'))
    expect(toHex(message)).toBe(vector['message'])
  })

  test('comes back as it was asked, is never asked twice, and with a byte turned is another one or none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.integer({ min: 1, max: 2 ** 32 - 1 }), ...spoiling, async (device, amount, place, by) => {
        const challenge = newChallenge(COUNTY, device, amount)
        expect(newChallenge(COUNTY, device, amount).nonce).not.toEqual(challenge.nonce)
        const text = challengeText(challenge)
        expect(readChallenge(text, COUNTY)).toEqual(challenge)
        const spoilt = readChallenge(turned(text, place, by), COUNTY)
        if (typeof spoilt !== 'string') expect(await challengeDigest(spoilt)).not.toEqual(await challengeDigest(challenge))
      }),
    )
    expect(() => challengeText(newChallenge(COUNTY, DEVICE, 0))).toThrow('from 1 fen')
  })
})

describe('a paper card', () => {
  let trust: TrustList
  beforeAll(async () => {
    trust = await trusted('card')
  })

  test.each(vectorsOf('card', 'card'))('is taken or refused for its reason: %s', async (_, vector) => {
    const at = Date.parse(String(vector['at']))
    const outcome = await verifyCard(String(vector['text']), { trust, county: String(vector['county']), at })
    if (typeof outcome === 'string') return expect(outcome).toBe(vector['reason'])
    const { card, statusIndex, home } = outcome.card
    expect({ card, status_index: statusIndex, offline: home === vector['device'] }).toEqual(vector['expect'])
  })

  test('with any byte turned is refused', async () => {
    const [, good] = vectorsOf('card', 'card')[0]!
    const circumstances = { trust, county: COUNTY, at: Date.parse(String(good['at'])) }
    await fc.assert(
      fc.asyncProperty(...spoiling, async (place, by) => {
        expect(await verifyCard(turned(String(good['text']), place, by), circumstances)).toBeTypeOf('string')
      }),
    )
  })
})

describe('a receipt', () => {
  let devices: Map<string, PublicKey>
  beforeAll(async () => {
    devices = await devicesOf('receipt')
  })

  test.each(vectorsOf('receipt', 'receipt'))('says what its device signed: %s', async (_, vector) => {
    const receipt = await verifyReceipt(String(vector['text']), { county: COUNTY, devices })
    if (typeof receipt === 'string') throw new Error(receipt)
    const { device, seq, eventHash, voucher, amountFen, time } = receipt
    expect({ device, seq, event_hash: toHex(eventHash), voucher, amount_fen: amountFen, time }).toEqual(vector['expect'])
  })

  test.each(vectorsOf('receipt', 'receipt-refused'))('is refused for its reason: %s', async (_, vector) => {
    expect(await verifyReceipt(String(vector['text']), { county: COUNTY, devices })).toBe(vector['reason'])
  })

  test('comes back as it was signed here, is read by a phone that knows no device, and is refused with a byte turned', async () => {
    const pair = await newDeviceKey()
    const known = new Map([[DEVICE, await publicHalf(pair)]])
    const given = { county: COUNTY, device: DEVICE, voucher: DEVICE, eventHash: fromHex('5a'.repeat(32)), time: 1_790_000_000 }
    const numbers = fc.integer({ min: 1, max: 2 ** 32 - 1 })
    await fc.assert(
      fc.asyncProperty(numbers, numbers, ...spoiling, async (seq, amountFen, place, by) => {
        const receipt = { ...given, seq, amountFen }
        const text = await issueReceipt(receipt, pair.privateKey)
        expect(await verifyReceipt(text, { county: COUNTY, devices: known })).toEqual(receipt)
        expect(readReceipt(text, COUNTY)).toHaveProperty('receipt', receipt)
        expect(await verifyReceipt(turned(text, place, by), { county: COUNTY, devices: known })).toBeTypeOf('string')
      }),
      { numRuns: 50 },
    )
    await expect(issueReceipt({ ...given, seq: 0, amountFen: 1 }, pair.privateKey)).rejects.toThrow('nobody')
  })
})
