// @vitest-environment node
import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { decodeBase45, encodeBase45 } from '@/kernel/base45'
import { fromBase64url, fromHex, joined, sha256, toBase64url, toHex, type Bytes } from '@/kernel/bytes'
import { CborProblem, decodeCbor, encodeCbor, type CborValue } from '@/kernel/cbor'
import { hex, vectorsOf } from './vectors'

interface Plain {
  int?: string
  hex?: string
  text?: string
  array?: Plain[]
  map?: [Plain, Plain][]
  simple?: boolean | null
}

/** A value of the vectors as this language has it. */
function valueOf(plain: Plain): CborValue {
  if (plain.int !== undefined) {
    const number = Number(plain.int)
    return Number.isSafeInteger(number) ? number : BigInt(plain.int)
  }
  if (plain.hex !== undefined) return fromHex(plain.hex)
  if (plain.text !== undefined) return plain.text
  if (plain.array !== undefined) return plain.array.map(valueOf)
  if (plain.map === undefined) return plain.simple ?? null
  return new Map(plain.map.map(([key, item]) => [valueOf(key) as number, valueOf(item)]))
}

test.each(vectorsOf('encoding', 'base45'))('base45 there and back: %s', (_, vector) => {
  expect(encodeBase45(hex(vector, 'hex'))).toBe(vector['text'])
  expect(decodeBase45(String(vector['text']))).toEqual(hex(vector, 'hex'))
})

test.each(vectorsOf('encoding', 'base45-refused'))('what is not base45 is refused: %s', (_, vector) => {
  expect(decodeBase45(String(vector['text']))).toBeNull()
})

test.each(vectorsOf('encoding', 'cbor'))('cbor there and back: %s', (_, vector) => {
  expect(toHex(encodeCbor(valueOf(vector['value'] as Plain)))).toBe(vector['hex'])
  expect(toHex(encodeCbor(decodeCbor(hex(vector, 'hex'))))).toBe(vector['hex'])
})

test.each(vectorsOf('encoding', 'cbor-length'))('byte strings have the shortest head: %s', async (_, vector) => {
  const content: Bytes = new Uint8Array(Number(vector['length'])).fill(0x5a)
  const written = joined(hex(vector, 'head'), content)
  expect(encodeCbor(content)).toEqual(written)
  expect(toHex(await sha256(written))).toBe(vector['sha256'])
  expect(decodeCbor(written)).toEqual(content)
})

test.each(vectorsOf('encoding', 'cbor-refused'))('every other form of cbor is refused: %s', (_, vector) => {
  expect(() => decodeCbor(hex(vector, 'hex'))).toThrow(CborProblem)
})

test.each(vectorsOf('encoding', 'base64url'))('base64 for URLs there and back: %s', (_, vector) => {
  expect(toBase64url(hex(vector, 'hex'))).toBe(vector['text'])
  expect(fromBase64url(String(vector['text']))).toEqual(hex(vector, 'hex'))
})

test.each(vectorsOf('encoding', 'base64url-refused'))('base64 for URLs has one form: %s', (_, vector) => {
  expect(fromBase64url(String(vector['text']))).toBeNull()
})

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Uint8Array.from(array))

test('any bytes survive both texts, and base45 never ends in a space', () => {
  fc.assert(
    fc.property(bytes, (data) => {
      const text = encodeBase45(data)
      expect(decodeBase45(text)).toEqual(data)
      expect(text.endsWith(' ')).toBe(false)
      expect(fromBase64url(toBase64url(data))).toEqual(data)
    }),
  )
})

test('bytes that are read are the one form of their value', () => {
  fc.assert(
    fc.property(bytes, (data) => {
      let value: CborValue
      try {
        value = decodeCbor(data)
      } catch (problem) {
        expect(problem).toBeInstanceOf(CborProblem)
        return
      }
      expect(encodeCbor(value)).toEqual(data)
    }),
  )
})

test('numbers that are not exact integers are not written', () => {
  for (const value of [1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY, 2n ** 64n, -(2n ** 64n) - 1n]) {
    expect(() => encodeCbor(value)).toThrow(CborProblem)
  }
})
