/**
 * What does a code on a counter's screen want of this phone? Told apart by its first signs; needs no network. Pure.
 */

import { readChallenge, type ChallengeReason, type CounterChallenge } from '@/kernel/challenge'
import { readReceipt, type Receipt, type ReceiptReason } from '@/kernel/receipt'

export type CounterCode =
  | { readonly kind: 'challenge'; readonly challenge: CounterChallenge }
  /** Its form is right; whether the counter signed it the county finds out. */
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly text: string }
  | { readonly kind: 'other'; readonly why: 'none-of-ours' | 'too-new' | 'damaged' | 'wrong-county' }

type Fault = Extract<CounterCode, { kind: 'other' }>['why']

const QUESTIONS: Record<ChallengeReason, Fault> = {
  'not-a-challenge': 'none-of-ours',
  'challenge-version-unsupported': 'too-new',
  'challenge-unreadable': 'damaged',
  'challenge-malformed': 'damaged',
  'challenge-wrong-county': 'wrong-county',
}
const RECEIPTS: Record<ReceiptReason, Fault> = {
  'not-a-receipt': 'none-of-ours',
  'receipt-version-unsupported': 'too-new',
  'receipt-unreadable': 'damaged',
  'receipt-malformed': 'damaged',
  'receipt-wrong-county': 'wrong-county',
  'receipt-device-unknown': 'damaged',
  'receipt-forged': 'damaged',
}

export function readCounterCode(text: string, county: string): CounterCode {
  const read = readReceipt(text, county)
  if (typeof read !== 'string') return { kind: 'receipt', receipt: read.receipt, text: text.trim() }
  if (read !== 'not-a-receipt') return { kind: 'other', why: RECEIPTS[read] }
  const challenge = readChallenge(text, county)
  return typeof challenge === 'string' ? { kind: 'other', why: QUESTIONS[challenge] } : { kind: 'challenge', challenge }
}
