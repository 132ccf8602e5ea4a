/** The file of a journal: only the county's key opens it, and inside are the events as they were signed. */

import { beforeEach, expect, it } from 'vitest'
import { joined, type Bytes } from '@/kernel/bytes'
import { decodeCbor, encodeCbor, type CborValue } from '@/kernel/cbor'
import { publicKeyOfPoint } from '@/kernel/keys'
import { ensureIdentity } from '@/offline/device_key'
import { exportJournal } from '@/offline/export'
import { record } from '@/offline/journal'
import { unacknowledged } from '@/offline/outbox'
import { AT, COUNTY, openBrowser } from './offline_world'

const AGREEMENT = { name: 'ECDH', namedCurve: 'P-256' } as const

beforeEach(openBrowser)

async function openedBy(key: CryptoKey, data: Bytes): Promise<CborValue> {
  const items = decodeCbor(data) as CborValue[]
  const [recipient, fresh, nonce, sealed] = items.slice(5) as Bytes[]
  const theirs = (await publicKeyOfPoint(fresh!))!.uncompressed
  const point = await crypto.subtle.importKey('raw', theirs, AGREEMENT, false, [])
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: point }, key, 256)
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const made = { name: 'HKDF', hash: 'SHA-256', salt: joined(fresh!, recipient!), info: new TextEncoder().encode('XO1') }
  const opening = await crypto.subtle.deriveKey(made, material, { name: 'AES-GCM', length: 256 }, false, ['decrypt'])
  const seal = { name: 'AES-GCM', iv: nonce!, additionalData: encodeCbor(items.slice(0, -1)) }
  return decodeCbor(new Uint8Array(await crypto.subtle.decrypt(seal, opening, sealed!)))
}

it('is opened by the county alone, whole, and not with a word of its head changed', async () => {
  const [county, stranger] = await Promise.all([0, 1].map(() => crypto.subtle.generateKey(AGREEMENT, false, ['deriveBits'])))
  const recipient = (await publicKeyOfPoint(new Uint8Array(await crypto.subtle.exportKey('raw', county!.publicKey))))!
  const writer = { county: COUNTY, identity: await ensureIdentity() }
  const { device } = writer.identity
  expect(await exportJournal(writer, { recipient })).toBe(null)
  for (const reason of ['扫错了', '金额错了', '重复']) await record(writer, { kind: 'VOID', body: { seq: 1, reason } }, AT)
  const file = (await exportJournal(writer, { recipient, from: 2 }))!
  expect([file.name, file.events]).toEqual([`yizhan-${COUNTY}-${device}-2-3.journal`, 2])
  const kept = (await unacknowledged(device)).slice(1)
  expect(await openedBy(county!.privateKey, file.data)).toEqual(kept.map(({ seq, bytes }) => [seq, Uint8Array.from(bytes)]))
  await expect(openedBy(stranger!.privateKey, file.data)).rejects.toThrow()
  const items = decodeCbor(file.data) as CborValue[]
  await expect(openedBy(county!.privateKey, encodeCbor(items.with(3, 1)))).rejects.toThrow()
}, 30_000)
