// @vitest-environment node
/** Every vector of events, pushes, answers and the canonical order; and that nothing but what was signed is believed. */

import { beforeAll, describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { fromHex, toHex, type Bytes } from '@/kernel/bytes'
import { encodeCbor } from '@/kernel/cbor'
import { newDeviceKey, publicHalf, signed, type PublicKey } from '@/kernel/keys'
import { canonicalOrder, effectiveTime, type RankedClaim } from '@/offline/canonical_order'
import { BEGINNING, contiguous, linkOf, readEvent, signEvent, verifyEvent, type EventHead } from '@/offline/event'
import { writeBody, type Told } from '@/offline/event_body'
import { readAnswer, signPush, verifyPush } from '@/offline/push'
import { asJson, devicesOf, hex, point, vectorsOf, whole, type Vector } from './kernel/vectors'

const COUNTY = '511527'
const DEVICE = '01999999-0000-7000-8000-000000000003'
const HEAD: EventHead = {
  county: COUNTY,
  device: DEVICE,
  seq: 1,
  prev: BEGINNING,
  checkpoint: { no: 12, time: 1_790_000_000 },
  epoch: 1,
  policy: 4,
  snapshot: 900,
  t_dev: 1_790_000_100,
  mono: 5,
}
const MISTAKE: Told = { kind: 'VOID', body: { seq: 1, reason: '扫错了' } }
const spoiling = [fc.nat(1_000_000), fc.integer({ min: 1, max: 255 })] as const

function turned(data: Bytes, place: number, by: number): Bytes {
  const spoilt = Uint8Array.from(data)
  spoilt[place % spoilt.length]! ^= by
  return spoilt
}

async function readGood(data: Bytes) {
  const event = await readEvent(data)
  if (typeof event === 'string') throw new Error(event)
  return event
}

describe('an event', () => {
  let key: PublicKey
  beforeAll(async () => {
    key = await point(vectorsOf('event', 'device')[0]![1], 'key')
  })
  const verified = (vector: Vector) =>
    verifyEvent(whole(vector), { county: String(vector['county'] ?? COUNTY), device: DEVICE, key })

  test.each(vectorsOf('event', 'event'))('says what the vector says: %s', async (_, vector) => {
    const read = await verified(vector)
    if (typeof read === 'string') throw new Error(read)
    const { county, device, ...head } = read.event.head
    expect([county, device]).toEqual([COUNTY, DEVICE])
    expect(asJson({ ...head, kind: read.event.kind })).toEqual(vector['expect'])
    expect(toHex(read.event.hash)).toBe(vector['hash'])
    expect(asJson(read.told.body)).toEqual(vector['says'])
    expect(toHex(encodeCbor(writeBody(read.told)))).toBe(vector['body'])
  })

  test.each(vectorsOf('event', 'event-args', 'event-text'))('is read whole at every length: %s', async (_, vector) => {
    const read = await verified(vector)
    if (typeof read === 'string') throw new Error(read)
    expect(toHex(read.event.hash)).toBe(vector['hash'])
    const { body } = read.told
    const text = 'args' in body ? new TextDecoder().decode(body.args) : 'reason' in body && body.reason
    expect(text).toBe('Z'.repeat(Number(vector['length'])))
  })

  test.each(vectorsOf('event', 'event-refused'))('counts for nothing for its reason: %s', async (_, vector) => {
    expect(await verified(vector)).toBe(vector['reason'])
  })
})

describe('a journal', () => {
  test.each(vectorsOf('event', 'chain'))('goes on as the vector says: %s', async (_, vector) => {
    const stored = new Map<number, Bytes>()
    const links: string[] = []
    for (const data of vector['events'] as string[]) {
      const event = await readGood(fromHex(data))
      links.push(linkOf(event, stored))
      if (!stored.has(event.head.seq)) stored.set(event.head.seq, event.hash)
    }
    expect(links).toEqual(vector['links'])
    expect(contiguous(stored)).toBe(vector['ack_seq'])
  })

  test('gives back each event as it was signed here, under one name, and none with any byte turned', async () => {
    const pair = await newDeviceKey()
    const known = { county: COUNTY, device: DEVICE, key: await publicHalf(pair) }
    const args = fc.uint8Array({ maxLength: 300 }).map((bytes) => Uint8Array.from(bytes))
    await fc.assert(
      fc.asyncProperty(args, fc.integer({ min: 1, max: 2 ** 32 - 1 }), ...spoiling, async (bytes, seq, place, by) => {
        const body = { cmd_id: DEVICE, type: 'x', args: bytes, deps: [DEVICE], base_rev: null }
        const told: Told = { kind: 'CMD', body }
        const sign = () => signEvent({ ...HEAD, seq }, told, pair.privateKey)
        const [one, other] = [await sign(), await sign()]
        // This browser signs with a fresh random number each time: other bytes, the same event.
        expect([one.hash, one.data.length]).toEqual([other.hash, other.data.length])
        expect(one.data).not.toEqual(other.data)
        expect(await verifyEvent(one.data, known)).toMatchObject({ told, event: { head: { ...HEAD, seq }, hash: one.hash } })
        expect(await verifyEvent(turned(one.data, place, by), known)).toBeTypeOf('string')
        expect(linkOf(await readGood(other.data), new Map([[seq, one.hash]]))).toBe('again')
      }),
      { numRuns: 50 },
    )
  })

  test('takes no event that nobody would read', async () => {
    const { privateKey } = await newDeviceKey()
    await expect(signEvent({ ...HEAD, seq: 0 }, MISTAKE, privateKey)).rejects.toThrow('event-malformed')
    const empty: Told = { kind: 'VOID', body: { seq: 1, reason: '' } }
    await expect(signEvent(HEAD, empty, privateKey)).rejects.toThrow('VOID')
  })
})

describe('a push', () => {
  let devices: Map<string, PublicKey>
  beforeAll(async () => {
    devices = await devicesOf('batch')
  })
  const verified = (vector: Vector) => verifyPush(whole(vector), { county: String(vector['county'] ?? COUNTY), devices })

  test.each(vectorsOf('batch', 'push'))('says what the vector says: %s', async (_, vector) => {
    expect(asJson(await verified(vector))).toEqual({ ...(vector['expect'] as object), county: COUNTY })
  })

  test.each(vectorsOf('batch', 'push-sized'))('is carried whole up to its limits: %s', async (_, vector) => {
    const push = await verified(vector)
    if (typeof push === 'string') throw new Error(push)
    expect(push.events.map(({ data }) => data.length)).toEqual(vector['lengths'])
    expect(push.events.every(({ data }) => data.every((byte) => byte === 0x5a))).toBe(true)
  })

  test.each(vectorsOf('batch', 'push-refused'))('is refused for its reason: %s', async (_, vector) => {
    expect(await verified(vector)).toBe(vector['reason'])
  })

  test('comes back as it was signed here, with events that only it carries, and is refused with any byte turned', async () => {
    const pair = await newDeviceKey()
    const known = { county: COUNTY, devices: new Map([[DEVICE, await publicHalf(pair)]]) }
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((array) => Uint8Array.from(array))
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 5 }), ...spoiling, async (carried, place, by) => {
        const events = carried.map((data, i) => ({ seq: i + 1, data }))
        const head = { seq: 9, hash: fromHex('5a'.repeat(32)) }
        const push = { county: COUNTY, device: DEVICE, head, events, sentinel: { device: DEVICE, seq: 9 }, episode: 7 }
        const data = await signPush(push, pair.privateKey)
        expect(await verifyPush(data, known)).toEqual(push)
        expect(await verifyPush(turned(data, place, by), known)).toBeTypeOf('string')
      }),
      { numRuns: 50 },
    )
    const head = { seq: 1, hash: BEGINNING }
    const beyond = { county: COUNTY, device: DEVICE, head, events: [{ seq: 2, data: BEGINNING }], sentinel: null, episode: 0 }
    await expect(signPush(beyond, pair.privateKey)).rejects.toThrow('push-malformed')
    const large = Array.from({ length: 17 }, (_, i) => ({ seq: i + 1, data: new Uint8Array(66_000) }))
    const tooLarge = { ...beyond, head: { seq: 17, hash: BEGINNING }, events: large }
    await expect(signPush(tooLarge, pair.privateKey)).rejects.toThrow('push-too-large')
  })
})

