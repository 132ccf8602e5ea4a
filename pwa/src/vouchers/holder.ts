/**
 * The key with which this phone shows its holder's vouchers. It is made here, cannot be read out, and never leaves.
 *
 * A resident has one live key. Enrolling this phone's revokes another phone's at once, so that is only done when nobody
 * has one, or when the person asked for it.
 */

import { api, ask, type Answer } from '@/api/client'
import type { Problem } from '@/api/problem'
import { fromBase64url, toBase64url } from '@/kernel/bytes'
import { provePossession } from '@/kernel/enrolment'
import { newDeviceKey } from '@/kernel/keys'
import { isKept, keep, recall } from '@/offline/kept'

export interface Holder {
  readonly pair: CryptoKeyPair
  /** The public half, as the county knows it. */
  readonly key: string
}

export type HolderState =
  | { readonly kind: 'here'; readonly holder: Holder }
  /** Another phone shows this person's vouchers now. */
  | { readonly kind: 'elsewhere' }
  /** This browser keeps no key, and is given none. */
  | { readonly kind: 'county' }
  | { readonly kind: 'problem'; readonly problem: Problem }

/**
 * Whether this browser keeps what a code is drawn from: its pages for a counter without a signal, and the key.
 *
 * One that does not (WeChat, private windows, plain HTTP) takes no key: that would revoke the one of the browser that
 * does. The county draws there.
 */
function canHoldKey(): boolean {
  return 'serviceWorker' in navigator && isKept() && globalThis.crypto?.subtle !== undefined
}

/** This phone's key, enrolled where it was missing; with `move` also where another phone has one. */
export async function ensureHolder(residentId: string, county: string, move = false): Promise<HolderState> {
  const own = await recall<Holder>('keys', residentId)
  if (!own && !canHoldKey()) return { kind: 'county' }
  const live = await ask(api.GET('/api/v1/me/holder-key'))
  if (!live.ok) return { kind: 'problem', problem: live.problem }
  const enrolled = live.value.holder_key
  if (enrolled && own?.key === enrolled.key) return { kind: 'here', holder: own }
  if (enrolled && !move) return { kind: 'elsewhere' }
  return enrol(residentId, county)
}

/** What this phone can draw with when nobody can be asked. */
export function keptHolder(residentId: string): Promise<Holder | undefined> {
  return recall<Holder>('keys', residentId)
}

async function enrol(residentId: string, county: string): Promise<HolderState> {
  const asked = await ask(api.POST('/api/v1/me/holder-key/challenge'))
  if (!asked.ok) return { kind: 'problem', problem: asked.problem }
  const nonce = fromBase64url(asked.value.challenge)
  if (!nonce) throw new Error('the challenge is not Base64 for URLs')
  const pair = await newDeviceKey()
  const proof = await provePossession({ county, resident: residentId, nonce }, pair)
  const holder = { pair, key: toBase64url(proof.publicKey) }
  // On the disk before the county knows it: a key that is enrolled but lost would lock the wallet of this phone.
  await keep('keys', residentId, holder)
  const told = await tell(holder.key, toBase64url(proof.signature))
  return told.ok ? { kind: 'here', holder } : { kind: 'problem', problem: told.problem }
}

function tell(key: string, signature: string): Promise<Answer<unknown>> {
  return ask(api.POST('/api/v1/me/holder-key', { body: { key, signature } }))
}
