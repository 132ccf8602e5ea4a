/** The receipt of a claim of this device, signed anew whenever it is shown: it says what the journal says. */

import { countyCode } from '@/county/county'
import { fromHex } from '@/kernel/bytes'
import { issueReceipt } from '@/kernel/receipt'
import { openDatabase } from '@/offline/database'
import { currentIdentity } from '@/offline/device_key'
import { toldBy } from './claims'

/** Null for what is no claim of this device that gave anything. */
export async function receiptOf({ device, seq }: { device: string; seq: number }): Promise<string | null> {
  const [county, identity] = await Promise.all([countyCode(), currentIdentity()])
  const entry = await (await openDatabase()).get('outbox', [device, seq])
  const told = entry && (await toldBy(entry))
  if (!county || !entry || identity?.device !== device || told?.kind !== 'REDEEM' || told.body.amount_fen === 0) return null
  const { voucher, amount_fen: amountFen } = told.body
  const time = Math.floor(entry.at / 1000)
  return issueReceipt({ county, device, seq, eventHash: fromHex(entry.hash), voucher, amountFen, time }, identity.pair.privateKey)
}
