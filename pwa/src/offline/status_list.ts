/**
 * Which vouchers may this counter still take without a network, as the county last knew?
 *
 * A status list `XU1` has two bits for each place, deflated. It comes over the county's TLS and is not signed.
 * Twin of `backend/sync/status_rules.py`; `fixtures/protocols/status-list/SPEC.md`.
 */

import { joined, type Bytes } from '@/kernel/bytes'
import { valueOf } from '@/kernel/code_text'
import { countyOf, isUint } from '@/kernel/trust'

/** Bytes of a whole list. */
const LONGEST_LIST = 4_300_000
/** 4 MiB before they are deflated. */
const MOST_PLACES = 2 ** 24
const STATES = ['usable', 'used', 'not-usable'] as const

export type UsableState = (typeof STATES)[number]

export interface StatusList {
  readonly epoch: number
  /** What events call their snapshot. */
  readonly version: number
  readonly count: number
  /** Four places to a byte, the first in the lowest bits. */
  readonly packed: Bytes
}

/** Why this device keeps the list that it has. */
export type StatusListReason =
  | 'status-list-unreadable'
  | 'status-list-version-unsupported'
  | 'status-list-malformed'
  | 'status-list-wrong-county'

/** The list of this county, or the first reason why it is none. */
export async function readStatusList(data: Bytes, county: string): Promise<StatusList | StatusListReason> {
  const items = data.length > LONGEST_LIST ? undefined : valueOf(data)
  if (items === undefined) return 'status-list-unreadable'
  if (!Array.isArray(items)) return 'status-list-malformed'
  const [kind, number, epoch, version, count, states] = items
  if (typeof kind === 'string' && kind !== 'XU1') return 'status-list-version-unsupported'
  const named = countyOf(number)
  if (items.length !== 6 || kind !== 'XU1' || named === null) return 'status-list-malformed'
  if (!isUint(epoch) || !isUint(version) || !isUint(count, MOST_PLACES + 1)) return 'status-list-malformed'
  if (!(states instanceof Uint8Array)) return 'status-list-malformed'
  const packed = await inflated(Uint8Array.from(states), Math.ceil(count / 4))
  if (packed === null || !areStates(packed, count)) return 'status-list-malformed'
  return named === county ? { epoch, version, count, packed } : 'status-list-wrong-county'
}

/** The state of a place. One beyond the list is newer than it, so nothing is known against it. */
export function stateOf({ count, packed }: StatusList, place: number): UsableState {
  return place >= count ? 'usable' : STATES[bitsOf(packed, place)]!
}

function bitsOf(packed: Bytes, place: number): number {
  return (packed[Math.floor(place / 4)]! >> (2 * (place % 4))) & 3
}

/** Exactly so many bytes, or nothing; what inflates to more is left before it fills the memory. */
async function inflated(stream: Bytes, length: number): Promise<Bytes | null> {
  const reader = new Blob([stream]).stream().pipeThrough(new DecompressionStream('deflate')).getReader()
  const pieces: Bytes[] = []
  let size = 0
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      pieces.push(Uint8Array.from(read.value))
      size += read.value.length
      if (size > length) return null
    }
  } catch {
    return null
  } finally {
    void reader.cancel().catch(() => undefined)
  }
  return size === length ? joined(...pieces) : null
}

/** Two bits are 0, 1 or 2, and nothing stands behind the last place. */
function areStates(packed: Bytes, count: number): boolean {
  const spare = (4 - (count % 4)) % 4
  if (spare > 0 && packed.at(-1)! >> (8 - 2 * spare) !== 0) return false
  return packed.every((byte) => (byte & (byte >> 1) & 0b01010101) === 0)
}
