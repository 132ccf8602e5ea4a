/**
 * A passphrase opens the names on this device, also without a network; ten wrong ones throw the names away.
 *
 * The passphrase goes through PBKDF2 and opens a key that was drawn here once; that key seals the copy of the county's
 * collections and whoever is signed in. A try is counted on the disk before it is made, so that a closed page gives
 * nobody another one. The journal, its keys and its limits are never sealed and never thrown away: what was taken goes to
 * the county while the device is locked, and after its copy was wiped. Decision 0082.
 */

import { shallowRef } from 'vue'
import type { Me } from '@/api/wire'
import { forgetClear, keeping } from '@/session/keeping'
import { oweEnd, stampOf } from '@/session/owed'
import { changeStrictly, forgetOpened, openDatabase, type Database, type ReplicaRow } from '../database'
import { forget, keep, recall } from '../kept'
import { isMarked, mark } from './mark'
import { asksPassphrase } from './wanted'
import { isSealed, isSealedKind, open, placeOf, seal, useKey, type Sealed } from './sealing'

export const LEAST_CHARACTERS = 8
export const MOST_WRONG = 10
/** OWASP's figure for PBKDF2 with HMAC-SHA-256. */
export const ROUNDS = 600_000
const SALT_BYTES = 16
const KEY_BITS = 256
/** Seconds to wait after so many wrong tries; the last holds for all that follow. */
const PAUSES_S = [0, 0, 0, 5, 15, 30, 60, 300, 900] as const

/** How the replica's key lies here. */
interface Lock {
  readonly salt: Uint8Array
  readonly rounds: number
  readonly nonce: Uint8Array
  readonly wrapped: Uint8Array
  /** Tries since the last right one, counted before each is made. */
  readonly wrong: number
  /** No try before this, in milliseconds since 1970. */
  readonly notBefore: number
  /** Whose session is to be ended if the copy is wiped. */
  readonly stamp: string
}

/** The copy was wiped, and nothing of a person comes here before a passphrase is set again. */
interface Wiped {
  readonly wiped: true
}

/** `none` where this device never had a passphrase. */
export type LockState = 'none' | 'open' | 'locked' | 'wiped'

export type Tried =
  | { readonly kind: 'open' }
  | { readonly kind: 'wrong'; readonly left: number; readonly waitMs: number }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'wiped' }
  /** The browser does not let it read what lies here: no try was made, and the next may succeed. */
  | { readonly kind: 'unread' }

/** What other apps of this browser left here in the clear. */
const IN_THE_CLEAR = ['drafts', 'wallet', 'seen'] as const
/** What was pressed and has no answer yet; a document's number may be in it. Only the key could open it after a wipe. */
const OPEN_ACTS = ['claims', 'redemptions'] as const
const LOCK = 'lock'
const WHO = 'locked me'
const SEAL = { name: 'AES-GCM', length: KEY_BITS } as const
const CHANGED = 'yizhan.lock.changed'

/** How it stands on this page. */
export const lockState = shallowRef<LockState>('none')

export const isLongEnough = (passphrase: string): boolean => [...passphrase].length >= LEAST_CHARACTERS

/**
 * Looks at the disk. A mark without a lock is one whose store the browser threw away: what it sealed is gone too. A disk
 * that cannot be read says nothing of that, so it is taken for locked, and each try looks again.
 */
export async function lookAtLock(): Promise<LockState> {
  const lock = await lockHere().catch(() => 'unread' as const)
  if (lock && lock !== 'unread') mark()
  if (lock === 'unread') lockState.value = isMarked() && lockState.value !== 'open' ? 'locked' : lockState.value
  else if (!lock) lockState.value = isMarked() ? 'wiped' : 'none'
  else if ('wiped' in lock) lockState.value = 'wiped'
  else if (lockState.value !== 'open') lockState.value = 'locked'
  if (lockState.value === 'wiped') asksPassphrase.value = true
  return lockState.value
}

/**
 * The first passphrase, or one after a wipe: what lies here in the clear is sealed, half-filled forms are thrown away.
 * False, and nothing changed, where another passphrase opens what lies here: its key would be lost.
 */
