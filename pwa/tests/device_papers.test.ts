// @vitest-environment node
/** Every vector of certificate, policy, allowance, of a device's enrolment and of its requests. */

import { beforeAll, describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { fromHex, toBase64url, toHex, type Bytes } from '@/kernel/bytes'
import { newDeviceKey, publicHalf, verifies, type PublicKey } from '@/kernel/keys'
import { readTrustList, type TrustList } from '@/kernel/trust'
import { capOf, verifyAllowance } from '@/offline/allowance'
import { mayTake, verifyCertificate, type Certificate } from '@/offline/certificate'
import { codeOfText, possessionMessage, provePossession } from '@/offline/device_enrolment'
import { signRequest, verifyRequest } from '@/offline/device_request'
import { verifyPolicy } from '@/offline/policy'
import { asJson, devicesOf, hex, point, vectorsOf, type Vector } from './kernel/vectors'

const COUNTY = '511527'
const DEVICE = '01999999-0000-7000-8000-000000000003'
const OTHER_DEVICE = '01999999-0000-7000-8000-000000000004'
const spoiling = [fc.nat(1_000_000), fc.integer({ min: 1, max: 255 })] as const
const trusts = new Map<string, TrustList>()

beforeAll(async () => {
  for (const protocol of ['certificate', 'policy', 'allowance']) {
    const [, vector] = vectorsOf(protocol, 'trusted')[0]!
    const list = await readTrustList(hex(vector, 'data'), { root: await point(vector, 'root'), county: COUNTY })
    if (typeof list === 'string') throw new Error(list)
    trusts.set(protocol, list)
  }
})

function turned(data: Bytes, place: number, by: number): Bytes {
  const spoilt = Uint8Array.from(data)
  spoilt[place % spoilt.length]! ^= by
  return spoilt
}

/** What this program says of a vector's paper, as vectors write it, or the word of its refusal. */
async function told(vector: Vector, data: Bytes = hex(vector, 'data')): Promise<unknown> {
  const circumstances = { trust: trusts.get(vector.op)!, county: String(vector['county']), device: String(vector['device']) }
  if (vector.op === 'certificate') {
    const paper = await verifyCertificate(data, { ...circumstances, at: Date.parse(String(vector['at'])) })
    if (typeof paper === 'string') return paper
    return asJson(without({ ...paper, key: toHex(paper.key.compressed) }))
  }
  if (vector.op === 'policy') {
    const policy = await verifyPolicy(data, { ...circumstances, known: Number(vector['known']) })
    return typeof policy === 'string' ? policy : without(policy)
  }
  const known = vector['known'] as { episode: number; dealt_at: number } | null
  const allowance = await verifyAllowance(data, { ...circumstances, known })
  return typeof allowance === 'string' ? allowance : without({ ...allowance, caps: [...allowance.caps] })
}

/** Vectors do not repeat whose paper it is: the reader asked for that. */
function without(paper: object): object {
  return Object.fromEntries(Object.entries(paper).filter(([name]) => name !== 'county' && name !== 'device'))
}

describe.each(['certificate', 'policy', 'allowance'])('a device reads its %s', (protocol) => {
  test.each(vectorsOf(protocol, protocol))('as the vector says: %s', async (_, vector) => {
    expect(await told(vector)).toEqual('reason' in vector ? vector['reason'] : vector['expect'])
  })

  test('and none with any byte turned', async () => {
    const [, good] = vectorsOf(protocol, protocol)[0]!
    await fc.assert(
      fc.asyncProperty(...spoiling, async (place, by) => {
        expect(await told(good, turned(hex(good, 'data'), place, by))).toBeTypeOf('string')
      }),
    )
  })
})

test('a certificate says which domains are taken offline, and domain 0 never is', async () => {
  const named = { domains: [2, 5] } as unknown as Certificate
  const every = { domains: [] as number[] } as unknown as Certificate
  expect([0, 1, 2, 5, 6].map((domain) => mayTake(named, domain))).toEqual([false, false, true, true, false])
  expect([0, 1, 65_536].map((domain) => mayTake(every, domain))).toEqual([false, true, true])
})

test('a campaign that an allowance does not name is taken online only', () => {
  const caps = new Map([
    [3, 200_000],
    [5, 0],
  ])
  const allowance = { county: COUNTY, device: DEVICE, episode: 7, after: 0, dealt_at: 0, caps }
  expect([2, 3, 5].map((campaign) => capOf(allowance, campaign))).toEqual([0, 200_000, 0])
})

describe('a device that is enrolled', () => {
  test.each(vectorsOf('device-enrolment', 'possession'))('signs what the county reads: %s', async (_, vector) => {
    const invited = { county: String(vector['county']), device: String(vector['device']), code: hex(vector, 'code') }
    const key = await point(vector, 'key')
    const message = await possessionMessage(invited, key.compressed)
    expect(toHex(message)).toBe(vector['message'])
    const proved = await verifies(key, hex(vector, 'signature'), message)
    expect(proved ? null : 'device-proof-forged').toBe(vector['reason'])
  })

  test('proves that it holds its own key, for its own code', async () => {
    const pair = await newDeviceKey()
    const invited = { county: COUNTY, device: DEVICE, code: fromHex('5a'.repeat(16)) }
    const { publicKey, signature } = await provePossession(invited, pair)
    const key = await publicHalf(pair)
    expect(publicKey).toEqual(key.compressed)
    expect(await verifies(key, signature, await possessionMessage(invited, publicKey))).toBe(true)
    const other = await possessionMessage({ ...invited, code: fromHex('a5'.repeat(16)) }, publicKey)
    expect(await verifies(key, signature, other)).toBe(false)
    await expect(possessionMessage({ ...invited, code: fromHex('5a'.repeat(15)) }, publicKey)).rejects.toThrow('16 bytes')
  })

  test('reads the code that was typed, with spaces around it, and no other length', () => {
    const code = fromHex('5a'.repeat(16))
    expect(codeOfText(` ${toBase64url(code)}\n`)).toEqual(code)
    expect(codeOfText(toBase64url(code.slice(1)))).toBe(null)
    expect(codeOfText('not a code')).toBe(null)
  })
})

describe('a request to read', () => {
  let devices: Map<string, PublicKey>
  beforeAll(async () => {
    devices = await devicesOf('device-request')
  })

  test.each(vectorsOf('device-request', 'request'))('is believed or refused as the vector says: %s', async (_, vector) => {
    const [county, address] = [String(vector['county']), String(vector['address'])]
    const read = await verifyRequest(vector['header'] as string | null, { county, address, devices })
    if (typeof read === 'string') return expect(read).toBe(vector['reason'])
    expect(read).toEqual({ ...(vector['expect'] as object), county, address })
  })

  test('comes back as it was signed here, and is refused for any other address and from any other device', async () => {
    const pair = await newDeviceKey()
    const known = new Map([[DEVICE, await publicHalf(pair)]])
    const signs = fc.stringMatching(/^[!-~]{0,100}$/).map((text) => `/${text}`)
    await fc.assert(
      fc.asyncProperty(signs, fc.nat(2 ** 31 - 1), async (address, t_dev) => {
        const request = { county: COUNTY, device: DEVICE, t_dev, address }
        const header = await signRequest(request, pair.privateKey)
        expect(await verifyRequest(header, { county: COUNTY, address, devices: known })).toEqual(request)
        const elsewhere = { county: COUNTY, address: `${address}x`, devices: known }
        expect(await verifyRequest(header, elsewhere)).toBe('request-wrong-address')
        const unknown = { county: COUNTY, address, devices: new Map<string, PublicKey>() }
        expect(await verifyRequest(header, unknown)).toBe('request-device-unknown')
        const his = await signRequest({ ...request, device: OTHER_DEVICE }, pair.privateKey)
        expect(await verifyRequest(his, { county: COUNTY, address, devices })).toBe('request-forged')
      }),
      { numRuns: 50 },
    )
    const { privateKey } = pair
    for (const address of ['', 'api', '/a b', '/同步', `/${'a'.repeat(2_048)}`]) {
      await expect(signRequest({ county: COUNTY, device: DEVICE, t_dev: 0, address }, privateKey)).rejects.toThrow(
        'request-malformed',
      )
    }
  })
})
