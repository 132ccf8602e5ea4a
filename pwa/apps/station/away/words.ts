/** What a person reads where the county could not do what a tablet told it: why, in groups that one can tell apart. */

import { PROOFS } from '../parts/proofs'
import { t } from '../texts'
import { tw } from './texts'

const WHY = {
  'sold-out': 'sold-out',
  'limit-reached': 'limit',
  'not-open': 'not-open',
  'paused': 'not-open',
  'not-eligible': 'not-eligible',
  'document-needed': 'document',
  'document-differs': 'document',
  'document-number-wrong': 'document',
  'document-tries-spent': 'document',
  'no-such-resident': 'nobody',
  'helper-limit': 'helper',
  'device-limit': 'helper',
  'unknown-shift': 'shift',
  'shift-closed': 'shift',
  'shift-too-long': 'shift',
  'shift-already-open': 'already-open',
  'device-busy': 'already-open',
  'shift-counted-otherwise': 'counted',
  'operator-unknown': 'operator',
  'device-not-active': 'device',
  'dependency-failed': 'dependency',
  'dependency-missing': 'dependency',
} as const

/** Why somebody has to look after it. */
export function reasonWords(reason: string): string {
  return tw(`why.${(WHY as Readonly<Record<string, (typeof WHY)[keyof typeof WHY]>>)[reason] ?? 'other'}`)
}

/** What was seen of the person, in a word. */
export function proofWord(proof: string): string {
  const known = PROOFS.find((one) => one === proof)
  return known ? t(`proof.${known}`) : proof
}
