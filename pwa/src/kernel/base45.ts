/**
 * How do bytes become text that a QR code packs tightly? Base45, RFC 9285.
 *
 * Twin of `backend/kernel/base45.py`; both run `fixtures/protocols/encoding/vectors.json`, cases E1 to E3.
 */

import type { Bytes } from './bytes'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

/** Three signs for two bytes, two signs for a last single one. */
export function encodeBase45(data: Bytes): string {
  let text = ''
  for (let i = 0; i < data.length; i += 2) {
    const pair = i + 1 < data.length
    const value = pair ? data[i]! * 256 + data[i + 1]! : data[i]!
    text += ALPHABET[value % 45]! + ALPHABET[Math.floor(value / 45) % 45]!
    if (pair) text += ALPHABET[Math.floor(value / 2025)]!
  }
  return text
}

/** The bytes of a text, or null for other signs, impossible lengths and values out of range. */
export function decodeBase45(text: string): Bytes | null {
  if (text.length % 3 === 1) return null
  const bytes: number[] = []
  for (let i = 0; i < text.length; i += 3) {
    const values = Array.from(text.slice(i, i + 3), (sign) => ALPHABET.indexOf(sign))
    if (values.includes(-1)) return null
    const value = values[0]! + 45 * values[1]! + 2025 * (values[2] ?? 0)
    if (value > (values.length === 3 ? 0xff_ff : 0xff)) return null
    if (values.length === 3) bytes.push(value >> 8)
    bytes.push(value & 0xff)
  }
  return Uint8Array.from(bytes)
}