export async function setPassphrase(passphrase: string, me: Me | null, rounds: number = ROUNDS): Promise<boolean> {
  if (!isLongEnough(passphrase)) throw new Error('a passphrase this short opens for anybody who tries')
  const drawn = await crypto.subtle.generateKey(SEAL, true, ['encrypt', 'decrypt'])
  const lock = await wrap(drawn, passphrase, me === null ? '' : stampOf(me), rounds)
  const own = await notExtractable(drawn)
  const database = await openDatabase()
  const rows = await Promise.all((await database.getAll('replica')).map((row) => sealedRow(row, own)))
  const acts = await openActs(database)
  const sealed = await Promise.all(acts.map(async ({ shelf, key, value }) => ({ shelf, key, value: await seal(value, `${shelf} ${key}`, own) })))
  const isSet = await changeStrictly(database, ['keys', 'replica', ...OPEN_ACTS, ...IN_THE_CLEAR], async (change) => {
    const there = (await change.objectStore('keys').get(LOCK)) as Lock | Wiped | undefined
    if (there && !('wiped' in there)) return false
    await change.objectStore('keys').put(lock, LOCK)
    for (const row of rows) await change.objectStore('replica').put(row)
    for (const { shelf, key, value } of sealed) await change.objectStore(shelf).put(value, key)
    for (const name of IN_THE_CLEAR) await change.objectStore(name).clear()
    return true
  })
  mark()
  if (!isSet) return false
  forgetClear()
  useKey(own)
  lockState.value = 'open'
  asksPassphrase.value = false
  keepInside(me)
  tellOthers()
  return true
}

/** Another passphrase for the same key; whether the old one was right. A wrong one counts as a wrong try. */
export async function changePassphrase(old: string, fresh: string, rounds: number = ROUNDS): Promise<Tried> {
  if (!isLongEnough(fresh)) throw new Error('a passphrase this short opens for anybody who tries')
  const tried = await tryPassphrase(old, true)
  if (tried.kind !== 'open') return tried
  const lock = await lockHere()
  if (!lock || 'wiped' in lock) return { kind: 'wiped' }
  const drawn = await unwrap(lock, old, true)
  if (drawn) await putLock(await wrap(drawn, fresh, lock.stamp, rounds))
  return tried
}

/** One try. A device whose tenth one was wrong, or broken off, has nothing left to open. */
export async function tryPassphrase(passphrase: string, again = false): Promise<Tried> {
  const lock = await countTry().catch(unread)
  if (lock === 'unread') return { kind: 'unread' }
  if (lock === 'wiped') return { kind: 'wiped' }
  if (typeof lock === 'number') return { kind: 'wait', waitMs: lock }
  const key = await unwrap(lock, passphrase, false)
  if (key === null) {
    if (lock.wrong < MOST_WRONG) return { kind: 'wrong', left: MOST_WRONG - lock.wrong, waitMs: pauseAfter(lock.wrong) }
    await wipeCopy()
    return { kind: 'wiped' }
  }
  // Whoever knows it is let in also where the disk is full: the try counts as a wrong one then.
  await putLock({ ...lock, wrong: 0, notBefore: 0 }).catch(unread)
  if (again) return { kind: 'open' }
  useKey(key)
  lockState.value = 'open'
  const sealed = await recall<Sealed>('keys', WHO)
  keepInside(sealed ? ((await open(sealed, WHO)) as Me) : null)
  return { kind: 'open' }
}

/** Throws the copy and the key away, and owes the county the end of whoever was signed in. The journal stays. */
export async function wipeCopy(): Promise<void> {
  const lock = await lockHere()
  const database = await openDatabase()
  // To which key the county wants a journal's file sealed names nobody, and the journal may have to go that way.
  const kept = (await database.getAll('replica')).filter(({ collection }) => collection === 'county')
  const stores = ['replica', 'cursors', ...OPEN_ACTS, ...IN_THE_CLEAR] as const
  await changeStrictly(database, ['keys', ...stores], async (change) => {
    for (const name of stores) await change.objectStore(name).clear()
    for (const row of kept) await change.objectStore('replica').put(row)
    await change.objectStore('keys').delete(WHO)
    await change.objectStore('keys').put({ wiped: true } satisfies Wiped, LOCK)
  })
  mark()
  if (lock && 'stamp' in lock && lock.stamp) oweEnd(lock.stamp)
  useKey(null)
  keeping.me = null
  keeping.put = null
  lockState.value = 'wiped'
  asksPassphrase.value = true
}

/** How long to wait after so many wrong tries, in milliseconds. */
export function pauseAfter(wrong: number): number {
  return (PAUSES_S[Math.min(wrong, PAUSES_S.length - 1)] ?? 0) * 1000
}

/** Closes this page: only a page that is loaded anew is sure to have forgotten what was on it. */
export function lockNow(): void {
  if (lockState.value === 'open') location.reload()
}

/** Closes this page when another one was given a passphrase, or lost what it opened. */
export function heedOthers(): void {
  addEventListener('storage', ({ key }) => {
    if (key === CHANGED) location.reload()
  })
}

function tellOthers(): void {
  try {
    localStorage.setItem(CHANGED, String(Date.now()))
  } catch {
    // Without it other tabs keep what they had in memory, and write nothing of it.
  }
}

/** From the disk itself: a shelf that cannot be read answers as an empty one does. */
async function lockHere(): Promise<Lock | Wiped | undefined> {
  const look = async (): Promise<Lock | Wiped | undefined> => (await (await openDatabase()).get('keys', LOCK)) as Lock | Wiped | undefined
  try {
    return await look()
  } catch {
    // iOS closes databases of pages that slept.
    forgetOpened()
    return look()
  }
}

