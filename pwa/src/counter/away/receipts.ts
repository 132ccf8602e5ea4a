/** What the customer takes along of a voucher that was taken here without the county: the receipt `XR1`, on a phone or on paper. */

import { issueReceipt } from '@/kernel/receipt'
import { openDatabase } from '@/offline/database'
import { allIdentities } from '@/offline/device_key'
import { readEvent } from '@/offline/event'
import { readBody } from '@/offline/event_body'
import { lookAll } from '@/offline/replica'
import type { PrintedReceipt } from '@/printing/receipt_slip'

interface Place {
  readonly device: string
  readonly seq: number
}

/** The text of the receipt; null where the claim is no longer here, or was none. */
export async function receiptOf(place: Place): Promise<string | null> {
  return (await readReceipt(place))?.code ?? null
}

/** The same with all that stands beside it on paper; the shop is the one that the county told this device. */
export async function printedReceipt(place: Place): Promise<PrintedReceipt | null> {
  const [read, shops] = await Promise.all([
    readReceipt(place),
    lookAll<{ name_zh: string }>(place.device, 'counter').catch(() => []),
  ])
  return read && { ...read, shop: shops[0]?.name_zh ?? '' }
}

async function readReceipt({ device, seq }: Place): Promise<Omit<PrintedReceipt, 'shop'> | null> {
  const [entry, kept] = await Promise.all([(await openDatabase()).get('outbox', [device, seq]), allIdentities()])
  const identity = kept.find((one) => one.device === device)
  const event = entry && (await readEvent(Uint8Array.from(entry.bytes)))
  if (!identity || !event || typeof event === 'string') return null
  const told = readBody(event.kind, event.body)
  if (typeof told === 'string' || told.kind !== 'REDEEM') return null
  const { voucher, amount_fen, bill_fen } = told.body
  const { county, t_dev } = event.head
  const facts = { county, device, seq, eventHash: event.hash, voucher, amountFen: amount_fen, time: t_dev }
  const code = await issueReceipt(facts, identity.pair.privateKey)
  return { bill_fen, amount_fen, time: t_dev * 1000, seq, code }
}
