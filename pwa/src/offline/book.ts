/**
 * What this device reads when it takes a voucher without a network: whom it believes, itself, terms, states.
 *
 * Brought by `pull.ts`. Rows are those of `fixtures/protocols/word/SPEC.md`, Y7.
 */

import { fromHex, type Bytes } from '@/kernel/bytes'
import { publicKeyOfPoint } from '@/kernel/keys'
import { readTrustList, type TrustList } from '@/kernel/trust'
import type { Counter, Terms } from '@/vouchers/rules'
import type { ListedStatus, OfflineTerms, Shown } from './accepting'
import { openDatabase, type ReplicaRow } from './database'
import type { Circumstances } from './journal'
import { look, lookAll } from './replica'
import { stateOf, type StatusList } from './status_list'

/** The pinned root, in hexadecimal figures, and the newest list that it signed. */
export interface HeldTrust {
  readonly root: string
  readonly list: Bytes
}

interface TermsRow {
  readonly paused: boolean
  readonly offline: boolean
  readonly terms: Terms & { readonly use_from: string | null }
}

const STATES = { usable: 'usable', used: 'used', 'not-usable': 'stopped' } as const
/** The list is one row of a scope of its own: it has its own way of being new. */
const listScope = (device: string): string => `${device} status`

/** Whom this device believes, or null where it was never told. */
export async function trustOf(device: string, county: string): Promise<TrustList | null> {
  const held = await heldTrust(device)
  const root = held && (await publicKeyOfPoint(fromHex(held.root)))
  if (!held || !root) return null
  const list = await readTrustList(Uint8Array.from(held.list), { root, county })
  return typeof list === 'string' ? null : list
}

/** Whose claims this device makes; undefined where it makes none. */
export async function counterOf(device: string): Promise<Counter | undefined> {
  return (await lookAll<Counter>(device, 'counter'))[0]
}

/** What besides the journal decides about this voucher; null for a device that makes no claims. */
export async function circumstancesOf(device: string, shown: Shown, demonstration: boolean): Promise<Circumstances | null> {
  const [counter, terms, list] = await Promise.all([counterOf(device), termsOf(device, shown), heldList(device)])
  if (counter === undefined || list === undefined) return null
  return { counter, terms, status: statusIn(list, shown), demonstration }
}

const statusIn = (list: StatusList, { status_index }: Shown): ListedStatus =>
  status_index === null ? 'usable' : STATES[stateOf(list, status_index)]

async function termsOf(device: string, { campaign, terms_version, domain }: Shown): Promise<OfflineTerms | undefined> {
  const row = await look<TermsRow>(device, 'terms', `${campaign}.${terms_version}.${domain}`)
  if (row === undefined || !row.offline) return undefined
  const { use_from } = row.terms
  return { terms: row.terms, paused: row.paused, use_from: use_from === null ? 0 : Date.parse(use_from) }
}

export async function heldTrust(device: string): Promise<HeldTrust | undefined> {
  const held = (await (await openDatabase()).get('keys', trustName(device))) as HeldTrust | undefined
  return held && { root: held.root, list: Uint8Array.from(held.list) }
}

export async function heldList(device: string): Promise<StatusList | undefined> {
  return look<StatusList>(listScope(device), 'status', 'list')
}

/** Keeps whom this device believes, as part of a transaction. */
export async function keepTrust(
  keys: { readonly put: (value: unknown, name: string) => Promise<unknown> },
  device: string,
  held: HeldTrust,
): Promise<void> {
  await keys.put(held, trustName(device))
}

/** Keeps the list, as part of a transaction. */
export async function keepList(
  replica: { readonly put: (row: ReplicaRow) => Promise<unknown> },
  device: string,
  value: StatusList,
): Promise<void> {
  await replica.put({ scope: listScope(device), collection: 'status', id: 'list', value })
}

function trustName(device: string): string {
  return `trust ${device}`
}
