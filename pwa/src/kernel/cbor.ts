/**
 * How is a signed value written so that it has exactly one form?
 *
 * Deterministic CBOR (RFC 8949, 4.2.1) of the few types that signed objects need; every other form of a value, tags,
 * floats and trailing bytes are refused. Twin of `backend/kernel/cbor.py`; both run
 * `fixtures/protocols/encoding/vectors.json`, cases E4 to E6.
 */

import { compare, joined, type Bytes } from './bytes'

export type CborKey = number | bigint | string | Bytes
export type CborMap = Map<CborKey, CborValue>
/** An integer beyond 2^53 is read as a bigint, every smaller one as a number. */
export type CborValue = number | bigint | string | Bytes | boolean | null | CborValue[] | CborMap

/** The bytes are not the one deterministic form of a value, or the value has no form here. */
export class CborProblem extends Error {}

const DEEPEST = 8
const UINT = 0
const NINT = 1
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const MAP = 5
const SIMPLE = 7
const FALSE = 20
const TRUE = 21
const NULL = 22
const LARGEST = 2n ** 64n - 1n

/** The one deterministic form of a value. Throws `CborProblem` for what has none. */
export function encodeCbor(value: CborValue): Bytes {
  if (value === null) return Uint8Array.of((SIMPLE << 5) | NULL)
  if (typeof value === 'boolean') return Uint8Array.of((SIMPLE << 5) | (value ? TRUE : FALSE))
  if (typeof value === 'number' || typeof value === 'bigint') return integer(value)
  if (typeof value === 'string') {
    const text = new TextEncoder().encode(value)
    return joined(head(TEXT, text.length), text)
  }
  if (value instanceof Uint8Array) return joined(head(BYTES, value.length), value)
  if (Array.isArray(value)) return joined(head(ARRAY, value.length), ...value.map(encodeCbor))
  const pairs = Array.from(value, ([key, item]) => ({ key: encodeCbor(key), item: encodeCbor(item) }))
  pairs.sort((one, other) => compare(one.key, other.key))
  return joined(head(MAP, pairs.length), ...pairs.flatMap(({ key, item }) => [key, item]))
}

/** The value of exactly these bytes. Throws `CborProblem` unless they are its one deterministic form. */
export function decodeCbor(data: Bytes): CborValue {
  const reader = new Reader(data)
  const value = reader.value(DEEPEST)
  if (reader.at !== data.length) throw new CborProblem('bytes after the value')
  return value
}

function integer(value: number | bigint): Bytes {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new CborProblem('not an exact integer')
  const whole = BigInt(value)
  return whole >= 0n ? head(UINT, whole) : head(NINT, -1n - whole)
}

function head(major: number, argument: number | bigint): Bytes {
  const value = BigInt(argument)
  if (value > LARGEST) throw new CborProblem('an integer beyond 64 bits')
  if (value < 24n) return Uint8Array.of((major << 5) | Number(value))
  const step = [1, 2, 4, 8].findIndex((size) => value < 1n << BigInt(8 * size))
  const bytes = new Uint8Array(1 + 2 ** step)
  bytes[0] = (major << 5) | (24 + step)
  for (let i = bytes.length - 1, rest = value; i > 0; i -= 1, rest >>= 8n) bytes[i] = Number(rest & 0xffn)
  return bytes
}

class Reader {
  at = 0
  private readonly data: Bytes

  constructor(data: Bytes) {
    this.data = data
  }

  value(depth: number): CborValue {
    const first = this.taken(1)[0]!
    const major = first >> 5
    const short = first & 31
    if (major === SIMPLE) return simple(short)
    const argument = this.argument(short)
    if (major === UINT) return argument
    if (major === NINT) return negative(argument)
    // Also for arrays and maps: an item takes a byte at least, so a lying length costs nobody memory.
    if (argument > this.data.length - this.at) throw new CborProblem('a length beyond the end of the bytes')
    const length = Number(argument)
    if (major === BYTES) return this.taken(length)
    if (major === TEXT) return textOf(this.taken(length))
    if (depth === 0) throw new CborProblem('too many values inside each other')
    if (major === ARRAY) return Array.from({ length }, () => this.value(depth - 1))
    if (major === MAP) return this.pairs(length, depth - 1)
    throw new CborProblem('tags have no form here')
  }

  private taken(length: number): Bytes {
    const end = this.at + length
    if (end > this.data.length) throw new CborProblem('the bytes end inside a value')
    const part = this.data.slice(this.at, end)
    this.at = end
    return part
  }

  private argument(short: number): number | bigint {
    if (short < 24) return short
    if (short > 27) throw new CborProblem('indefinite lengths are not deterministic')
    const size = 2 ** (short - 24)
    const value = this.taken(size).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
    if (value < (size === 1 ? 24n : 1n << BigInt(4 * size))) throw new CborProblem('a longer head than needed')
    return exact(value)
  }

  private pairs(count: number, depth: number): CborMap {
    const pairs: CborMap = new Map()
    let before: Bytes = new Uint8Array(0)
    for (let i = 0; i < count; i += 1) {
      const start = this.at
      const key = this.value(depth)
      if (key === null || typeof key === 'boolean' || Array.isArray(key) || key instanceof Map) {
        throw new CborProblem('a map key is an integer, a text or bytes')
      }
      const raw = this.data.slice(start, this.at)
      if (compare(raw, before) <= 0) throw new CborProblem('map keys out of order or twice')
      before = raw
      pairs.set(key, this.value(depth))
    }
    return pairs
  }
}

function simple(short: number): boolean | null {
  if (short === NULL) return null
  if (short === TRUE || short === FALSE) return short === TRUE
  throw new CborProblem('floats and other simple values have no form here')
}

function negative(argument: number | bigint): number | bigint {
  return exact(-1n - BigInt(argument))
}

function exact(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function textOf(raw: Bytes): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw)
  } catch {
    throw new CborProblem('a text that is not UTF-8')
  }
}
