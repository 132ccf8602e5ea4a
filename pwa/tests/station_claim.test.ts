/** Registered claims are written as their specification says, and tell nobody who looks at the tablet whom they are for. */

import { expect, it } from 'vitest'
import vectors from '../../fixtures/protocols/station-claim/vectors.json'
import { fromHex, toHex, type Bytes } from '@/kernel/bytes'
import { publicKeyOfPoint } from '@/kernel/keys'
import { readPlainClaim, sealClaim } from '@/offline/station_claim'
import { COUNTY } from './offline_world'

interface Vector {
  readonly op: string
  readonly why: string
  readonly data: string
  readonly fresh: string
  readonly nonce: string
  readonly aes: string
  readonly device: string
  readonly act: string
  readonly key: string
  readonly expect: { round: string; shift: string; operator: string; proof: string; phone: string; number: string | null }
}

const every = (Array.isArray(vectors) ? vectors : (vectors as { vectors: unknown }).vectors) as unknown as Vector[]
const good = every.filter(({ op }) => op === 'station-claim')
const recipient = (await publicKeyOfPoint(fromHex(every.find(({ op }) => op === 'claim-key')!.key)))!

it.each(good.map((one) => [one.why, one] as const))('%s', async (_, { data, fresh, nonce, aes, device, act, expect: told }) => {
  const key = await crypto.subtle.importKey('raw', fromHex(aes), 'AES-GCM', false, ['encrypt'])
  const iv = fromHex(nonce)
  const seal = async (inside: Bytes, covered: Bytes): Promise<Bytes> =>
    new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: covered }, key, inside))
  const place = { county: COUNTY, device, cmd_id: act }
  const { phone, number, ...plain } = told
  const written = await sealClaim(plain, { phone, number }, place, recipient, { fresh: fromHex(fresh), nonce: iv, seal })
  expect(toHex(written)).toBe(data)
  expect(readPlainClaim(written)).toEqual(plain)
  expect(new TextDecoder('latin1').decode(written)).not.toContain(phone)
})

it('what is sealed twice looks different, and what is none says nothing', async () => {
  const { expect: told, device, act } = good[0]!
  const place = { county: COUNTY, device, cmd_id: act }
  const [one, other] = [await sealClaim(told, told, place, recipient), await sealClaim(told, told, place, recipient)]
  expect(toHex(one)).not.toBe(toHex(other))
  expect([readPlainClaim(one.slice(0, -1)), readPlainClaim(fromHex('80'))]).toEqual([null, null])
})
