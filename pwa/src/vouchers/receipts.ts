/**
 * Receipts of counters that had no network, kept on this phone: each marks its voucher as used, and is carried to the
 * county as a second way home.
 *
 * They stay when somebody signs out, since the shop may depend on them: on the shelf that signing out leaves alone.
 */

import { shallowRef, type ShallowRef } from 'vue'
import { connection } from '@/offline/connection'
import { forget, keep, recallEntries } from '@/offline/kept'

export interface KeptReceipt {
  readonly voucher_id: string
  readonly text: string
  readonly device: string
  readonly amount_fen: number
  /** The counter's own time, in milliseconds since 1970. */
  readonly told_at: number
  /** Whether the county has it, and waits for the counter's own record. */
  readonly brought: boolean
  /** Whose counter it is, once the county said so. */
  readonly shop: { readonly zh: string; readonly en: string } | null
}

/** What became of it is the county's to say from now on. */
const OVER = new Set(['arrived', 'accepted', 'rejected'])

/** Keeps a receipt; resolves when it is on the disk. */
export async function keepReceipt(residentId: string, receipt: KeptReceipt): Promise<void> {
  const known = (await receiptsOf(residentId)).some(({ text }) => text === receipt.text)
  if (!known) await keep('keys', nameOf(residentId, receipt.text), receipt)
}

export async function receiptsOf(residentId: string): Promise<KeptReceipt[]> {
  const entries = await recallEntries<KeptReceipt>('keys')
  return entries.flatMap(([name, receipt]) => (name.startsWith(nameOf(residentId, '')) ? [receipt] : []))
}

/** Receipts by their voucher, read at once; what is kept is carried to the county while there is a network. */
export function useReceipts(residentId: string): ShallowRef<ReadonlyMap<string, KeptReceipt>> {
  const held = shallowRef<ReadonlyMap<string, KeptReceipt>>(new Map())
  void show(residentId, held)
  return held
}

async function show(residentId: string, held: ShallowRef<ReadonlyMap<string, KeptReceipt>>): Promise<void> {
  const look = async (): Promise<void> => {
    held.value = new Map((await receiptsOf(residentId)).map((receipt) => [receipt.voucher_id, receipt]))
  }
  await look()
  if (held.value.size === 0 || connection.value === 'offline') return
  await carry(residentId)
  await look()
}

/** The receipt of one voucher that a counter took. */
export async function receiptOn(residentId: string, voucherId: string): Promise<KeptReceipt | undefined> {
  return (await receiptsOf(residentId)).find(({ voucher_id }) => voucher_id === voucherId)
}

/** Brings every receipt to the county; one that is not answered is brought the next time. */
export async function carry(residentId: string): Promise<void> {
  const { bring } = await import('./carrying')
  for (const receipt of await receiptsOf(residentId)) {
    const told = await bring(receipt.text)
    if (told === null) return
    const name = nameOf(residentId, receipt.text)
    if (OVER.has(told.state)) await forget('keys', name)
    else await keep('keys', name, { ...receipt, brought: true, shop: told.shop })
  }
}

function nameOf(residentId: string, text: string): string {
  return `receipt ${residentId} ${text}`
}
