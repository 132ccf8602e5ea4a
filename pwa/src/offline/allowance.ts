/**
 * How much of each campaign's pool was set apart for this device? The allowance `XQ1`.
 *
 * What it names is dealt in the county's ledger already. Names are those of the wire. Twin of
 * `backend/sync/allowance_rules.py`; `fixtures/protocols/allowance/SPEC.md`.
 */

import type { Bytes } from '@/kernel/bytes'
import type { CborValue } from '@/kernel/cbor'
import { isBytes } from '@/kernel/code_text'
import { uuidOf } from '@/kernel/token'
import { countyOf, isInstant, isUint, type TrustList } from '@/kernel/trust'
import { openIssued, type IssuedForm, type IssuedReason } from './issued'

const MOST_CAPS = 500

export interface Allowance {
  readonly county: string
  readonly device: string
  /** From 1; from one full acknowledgement by the county to the next. */
  readonly episode: number
  /** The newest event that the county had when it dealt: events beyond it count in this episode. */
  readonly after: number
  readonly dealt_at: number
  /** Fen by the campaign's number; one that is not here, or has 0, is taken online only. */
  readonly caps: ReadonlyMap<number, number>
}

/** Why an allowance lets a device take nothing; `allowance/SPEC.md` has a line for each. */
export type AllowanceReason = IssuedReason<'allowance'> | 'allowance-wrong-device' | 'allowance-older'

const FORM: IssuedForm<'allowance', Allowance> = {
  name: 'allowance',
  kind: 'XQ1',
  longest: 8_192,
  paperOf: allowanceOf,
  issuedAt: ({ dealt_at }) => dealt_at,
}

/** The allowance, if the county dealt it to this device and no newer one is known; a new epoch makes it forget. */
export async function verifyAllowance(
  data: Bytes,
  circumstances: {
    trust: TrustList
    county: string
    device: string
    known?: Pick<Allowance, 'episode' | 'dealt_at'> | null
  },
): Promise<Allowance | AllowanceReason> {
  const { device, known = null } = circumstances
  const allowance = await openIssued(data, FORM, circumstances)
  if (typeof allowance === 'string') return allowance
  if (allowance.device !== device) return 'allowance-wrong-device'
  return known !== null && isOlder(allowance, known) ? 'allowance-older' : allowance
}

/** The cap of a campaign in fen. */
export function capOf({ caps }: Allowance, campaign: number): number {
  return caps.get(campaign) ?? 0
}

function isOlder(one: Allowance, other: Pick<Allowance, 'episode' | 'dealt_at'>): boolean {
  return one.episode < other.episode || (one.episode === other.episode && one.dealt_at < other.dealt_at)
}

function allowanceOf(items: readonly CborValue[]): Allowance | null {
  const [kind, number, device, episode, after, dealt_at, listed] = items
  const county = countyOf(number)
  if (items.length !== 7 || kind !== 'XQ1' || county === null || !isBytes(device, 16)) return null
  if (!isUint(episode) || episode === 0 || !isUint(after) || !isInstant(dealt_at)) return null
  const caps = capsOf(listed)
  return caps && { county, device: uuidOf(device), episode, after, dealt_at, caps }
}

/** Numbers ascend from 1 on, each once. */
function capsOf(listed: CborValue | undefined): Map<number, number> | null {
  if (!Array.isArray(listed) || listed.length > MOST_CAPS) return null
  const caps = new Map<number, number>()
  let before = 0
  for (const item of listed) {
    if (!Array.isArray(item) || item.length !== 2) return null
    const [campaign, cap_fen] = item
    if (!isUint(campaign) || campaign <= before || !isUint(cap_fen)) return null
    caps.set(campaign, cap_fen)
    before = campaign
  }
  return caps
}
