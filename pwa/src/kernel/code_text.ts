/**
 * Is this text a code of the kind that somebody expects here, and which bytes does it carry?
 *
 * Challenge `XM1`, paper card `XP1`, receipt `XR1`: a prefix of four signs and Base45. Twin of
 * `backend/kernel/code_text.py`; `fixtures/protocols/{challenge,card,receipt}/SPEC.md`.
 */

import { decodeBase45, encodeBase45 } from './base45'
import type { Bytes } from './bytes'
import { CborProblem, decodeCbor, type CborValue } from './cbor'

/** What is wrong with a text, before its bytes are looked at. */
export type CodeFault = 'another-kind' | 'another-version' | 'unreadable'

const AROUND = /^[ \t\r\n]+|[ \t\r\n]+$/g

/** The bytes of a code of the kind; `longest` counts the signs of the whole text. */
export function bytesOfCode(text: string, kind: string, longest: number): Bytes | CodeFault {
  const code = text.replaceAll(AROUND, '')
  if (!code.startsWith(`${kind}:`)) {
    return new RegExp(`^${kind.slice(0, 2)}[0-9]:`).test(code) ? 'another-version' : 'another-kind'
  }
  if (code.length > longest) return 'unreadable'
  return decodeBase45(code.slice(kind.length + 1)) ?? 'unreadable'
}

/** The text of a code of the kind. */
export function codeOfBytes(kind: string, data: Bytes): string {
  return `${kind}:${encodeBase45(data)}`
}

/** The value of deterministic CBOR, or undefined for every other form. */
export function valueOf(data: Bytes): CborValue | undefined {
  try {
    return decodeCbor(data)
  } catch (problem) {
    if (problem instanceof CborProblem) return undefined
    throw problem
  }
}

/** Whether a value is a byte string of this length. */
export function isBytes(value: CborValue | undefined, length: number): value is Bytes {
  return value instanceof Uint8Array && value.length === length
}
