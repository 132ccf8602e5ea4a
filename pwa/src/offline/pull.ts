/**
 * Brings what the county gives a device to keep: its papers, copies of what the county knows, and the status list.
 *
 * All of one word is believed and written in one strict transaction, or nothing of it; a device that is refused keeps
 * what it has. Pushed first, pulled afterwards: the certificate begins with the county's last answer to a push.
 */

import { fromHex, toHex } from '@/kernel/bytes'
import { publicKeyOfPoint } from '@/kernel/keys'
import { succeeds } from '@/kernel/root_handover'
import { readTrustList, type TrustList } from '@/kernel/trust'
import { verifyAllowance } from './allowance'
import { askCounty, parsed, type NotTold } from './asking'
import { heldList, heldTrust, keepList, keepTrust, type HeldTrust } from './book'
import { verifyCertificate, type Certificate } from './certificate'
import { changeStrictly, openDatabase, type Change } from './database'
import type { Writer } from './journal'
import { isMarked } from './lock/mark'
import { isOpen, Locked, namesPeople } from './lock/sealing'
import { asksPassphrase } from './lock/wanted'
import type * as limits from './limits'
import { verifyPolicy } from './policy'
import { askAllAgain, cursorOf, digestsOf, sealedFor, takeIn } from './replica'
import { takeWordIn, type Given } from './standing'
import { readStatusList, type StatusList } from './status_list'
import { readWord, type Word } from './word'

export type PulledWord =
  | { readonly kind: 'taken'; readonly word: Word }
  /** The word names people, and nobody has opened this device with a passphrase. */
  | { readonly kind: 'unsealed' }
  | NotTold

const PULL = '/api/v1/sync/pull'
const STATUS = '/api/v1/sync/status'
const DIGEST = '/api/v1/sync/digest'
const KINDS: Record<Certificate['kind'], limits.Certificate['kind']> = { 1: 'merchant', 2: 'station', 3: 'till' }

/** Why nothing of a word is taken. */
class NotBelieved extends Error {}

/** Asks for what changed since the last word that was taken, and takes it in. */
export async function pullOnce(writer: Writer): Promise<PulledWord> {
  const { county, identity } = writer
  const { device } = identity
  // A device that is locked, or was wiped, may not write down what names people: it only sends.
  if (isMarked() && !isOpen()) return { kind: 'unsealed' }
  const cursor = (await cursorOf(device))?.cursor
  const told = await askCounty(writer, cursor === undefined ? PULL : `${PULL}?cursor=${cursor}`)
  if (told.kind !== 'told') return told.kind === 'nothing-new' ? { kind: 'away' } : told
  const word = await readWord(told.body, { county, device })
  if (typeof word === 'string') return { kind: 'refused', status: 200, reason: word }
  // Nothing of such a word is taken, its papers neither: without them nothing is accepted here.
  asksPassphrase.value = !isOpen() && [...word.collections.keys()].some(namesPeople)
  if (asksPassphrase.value) return { kind: 'unsealed' }
  try {
    const trusted = await trustedBy(word, await heldTrust(device))
    const given = trusted === null ? {} : await papersOf(word, trusted.list, identity.key)
    const list = await newestList(writer, word)
    if ('kind' in list) return list
    await takeAll(device, word, { trusted, given, list })
    return { kind: 'taken', word }
  } catch (fault) {
    if (fault instanceof NotBelieved) return { kind: 'refused', status: 200, reason: fault.message }
    throw fault
  }
}

/**
 * The collections that are not the same as the county's, of those that the county names; they come again with the next
 * pull. Null where the county could not be asked, or lives anew since the last word was taken.
 */
export async function differing(writer: Writer): Promise<string[] | null> {
  const { device } = writer.identity
  const told = await askCounty(writer, DIGEST)
  const theirs = told.kind === 'told' ? digestsIn(parsed(told.body)) : null
  if (theirs === null || theirs.epoch !== (await cursorOf(device))?.epoch) return null
  const held = await digestsOf(device, theirs.collections.map(({ name }) => name)).catch(unlessLocked)
  if (held === null) return null
  const others = theirs.collections.filter(({ name, count, sha256 }) => held.get(name)?.count !== count || held.get(name)?.sha256 !== sha256)
  if (others.length > 0) await askAllAgain(device)
  return others.map(({ name }) => name)
}

