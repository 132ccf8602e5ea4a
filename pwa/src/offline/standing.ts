/**
 * Where does this device stand by the county's latest word, and how much of its limits has it used?
 *
 * One row a device, so that what is counted and what it is counted against change together. A new episode begins only
 * with a new allowance, and counts what was taken after the event that the allowance names: as the county counts it.
 */

import { changeStrictly, openDatabase, type Change } from './database'
import { NOTHING_SPENT, spentWith, type Allowance, type Certificate, type Limits, type OfflinePolicy, type Spent } from './limits'

export interface Standing extends Limits {
  readonly device: string
  /** The county's epoch in which the allowance was taken in. */
  readonly dealt_in: number
  /** The epoch of the newest word that was taken in; an older policy of a later one counts. */
  readonly told_in?: number
  /** Version of the status list that is on this device. */
  readonly snapshot: number
  /** Changes with every word of the county, so that a claim is counted against the word that it was made under. */
  readonly word: number
}

/** What the county gave; what is left out stays as it was. */
export interface Given {
  readonly policy?: OfflinePolicy
  readonly certificate?: Certificate
  readonly allowance?: Allowance
  readonly snapshot?: number
}

/** What the county said to a pull. */
export interface GivenIn extends Given {
  readonly epoch: number
}

/** Where a device stands; one that the county never answered may do nothing. */
export async function standingOf(device: string): Promise<Standing> {
  return (await (await openDatabase()).get('standings', device)) ?? unknownYet(device)
}

/** Takes in what the county gave, all of it or nothing. An older policy or episode changes nothing. */
export async function takeWord(device: string, given: Given): Promise<Standing> {
  return changeStrictly(await openDatabase(), ['standings', 'heads', 'taken'], (change) => takeWordIn(change, device, given))
}

/** The same as part of a transaction; `epoch` is the county's where it told one. */
export async function takeWordIn(change: Dealing, device: string, given: Given & Partial<GivenIn>): Promise<Standing> {
  const before = await standingIn(change.objectStore('standings'), device)
  const { policy = null, certificate = before.certificate, allowance = null, snapshot = before.snapshot } = given
  const known = before.told_in ?? 0
  const told_in = Math.max(given.epoch ?? 0, known)
  const isNewer = policy !== null && (told_in > known || policy.number > (before.policy?.number ?? -1))
  const next = { ...before, told_in, certificate, snapshot, word: before.word + 1, policy: isNewer ? policy : before.policy }
  const standing = allowance === null ? next : await dealt(change, next, allowance)
  await change.objectStore('standings').put(standing)
  return standing
}

/** The row inside a transaction, read from its store. */
export async function standingIn(
  standings: { readonly get: (device: string) => Promise<Standing | undefined> },
  device: string,
): Promise<Standing> {
  return (await standings.get(device)) ?? unknownYet(device)
}

type Dealing = Change<'standings' | 'heads' | 'taken'>

async function dealt(change: Dealing, before: Standing, allowance: Allowance): Promise<Standing> {
  const pushed = (await change.objectStore('heads').get(before.device))?.epoch ?? 0
  const epoch = Math.max(pushed, before.told_in ?? 0)
  const episode = before.allowance?.episode ?? -1
  const taken = { ...before, allowance, dealt_in: epoch }
  if (allowance.episode === episode) return taken
  // A county that was restored from a backup may have to count its episodes from an earlier one.
  if (allowance.episode < episode && epoch <= before.dealt_in) return before
  return { ...taken, spent: await spentAfter(change, before.device, allowance.after) }
}

async function spentAfter(change: Dealing, device: string, seq: number): Promise<Spent> {
  const later = IDBKeyRange.bound([device, seq], [device, Number.MAX_SAFE_INTEGER], true)
  const claims = await change.objectStore('taken').index('place').getAll(later)
  return claims.reduce<Spent>(spentWith, NOTHING_SPENT)
}

function unknownYet(device: string): Standing {
  const nothing = { policy: null, certificate: null, allowance: null, spent: NOTHING_SPENT }
  return { device, checkpoint: { no: 0, time: 0 }, dealt_in: 0, snapshot: 0, word: 0, ...nothing }
}
