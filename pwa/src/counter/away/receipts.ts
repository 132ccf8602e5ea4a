/** What the customer's phone takes along of a voucher that was taken here without the county: the receipt `XR1`. */

import { issueReceipt } from '@/kernel/receipt'
import { openDatabase } from '@/offline/database'
import { allIdentities } from '@/offline/device_key'
import { readEvent } from '@/offline/event'
import { readBody } from '@/offline/event_body'

/** The text of the receipt; null where the claim is no longer here, or was none. */
export async function receiptOf({ device, seq }: { readonly device: string; readonly seq: number }): Promise<string | null> {
  const [entry, kept] = await Promise.all([(await openDatabase()).get('outbox', [device, seq]), allIdentities()])
  const identity = kept.find((one) => one.device === device)
  const event = entry && (await readEvent(Uint8Array.from(entry.bytes)))
  if (!identity || !event || typeof event === 'string') return null
  const told = readBody(event.kind, event.body)
  if (typeof told === 'string' || told.kind !== 'REDEEM') return null
  const { voucher, amount_fen: amountFen } = told.body
  const { county, t_dev: time } = event.head
  return issueReceipt({ county, device, seq, eventHash: event.hash, voucher, amountFen, time }, identity.pair.privateKey)
}
