/** The journals of this browser, sealed to the county's journal key; nothing where the county was never asked. */

import { countyCode } from '@/county/county'
import { fromHex } from '@/kernel/bytes'
import { publicKeyOfPoint, type PublicKey } from '@/kernel/keys'
import { allIdentities, currentIdentity, type DeviceIdentity } from '@/offline/device_key'
import { exportJournal, type JournalFile } from '@/offline/export'
import { look } from '@/offline/replica'

/** What this device wrote from a number on; null where there is nothing. */
export async function journalFile(from: number): Promise<JournalFile | null> {
  const [county, identity] = await Promise.all([countyCode(), currentIdentity()])
  const recipient = identity ? await countyKey([identity]) : null
  if (!county || !identity || !recipient) return null
  return exportJournal({ county, identity }, { recipient, from })
}

/** Everything that is here: a file for each id that this browser ever wrote under. */
export async function journalFiles(): Promise<JournalFile[]> {
  const [county, kept] = await Promise.all([countyCode(), allIdentities()])
  // The present device heard of the county's key last.
  const identities = kept.toSorted((one, other) => Number(one.retired) - Number(other.retired))
  const recipient = await countyKey(identities)
  if (!county || !recipient) return []
  const files = await Promise.all(identities.map((identity) => exportJournal({ county, identity }, { recipient })))
  return files.filter((file) => file !== null)
}

/** To which key the county wants files sealed, by the first of these that was told. */
async function countyKey(identities: readonly DeviceIdentity[]): Promise<PublicKey | null> {
  for (const { device } of identities) {
    const own = await look<{ journal_key: string }>(device, 'county', 'own')
    if (own) return publicKeyOfPoint(fromHex(own.journal_key))
  }
  return null
}