interface TheirDigests {
  readonly epoch: number
  readonly collections: readonly { readonly name: string; readonly count: number; readonly sha256: string }[]
}

/** Null for a page in between that says yes to everything. */
function digestsIn(told: unknown): TheirDigests | null {
  const { epoch, collections } = (told ?? {}) as Partial<TheirDigests>
  return typeof epoch === 'number' && Array.isArray(collections) ? { epoch, collections } : null
}

function unlessLocked(fault: unknown): null {
  if (fault instanceof Locked) return null
  throw fault
}

interface Trusted {
  readonly list: TrustList
  readonly keep: HeldTrust
}

/**
 * The newest list that the pinned root signed, or the one that it handed over to; whoever has pinned none pins the first
 * one that comes.
 */
async function trustedBy({ county, trust }: Word, held: HeldTrust | undefined): Promise<Trusted | null> {
  const pinned = held === undefined ? trust?.root : await publicKeyOfPoint(fromHex(held.root))
  if (!pinned || (trust === null && held === undefined)) return null
  const before = held && (await readTrustList(Uint8Array.from(held.list), { root: pinned, county }))
  const follows = trust !== null && (await succeeds(trust.root, { pinned, handovers: trust.handovers, county }))
  const root = follows ? trust.root : pinned
  const knownSerial = before === undefined || typeof before === 'string' ? 0 : before.serial
  const data = trust?.list ?? held!.list
  const list = await readTrustList(data, { root, county, knownSerial })
  if (typeof list === 'string') throw new NotBelieved(list)
  return { list, keep: { root: toHex(root.compressed), list: data } }
}

/** Each paper by its own rules, at the county's time; `key` is this device's own. */
async function papersOf(word: Word, trust: TrustList, key: string): Promise<Given> {
  const { county, device } = word
  const given: { -readonly [Name in keyof Given]: Given[Name] } = {}
  if (word.certificate) {
    const at = word.server_time * 1000
    const { kind, ...rest } = believed(await verifyCertificate(word.certificate, { trust, county, device, at }))
    if (toHex(rest.key.compressed) !== key) throw new NotBelieved('certificate-wrong-device')
    given.certificate = { ...rest, kind: KINDS[kind] }
  }
  if (word.policy) given.policy = believed(await verifyPolicy(word.policy, { trust, county }))
  if (word.allowance) given.allowance = believed(await verifyAllowance(word.allowance, { trust, county, device }))
  return given
}

function believed<Paper extends object>(paper: Paper | string): Paper {
  if (typeof paper === 'string') throw new NotBelieved(paper)
  return paper
}

/** The list that this device has when it is the newest one of the word's epoch, or the one that the county tells. */
async function newestList(writer: Writer, word: Word): Promise<StatusList | NotTold> {
  const held = await heldList(writer.identity.device)
  if (held?.epoch === word.epoch && held.version === word.status_version) return held
  const told = await askCounty(writer, held ? `${STATUS}?since=${held.version}&epoch=${held.epoch}` : STATUS)
  if (told.kind === 'nothing-new') return held ?? { kind: 'away' }
  if (told.kind !== 'told') return told
  const list = await readStatusList(told.body, word.county)
  if (typeof list === 'string') return { kind: 'refused', status: 200, reason: list }
  // The county was restored between the two answers: both are asked for again.
  return list.epoch === word.epoch ? list : { kind: 'away' }
}

async function takeAll(
  device: string,
  word: Word,
  { trusted, given, list }: { trusted: Trusted | null; given: Given; list: StatusList },
): Promise<void> {
  const stores = ['replica', 'cursors', 'keys', 'standings', 'heads', 'taken'] as const
  const sealing = isOpen()
  const sealed = await sealedFor(device, word)
  await changeStrictly(await openDatabase(), [...stores], async (change) => {
    // Another tab may have set a passphrase meanwhile, or thrown away what it opened.
    if (isMarked() !== sealing) throw new NotBelieved('locked')
    await takeIn(change as unknown as Change<'replica' | 'cursors'>, device, sealed, word.server_time * 1000)
    if (trusted !== null) await keepTrust(change.objectStore('keys'), device, trusted.keep)
    await keepList(change.objectStore('replica'), device, list)
    const own = change as unknown as Change<'standings' | 'heads' | 'taken'>
    await takeWordIn(own, device, { ...given, snapshot: list.version, epoch: word.epoch })
  })
}
