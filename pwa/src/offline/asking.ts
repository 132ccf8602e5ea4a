/**
 * A device asks its county to read something, with nobody signed in at it.
 *
 * Only a whole answer counts: a line may break at any byte.
 */

import { problemOf } from '@/api/problem'
import type { Bytes } from '@/kernel/bytes'
import { answered, unreached } from './connection'
import { countyNow } from './county_clock'
import { signRequest } from './device_request'
import type { Writer } from './journal'

/** What became of a question that was not answered with what was asked for. */
export type NotTold =
  /** Nobody answered, or half an answer came. */
  | { readonly kind: 'away' }
  /** Somebody answered something else: the county refuses this device, or a page stands in between. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }

export type Told = { readonly kind: 'told'; readonly body: Bytes } | { readonly kind: 'nothing-new' } | NotTold

const PATIENCE_MS = 60_000

/** Reads an address of the county; 204 means that there is nothing new. */
export async function askCounty({ county, identity }: Writer, address: string): Promise<Told> {
  const impatience = new AbortController()
  const timer = setTimeout(() => impatience.abort(), PATIENCE_MS)
  try {
    const t_dev = Math.max(0, Math.floor(countyNow() / 1000))
    const request = { county, device: identity.device, t_dev, address }
    const headers = { Authorization: await signRequest(request, identity.pair.privateKey) }
    const response = await fetch(address, { headers, signal: impatience.signal, cache: 'no-store' })
    const body = new Uint8Array(await response.arrayBuffer())
    answered()
    if (response.status === 204) return { kind: 'nothing-new' }
    if (response.status === 200) return { kind: 'told', body }
    return { kind: 'refused', status: response.status, reason: problemOf(response, parsed(body)).reason }
  } catch {
    unreached()
    return { kind: 'away' }
  } finally {
    clearTimeout(timer)
  }
}

/** The JSON in these bytes, or null. */
export function parsed(body: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return null
  }
}
