// @vitest-environment node
import { expect, test } from 'vitest'
import { fromHex, toHex } from '@/kernel/bytes'
import { isFrom } from '@/kernel/cose'
import { enrolmentMessage, provePossession } from '@/kernel/enrolment'
import { newDeviceKey, publicHalf, publicKeyOfJwk, publicKeyOfPoint, signed, verifies } from '@/kernel/keys'
import { succeeds } from '@/kernel/root_handover'
import { groupShortCode, readShortCode, sayShortCode } from '@/kernel/short_code'
import { readToken } from '@/kernel/token'
import { readTrustList } from '@/kernel/trust'
import { hex, point, vectorsOf, type Vector } from './vectors'

test.each(vectorsOf('keys-and-trust', 'key'))('a key has the same point in every form: %s', async (_, vector) => {
  const forms = [
    await point(vector, 'compressed'),
    await point(vector, 'uncompressed'),
    await publicKeyOfJwk(vector['jwk'] as Record<string, unknown>),
  ]
  for (const key of forms) {
    expect(key && toHex(key.compressed)).toBe(vector['compressed'])
    expect(key && toHex(key.uncompressed)).toBe(vector['uncompressed'])
  }
})

test.each(vectorsOf('keys-and-trust', 'key-refused'))('no public key: %s', async (_, vector) => {
  expect(await publicKeyOfPoint(hex(vector, 'point'))).toBeNull()
})

test.each(vectorsOf('keys-and-trust', 'jwk-refused'))('no public JWK: %s', async (_, vector) => {
  expect(await publicKeyOfJwk(vector['jwk'] as Record<string, unknown>)).toBeNull()
})

test.each(vectorsOf('keys-and-trust', 'signature'))('a signature is believed or not: %s', async (_, vector) => {
  const key = await point(vector, 'key')
  expect(await verifies(key, hex(vector, 'signature'), hex(vector, 'message'))).toBe(vector['valid'])
})

async function readList(vector: Vector): ReturnType<typeof readTrustList> {
  const root = await point(vector, 'root')
  const county = String(vector['county'])
  return readTrustList(hex(vector, 'data'), { root, county, knownSerial: Number(vector['known_serial']) })
}

test.each(vectorsOf('keys-and-trust', 'trust-list'))('a list of the root is believed: %s', async (_, vector) => {
  const list = await readList(vector)
  if (typeof list === 'string') throw new Error(list)
  expect({
    county: list.county,
    serial: list.serial,
    issued_at: list.issuedAt,
    keys: list.keys.map((key) => ({
      kid: toHex(key.kid),
      point: toHex(key.publicKey.compressed),
      not_before: key.notBefore,
      not_after: key.notAfter,
    })),
  }).toEqual(vector['expect'])
})

test.each(vectorsOf('keys-and-trust', 'trust-list-refused'))('a list is refused: %s', async (_, vector) => {
  expect(await readList(vector)).toBe(vector['reason'])
})

test.each(vectorsOf('keys-and-trust', 'root-handover'))('a root is followed by those that it named alone: %s', async (_, vector) => {
  const [root, pinned] = [await point(vector, 'root'), await point(vector, 'pinned')]
  const handovers = (vector['handovers'] as string[]).map(fromHex)
  expect(await succeeds(root, { pinned, handovers, county: String(vector['county']) })).toBe(vector['expect'])
})

test.each(vectorsOf('token', 'token'))('a token says what the vector says: %s', async (_, vector) => {
  const read = await readToken(hex(vector, 'data'))
  if (typeof read === 'string') throw new Error(read)
  expect(await isFrom(read.signed, await point(vector, 'issuer'))).toBe(true)
  const { token } = read
  expect({
    kid: toHex(read.signed.kid),
    county: token.county,
    voucher: token.voucher,
    campaign: token.campaign,
    terms_version: token.termsVersion,
    face_fen: token.faceFen,
    not_before: token.notBefore,
    expires_at: token.expiresAt,
    holder: toHex(token.holder.compressed),
    status_index: token.statusIndex,
    flags: token.flags,
    domain: token.domain,
  }).toEqual(vector['expect'])
})

test.each(vectorsOf('token', 'token-refused'))('no token: %s', async (_, vector) => {
  expect(await readToken(hex(vector, 'data'))).toBe(vector['reason'])
})

test.each(vectorsOf('holder-enrolment', 'enrolment'))('a phone proves its key or not: %s', async (_, vector) => {
  const key = await point(vector, 'key')
  const nonce = hex(vector, 'nonce')
  const challenge = { county: String(vector['county']), resident: String(vector['resident']), nonce }
  const message = enrolmentMessage(challenge, key.compressed)
  expect(toHex(message)).toBe(vector['message'])
  const late = Date.parse(String(vector['at'])) >= Date.parse(String(vector['expires_at']))
  const proven = await verifies(key, hex(vector, 'signature'), message)
  const forgedOrGood = proven ? null : 'proof-forged'
  expect(late ? 'challenge-expired' : forgedOrGood).toBe(vector['reason'])
})

test('a key made here proves itself and cannot be taken out', async () => {
  const pair = await newDeviceKey()
  const nonce = fromHex('5a'.repeat(32))
  const challenge = { county: '511527', resident: '01999999-0000-7000-8000-000000000002', nonce }
  const { publicKey, signature } = await provePossession(challenge, pair)
  const key = await publicKeyOfPoint(publicKey)
  expect(key && (await verifies(key, signature, enrolmentMessage(challenge, publicKey)))).toBe(true)
  expect(pair.privateKey.extractable).toBe(false)
  await expect(crypto.subtle.exportKey('pkcs8', pair.privateKey)).rejects.toThrow()
})

test('signatures of this browser verify whichever half their s is in', async () => {
  const pair = await newDeviceKey()
  const key = await publicHalf(pair)
  for (let i = 0; i < 16; i += 1) {
    const message = fromHex(i.toString(16).padStart(2, '0'))
    expect(await verifies(key, await signed(pair.privateKey, message), message)).toBe(true)
  }
})

test.each(vectorsOf('short-code', 'read'))('typed text is a short code or none: %s', (_, vector) => {
  expect(readShortCode(String(vector['typed']))).toBe(vector['code'])
})

test.each(vectorsOf('short-code', 'say'))('a short code is shown and said in two groups: %s', (_, vector) => {
  expect(groupShortCode(String(vector['code']))).toBe(vector['shown'])
  expect(sayShortCode(String(vector['code']))).toBe(vector['said'])
})
