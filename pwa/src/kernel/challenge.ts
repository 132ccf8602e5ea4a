/**
 * What does a counter ask a holder's phone to sign, when the amount is large or a clock is wrong? The challenge `XM1`.
 *
 * The answer is an `XV1` presentation that covers `challengeDigest`. Twin of `backend/kernel/challenges.py`;
 * `fixtures/protocols/challenge/SPEC.md`.
 */

import { fromHex, sha256, type Bytes } from './bytes'
import { encodeCbor } from './cbor'
import { bytesOfCode, codeOfBytes, isBytes, valueOf } from './code_text'
import { uuidOf } from './token'
import { countyOf, isUint } from './trust'

const NONCE_BYTES = 16
const LONGEST_TEXT = 128

/** What a counter asks; the nonce is used once, and the holder agrees to the amount. */
export interface CounterChallenge {
  readonly county: string
  readonly device: string
  readonly nonce: Bytes
  readonly amountFen: number
}

/** Why a phone does not answer; `challenge/SPEC.md` has a line for each. */
export type ChallengeReason =
  | 'not-a-challenge'
  | 'challenge-version-unsupported'
  | 'challenge-unreadable'
  | 'challenge-malformed'
  | 'challenge-wrong-county'

const FAULTS = {
  'another-kind': 'not-a-challenge',
  'another-version': 'challenge-version-unsupported',
  unreadable: 'challenge-unreadable',
} as const

/** A challenge that was never asked before. */
export function newChallenge(county: string, device: string, amountFen: number): CounterChallenge {
  return { county, device, nonce: crypto.getRandomValues(new Uint8Array(NONCE_BYTES)), amountFen }
}

/** What the counter's screen shows. */
export function challengeText(challenge: CounterChallenge): string {
  return codeOfBytes('XM1', challengeBytes(challenge))
}

/** What the holder signs, and what the counter verifies the answer with. */
export function challengeDigest(challenge: CounterChallenge): Promise<Bytes> {
  return sha256(challengeBytes(challenge))
}

/** The challenge in a text that was scanned, or the first reason why it is not answered. */
export function readChallenge(text: string, county: string): CounterChallenge | ChallengeReason {
  const data = bytesOfCode(text, 'XM1', LONGEST_TEXT)
  if (typeof data === 'string') return FAULTS[data]
  const value = valueOf(data)
  if (value === undefined) return 'challenge-unreadable'
  if (!Array.isArray(value) || value.length !== 5) return 'challenge-malformed'
  const [kind, number, device, nonce, amountFen] = value
  const named = countyOf(number)
  if (kind !== 'XM1' || named === null || !isBytes(device, 16) || !isBytes(nonce, NONCE_BYTES)) return 'challenge-malformed'
  if (!isUint(amountFen) || amountFen === 0) return 'challenge-malformed'
  return named === county ? { county: named, device: uuidOf(device), nonce, amountFen } : 'challenge-wrong-county'
}

function challengeBytes({ county, device, nonce, amountFen }: CounterChallenge): Bytes {
  if (nonce.length !== NONCE_BYTES || !isUint(amountFen) || amountFen === 0) {
    throw new Error('a challenge has a nonce of 16 bytes and an amount from 1 fen')
  }
  return encodeCbor(['XM1', Number(county), fromHex(device.replaceAll('-', '')), nonce, amountFen])
}
