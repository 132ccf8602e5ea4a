/** A counter's page whose browser is a device that a county let in and told everything. */

import { vi } from 'vitest'
import { toHex } from '@/kernel/bytes'
import { sign1 } from '@/kernel/cose'
import { newDeviceKey, publicHalf } from '@/kernel/keys'
import type { Json } from '@/offline/digest'
import type { Rows } from '@/offline/word'
import { allowance, AT, CERTIFICATE, COUNTER, COUNTY, POLICY, TERMS, type World } from './offline_world'

export const MERCHANT = COUNTER.merchant_id

/** A page that was opened just now: nothing in memory, only what is on the disk. */
export async function newPage() {
  vi.resetModules()
  const [taking, claims, running, redeeming, key, standing, replica, outbox, book, connection, database, left, words, note] =
    await Promise.all([
      import('@/counter/away/taking'),
      import('@/counter/away/claims'),
      import('@/counter/away/running'),
      import('@/counter/redeeming'),
      import('@/offline/device_key'),
      import('@/offline/standing'),
      import('@/offline/replica'),
      import('@/offline/outbox'),
      import('@/offline/book'),
      import('@/offline/connection'),
      import('@/offline/database'),
      import('@/counter/away/left'),
      import('@/counter/away/words'),
      import('@/offline/device_note'),
    ])
  const together = { ...taking, ...claims, ...running, ...redeeming, ...key, ...standing, ...outbox, ...book, ...connection }
  return { ...together, ...database, ...left, ...words, ...note, takeIn: replica.takeIn }
}

export type Page = Awaited<ReturnType<typeof newPage>>
/** The county let this browser in and told it everything. */
export async function letIn(page: Page, world: World, given: Parameters<Page['takeWord']>[1] = {}): Promise<string> {
  const { device } = await page.ensureIdentity()
  await page.takeWord(device, { policy: { ...POLICY, probe_bp: 0 }, certificate: CERTIFICATE, allowance: allowance(), ...given })
  const told = { epoch: 1, ack_seq: 0, durable_seq: 0, results: [] }
  await page.acknowledge(device, told, ['standings'], async (change) => {
    const standing = await page.standingIn(change.objectStore('standings'), device)
    await change.objectStore('standings').put({ ...standing, checkpoint: { no: 1, time: AT / 1000 - 60 } })
  })
  await brief(page, world, device)
  return device
}

export async function brief(page: Page, world: World, device: string): Promise<void> {
  const [root, { keys }] = [await newDeviceKey(), world.trust]
  const listed = keys.map(({ kid, publicKey, notBefore, notAfter }) => [kid, publicKey.compressed, notBefore, notAfter])
  const list = await sign1(['XK1', Number(COUNTY), 1, AT / 1000 - 60, listed], { key: root.privateKey, kid: Uint8Array.of(1) })
  const { use_from, ...terms } = TERMS
  const told = { paused: false, offline: true, terms: { ...terms.terms, use_from: new Date(use_from).toISOString() } }
  const collections = new Map<string, Rows>([
    ['counter', new Map([[MERCHANT, COUNTER as unknown as Json]])],
    ['terms', new Map([['3.2.1', told as unknown as Json]])],
  ])
  const pinned = toHex((await publicHalf(root)).compressed)
  const states = { epoch: 1, version: 1, count: 0, packed: new Uint8Array(0) }
  await page.changeStrictly(await page.openDatabase(), ['replica', 'cursors', 'keys'], async (change) => {
    await page.takeIn(change as never, device, { epoch: 1, cursor: 'c', collections }, AT)
    await page.keepTrust(change.objectStore('keys'), device, { root: pinned, list })
    await page.keepList(change.objectStore('replica'), device, states)
  })
}

