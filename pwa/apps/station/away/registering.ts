/** Registers a claim for somebody while the county cannot be asked: on the disk, sealed, and no more than a registration. */

import { countyCode } from '@/county/county'
import { ownWriter } from '@/counter/away/taking'
import { fromHex } from '@/kernel/bytes'
import { newId } from '@/kernel/ids'
import { publicKeyOfPoint } from '@/kernel/keys'
import { settleTime } from '@/offline/device_time'
import { record } from '@/offline/journal'
import { look, lookAll } from '@/offline/replica'
import { CLAIM, sealClaim, type Person, type PlainClaim } from '@/offline/station_claim'
import { slipOf } from './journal_book'

/** A round as the county told it: open now or later. */
export interface AwayRound {
  readonly round_id: string
  readonly mode: 'rush' | 'draw' | 'roster'
  readonly title_zh: string
  readonly title_en: string
  readonly name_zh: string
  readonly name_en: string
  readonly face_fen: number
  readonly claim_level: number
  readonly opens_at: string
  readonly closes_at: string
}

export type NotRegistered = 'not-ready' | 'clock' | 'not-stored'

/** Rounds that had not ended when this is asked, soonest first; none where the county was never asked. */
export async function awayRounds(at: number): Promise<AwayRound[]> {
  const writer = await ownWriter().catch(() => null)
  if (!writer) return []
  const rounds = await lookAll<AwayRound>(writer.identity.device, 'rounds')
  return rounds
    .filter(({ closes_at }) => Date.parse(closes_at) > at)
    .toSorted((one, other) => Date.parse(one.opens_at) - Date.parse(other.opens_at))
}

/** Resolves when it is on the disk, with what is written down for the person. */
export async function register(claim: PlainClaim, person: Person): Promise<{ slip: string } | NotRegistered> {
  try {
    const [writer, county] = [await ownWriter(), await countyCode()]
    const own = writer ? await look<{ journal_key: string }>(writer.identity.device, 'county', 'own') : undefined
    const recipient = own ? await publicKeyOfPoint(fromHex(own.journal_key)) : null
    if (!writer || !county || !recipient) return 'not-ready'
    const { at, step } = await settleTime(writer)
    if (step === 'forward') return 'clock'
    const cmd_id = newId()
    const place = { county, device: writer.identity.device, cmd_id }
    const args = await sealClaim(claim, person, place, recipient)
    await record(writer, { kind: 'CMD', body: { cmd_id, type: CLAIM, args, deps: [], base_rev: null } }, at)
    return { slip: slipOf(cmd_id) }
  } catch (fault) {
    reportError(fault)
    return 'not-stored'
  }
}