describe('an answer', () => {
  const circumstances = { county: COUNTY, device: DEVICE }

  test.each(vectorsOf('batch', 'answer'))('says what the vector says: %s', (_, vector) => {
    expect(readAnswer(hex(vector, 'data'), circumstances)).toEqual({ ...(vector['expect'] as object), ...circumstances })
  })

  test.each(vectorsOf('batch', 'answer-refused'))('is refused for its reason: %s', (_, vector) => {
    expect(readAnswer(hex(vector, 'data'), circumstances)).toBe(vector['reason'])
  })
})

describe('the canonical order', () => {
  type Written = Omit<RankedClaim, 'hash'> & { hash: string }
  const claimOf = (written: unknown): RankedClaim => {
    const { hash, mode, t_dev, checkpoint_time, maximum } = written as Written
    return { mode, t_dev, checkpoint_time, maximum, hash: fromHex(hash) }
  }

  test.each(vectorsOf('canonical-order', 'effective'))('believes a clock within its bounds: %s', (_, vector) => {
    expect(effectiveTime(claimOf(vector['claim']))).toBe(vector['time'])
  })

  test.each(vectorsOf('canonical-order', 'order'))('is the same however claims arrive: %s', (_, vector) => {
    for (const arrival of vector['arrivals'] as unknown[][]) {
      expect(canonicalOrder(arrival.map(claimOf)).map(({ hash }) => toHex(hash))).toEqual(vector['order'])
    }
  })

  test('depends on nothing but the set of claims', () => {
    const time = fc.integer({ min: 0, max: 6 })
    const claim = fc.record({
      mode: fc.constantFrom('online', 'rotating', 'challenge', 'paper'),
      t_dev: time,
      checkpoint_time: time,
      maximum: time,
      hash: fc.nat(255).map((byte) => Uint8Array.of(byte)),
    })
    const sets = fc.uniqueArray(claim as fc.Arbitrary<RankedClaim>, { selector: ({ hash }) => hash[0], maxLength: 8 })
    fc.assert(
      fc.property(
        sets.chain((set) => fc.tuple(fc.constant(set), fc.shuffledSubarray([...set, ...set], { minLength: 2 * set.length }))),
        ([set, doubled]) => {
          expect(canonicalOrder(doubled)).toEqual(canonicalOrder(set))
        },
      ),
    )
  })
})

test('no longer form of what is signed is read', async () => {
  const { privateKey } = await newDeviceKey()
  const { data } = await signEvent(HEAD, MISTAKE, privateKey)
  const { content } = await readGood(data)
  const longer = Uint8Array.of(0x98, content[0]! & 0x1f, ...content.slice(1))
  expect(await readEvent(encodeCbor([longer, await signed(privateKey, longer)]))).toBe('event-unreadable')
  expect(await readEvent(Uint8Array.of(0x98, 2, ...data.slice(1)))).toBe('event-unreadable')
})
