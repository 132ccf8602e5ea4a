/**
 * Which root speaks for the county after the one that this device pinned? A chain of hand-overs `XN1`: the old root signs
 * the new one, and the new one signs the trust list.
 *
 * Twin of `backend/kernel/root_handover.py`; `fixtures/protocols/keys-and-trust/SPEC.md`, K11 and K12.
 */

import { equal, type Bytes } from './bytes'
import { isFrom, openSigned } from './cose'
import { COMPRESSED_BYTES, publicKeyOfPoint, type PublicKey } from './keys'
import { countyOf, isInstant } from './trust'

export const MOST_HANDOVERS = 8
export const LONGEST_HANDOVER = 512

interface Handover {
  readonly county: string
  readonly old: PublicKey
  readonly new: PublicKey
}

/** Whether `root` is the one that was pinned, or was named by it and by those after it, in this order. */
export async function succeeds(
  root: PublicKey,
  { pinned, handovers, county }: { pinned: PublicKey; handovers: readonly Bytes[]; county: string },
): Promise<boolean> {
  if (isSame(root, pinned)) return true
  if (handovers.length > MOST_HANDOVERS) return false
  let holds = pinned
  for (const data of handovers) {
    const told = await readHandover(data)
    if (told === null || told.county !== county) return false
    // Those of before are not asked: whoever pinned later has gone past them.
    if (isSame(told.old, holds)) holds = told.new
  }
  return isSame(holds, root)
}

/** The hand-over in these bytes, if the root that it names signed it; null else. */
async function readHandover(data: Bytes): Promise<Handover | null> {
  const signed = data.length > LONGEST_HANDOVER ? 'malformed' : openSigned(data)
  if (typeof signed === 'string' || signed.items.length !== 5) return null
  const [kind, number, old, fresh, at] = signed.items
  const county = countyOf(number)
  if (kind !== 'XN1' || county === null || !isInstant(at) || !isPoint(old) || !isPoint(fresh)) return null
  const [before, after] = await Promise.all([publicKeyOfPoint(old), publicKeyOfPoint(fresh)])
  if (before === null || after === null || !(await isFrom(signed, before))) return null
  return { county, old: before, new: after }
}

const isPoint = (value: unknown): value is Bytes => value instanceof Uint8Array && value.length === COMPRESSED_BYTES

const isSame = (one: PublicKey, other: PublicKey): boolean => equal(one.compressed, other.compressed)
