/** This device's journal, sealed to the county's journal key; null where there is nothing or the county was never asked. */

import { countyCode } from '@/county/county'
import { fromHex } from '@/kernel/bytes'
import { publicKeyOfPoint } from '@/kernel/keys'
import { currentIdentity } from '@/offline/device_key'
import { exportJournal, type JournalFile } from '@/offline/export'
import { look } from '@/offline/replica'

/** From a number on, or all of it. */
export async function journalFile(from = 1): Promise<JournalFile | null> {
  const [county, identity] = await Promise.all([countyCode(), currentIdentity()])
  const own = identity ? await look<{ journal_key: string }>(identity.device, 'county', 'own') : undefined
  const recipient = own ? await publicKeyOfPoint(fromHex(own.journal_key)) : null
  if (!county || !identity || !recipient) return null
  return exportJournal({ county, identity }, { recipient, from })
}
