/** This device's journal, sealed to the key that the county issues with now; null where there is nothing or nobody to seal it to. */

import { countyCode } from '@/county/county'
import { briefingOf } from '@/offline/briefing'
import { countyNow } from '@/offline/county_clock'
import { currentIdentity } from '@/offline/device_key'
import { exportJournal, type JournalFile } from '@/offline/export'

export async function journalFile(): Promise<JournalFile | null> {
  const [county, identity] = await Promise.all([countyCode(), currentIdentity()])
  const known = county && identity ? await briefingOf(county, identity.device) : null
  const now = countyNow() / 1000
  const serving = known?.trust.keys.filter(({ notBefore, notAfter }) => notBefore <= now && now < notAfter) ?? []
  const newest = serving.toSorted((one, other) => other.notBefore - one.notBefore)[0]
  if (!county || !identity || !newest) return null
  return exportJournal({ county, identity }, { recipient: newest.publicKey })
}