async function putLock(lock: Lock): Promise<void> {
  await changeStrictly(await openDatabase(), ['keys'], (change) => change.objectStore('keys').put(lock, LOCK))
}

function unread(fault: unknown): 'unread' {
  reportError(fault)
  forgetOpened()
  return 'unread'
}

/** The try is on the disk before it is made. Answers the lock with it, or how long to wait. */
async function countTry(): Promise<Lock | 'wiped' | number> {
  const found = await lockHere()
  if (!found || 'wiped' in found) return 'wiped'
  // The tenth was made and its page closed before anybody could tell what it came to.
  if (found.wrong >= MOST_WRONG) {
    await wipeCopy()
    return 'wiped'
  }
  const database: Database = await openDatabase()
  return changeStrictly(database, ['keys'], async (change) => {
    const store = change.objectStore('keys')
    const lock = (await store.get(LOCK)) as Lock
    const now = Date.now()
    // A clock that was put back does not make anybody wait longer than the pause.
    const waitMs = Math.min(lock.notBefore - now, pauseAfter(lock.wrong))
    if (waitMs > 0) return waitMs
    const wrong = lock.wrong + 1
    const counted = { ...lock, wrong, notBefore: now + pauseAfter(wrong) }
    await store.put(counted, LOCK)
    return counted
  })
}

/** Whoever is signed in is remembered under the seal from now on, and no longer in the clear. */
function keepInside(me: Me | null): void {
  keeping.me = me
  keeping.put = (now) => {
    void (now === null ? forget('keys', WHO) : seal(now, WHO).then((sealed) => keep('keys', WHO, sealed)))
    if (now !== null) void restamp(stampOf(now))
  }
  keeping.put(me)
}

async function restamp(stamp: string): Promise<void> {
  await changeStrictly(await openDatabase(), ['keys'], async (change) => {
    const lock = (await change.objectStore('keys').get(LOCK)) as Lock | Wiped | undefined
    if (lock && 'stamp' in lock && lock.stamp !== stamp) await change.objectStore('keys').put({ ...lock, stamp }, LOCK)
  })
}

async function openActs(database: Database): Promise<{ shelf: (typeof OPEN_ACTS)[number]; key: string; value: unknown }[]> {
  const found = await Promise.all(
    OPEN_ACTS.map(async (shelf) => {
      const store = database.transaction(shelf).store
      const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()])
      return keys.map((key, at) => ({ shelf, key, value: values[at] }))
    }),
  )
  // What an earlier key sealed is nobody's any more.
  return found.flat().filter(({ value }) => !isSealed(value))
}

async function sealedRow(row: ReplicaRow, key: CryptoKey): Promise<ReplicaRow> {
  if (!isSealedKind(row.collection) || isSealed(row.value)) return row
  return { ...row, value: await seal(row.value, placeOf(row.scope, row.collection, row.id), key) }
}

async function wrap(drawn: CryptoKey, passphrase: string, stamp: string, rounds: number): Promise<Lock> {
  const [salt, nonce] = [crypto.getRandomValues(new Uint8Array(SALT_BYTES)), crypto.getRandomValues(new Uint8Array(12))]
  const under = await wrapping(passphrase, salt, rounds)
  const wrapped = new Uint8Array(await crypto.subtle.wrapKey('raw', drawn, under, { name: 'AES-GCM', iv: nonce }))
  return { salt, rounds, nonce, wrapped, wrong: 0, notBefore: 0, stamp }
}

/** Null for a passphrase that does not open it. */
async function unwrap(lock: Lock, passphrase: string, extractable: boolean): Promise<CryptoKey | null> {
  const under = await wrapping(passphrase, Uint8Array.from(lock.salt), lock.rounds)
  const how = { name: 'AES-GCM', iv: Uint8Array.from(lock.nonce) }
  return crypto.subtle
    .unwrapKey('raw', Uint8Array.from(lock.wrapped), under, how, SEAL, extractable, ['encrypt', 'decrypt'])
    .catch(() => null)
}

/** The same passphrase however a keyboard composes its signs. */
async function wrapping(passphrase: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<CryptoKey> {
  const typed = new TextEncoder().encode(passphrase.normalize('NFKC'))
  const material = await crypto.subtle.importKey('raw', typed, 'PBKDF2', false, ['deriveKey'])
  const slowly = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }
  return crypto.subtle.deriveKey(slowly, material, SEAL, false, ['wrapKey', 'unwrapKey'])
}

async function notExtractable(drawn: CryptoKey): Promise<CryptoKey> {
  const raw = await crypto.subtle.exportKey('raw', drawn)
  return crypto.subtle.importKey('raw', raw, SEAL, false, ['encrypt', 'decrypt'])
}
