/**
 * Who is this device? An id and a key that were made here once, cannot be read out, and never leave.
 *
 * They belong to the device, not to whoever is signed in. A device that is enrolled anew gets a new id and a new key;
 * the old ones stay as long as the browser does, since only they can bring home what the old journal holds.
 */

import { toHex } from '@/kernel/bytes'
import { newId } from '@/kernel/ids'
import { newDeviceKey, publicHalf } from '@/kernel/keys'
import { countyNow } from './county_clock'
import { changeStrictly, openDatabase } from './database'
import { askToPersist } from './persistence'

export interface DeviceIdentity {
  readonly device: string
  readonly pair: CryptoKeyPair
  /** The public half as a compressed point, in hexadecimal figures. */
  readonly key: string
  /** Another one took its place; it still sends. */
  readonly retired: boolean
}

/** The identity that this device acts under, or undefined where none was made. */
export async function currentIdentity(): Promise<DeviceIdentity | undefined> {
  return (await allIdentities()).find(({ retired }) => !retired)
}

/** Every identity that this browser ever had, the present one too. */
export async function allIdentities(): Promise<DeviceIdentity[]> {
  return (await openDatabase()).getAll('identities')
}

/** The identity of this device, made on first use; two tabs get the same. Throws where the browser keeps nothing. */
export async function ensureIdentity(): Promise<DeviceIdentity> {
  return (await currentIdentity()) ?? settle(await draw(), false)
}

/** A new identity for a device that is enrolled anew; the old one is kept and acts no more. */
export async function renewIdentity(): Promise<DeviceIdentity> {
  return settle(await draw(), true)
}

async function draw(): Promise<DeviceIdentity> {
  const pair = await newDeviceKey()
  const { compressed } = await publicHalf(pair)
  return { device: newId(countyNow()), pair, key: toHex(compressed), retired: false }
}

async function settle(drawn: DeviceIdentity, renew: boolean): Promise<DeviceIdentity> {
  void askToPersist()
  return changeStrictly(await openDatabase(), ['identities'], async (change) => {
    const store = change.objectStore('identities')
    const before = (await store.getAll()).find(({ retired }) => !retired)
    if (before && !renew) return before
    if (before) await store.put({ ...before, retired: true })
    await store.add(drawn)
    return drawn
  })
}
