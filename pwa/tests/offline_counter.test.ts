/** What a counter accepts is on its disk or was never accepted, whatever crashes between. */

import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fromHex, toHex } from '@/kernel/bytes'
import { newId } from '@/kernel/ids'
import { publicKeyOfPoint } from '@/kernel/keys'
import type { Shown } from '@/offline/accepting'
import { verifyEvent } from '@/offline/event'
import type { Claim, Writer } from '@/offline/journal'
import { allowance, AT, BILL, CERTIFICATE, circumstances, COUNTY, crashing, evict, newWorld, NOTHING, openBrowser, OPERATOR, POLICY, type World } from './offline_world'

/** The modules as a page that was opened just now has them: nothing in memory, only what is on the disk. */
async function newPage() {
  vi.resetModules()
  const [database, outbox, journal, key, standing, accepting, sentinel] = await Promise.all([
    import('@/offline/database'),
    import('@/offline/outbox'),
    import('@/offline/journal'),
    import('@/offline/device_key'),
    import('@/offline/standing'),
    import('@/offline/accepting'),
    import('@/offline/sentinel'),
  ])
  return { ...database, ...outbox, ...journal, ...key, ...standing, ...accepting, ...sentinel }
}

type Page = Awaited<ReturnType<typeof newPage>>
/** These make many keys, transactions and fresh pages. */
const PATIENCE_MS = 120_000
vi.setConfig({ testTimeout: 60_000 })
const steady = (at = AT) => ({ at, add: 0, step: 'steady' }) as const
const given = { policy: POLICY, certificate: CERTIFICATE, allowance: allowance() }

let world: World

async function admitted(page: Page): Promise<Writer> {
  const identity = await page.ensureIdentity()
  await page.takeWord(identity.device, given)
  const told = { epoch: 1, ack_seq: 0, durable_seq: 0, results: [] }
  await page.acknowledge(identity.device, told, ['standings'], async (change) => {
    const standing = await page.standingIn(change.objectStore('standings'), identity.device)
    await change.objectStore('standings').put({ ...standing, checkpoint: { no: 7, time: AT / 1000 - 60 }, word: standing.word + 1 })
  })
  return { county: COUNTY, identity }
}

async function shownBy(text: string): Promise<Shown> {
  const { readShown } = await import('@/offline/accepting')
  const shown = await readShown(text, { trust: world.trust, county: COUNTY, at: AT })
  if (typeof shown === 'string') throw new Error(shown)
  return shown
}

const claimOf = async (text: string): Promise<Claim> => ({ ...BILL, shown: await shownBy(text) })

/** All that is on the disk and would follow from an act. */
async function wholeState(page: Page): Promise<unknown> {
  const database = await page.openDatabase()
  const names = ['outbox', 'heads', 'standings', 'taken', 'tallies'] as const
  return Promise.all(names.map(async (name) => [name, await database.getAllKeys(name), await database.getAll(name)]))
}

beforeEach(async () => {
  openBrowser()
  world ??= await newWorld()
})
afterEach(() => vi.unstubAllGlobals())

describe('a voucher taken without a network', () => {
  it('is one signed event with all that follows from it, and the same after the page was closed', async () => {
    const page = await newPage()
    const writer = await admitted(page)
    const phone = await world.phone()
    const claim = await claimOf(await phone.draw({ counter: 5 }))
    const outcome = await page.accept(writer, claim, circumstances, steady())
    if (outcome.kind !== 'taken') throw new Error(outcome.kind)
    const later = await newPage()
    const { device, key } = (await later.currentIdentity())!
    const [entry] = await later.unacknowledged(device)
    const point = (await publicKeyOfPoint(fromHex(key)))!
    const read = await verifyEvent(Uint8Array.from(entry!.bytes), { county: COUNTY, device, key: point })
    if (typeof read === 'string') throw new Error(read)
    expect(read.event.head).toMatchObject({ seq: 1, checkpoint: { no: 7, time: AT / 1000 - 60 }, epoch: 1, policy: 4, t_dev: AT / 1000 })
    expect(toHex(read.event.head.prev)).toBe(NOTHING)
    const { proof } = claim.shown
    const { voucher } = claim.shown
    expect(read.told).toMatchObject({ kind: 'REDEEM', body: { voucher, amount_fen: 20_00, bill_fen: 80_00, mode: 'rotating', operator: OPERATOR } })
    expect(read.told.body).toMatchObject({ proof: { counter: 5, signature: 'signature' in proof && proof.signature } })
    const database = await later.openDatabase()
    expect(await database.getAll('taken')).toEqual([{ voucher, device, seq: 1, campaign: 3, amount_fen: 20_00 }])
    const { spent } = await later.standingOf(device)
    expect(spent).toEqual({ fen: 20_00, claims: 1, campaigns: new Map([[3, 20_00]]) })
    expect(await database.getAll('tallies')).toEqual(expect.arrayContaining([5, 20_00, AT]))
    expect(await database.get('heads', device)).toMatchObject({ seq: 1, hash: toHex(read.event.hash) })
    expect(later.readSentinel()).toEqual({ device, seq: 1 })
  })

  it('is not taken again, by this page or another, by another code, nor from the same holder beyond the day', async () => {
    const page = await newPage()
    const writer = await admitted(page)
    const phone = await world.phone()
    const first = await claimOf(await phone.draw())
    const again = await claimOf(await phone.draw())
    expect((await page.accept(writer, first, circumstances, steady())).kind).toBe('taken')
    expect(await page.accept(writer, again, circumstances, steady())).toEqual({ kind: 'refused', reason: 'offline-taken-here' })
    const outcomes: string[] = []
    for (let nth = 0; nth < 5; nth += 1) {
      const other = await claimOf(await phone.draw({ voucher: newId(AT) }))
      const outcome = await (await newPage()).accept(writer, other, circumstances, steady())
      outcomes.push(outcome.kind === 'refused' ? outcome.reason : outcome.kind)
    }
    expect(outcomes).toEqual(['taken', 'taken', 'taken', 'taken', 'offline-holder-day'])
    const tomorrow = steady(AT + 24 * 3600_000)
    const { readShown } = page
    const shown = await readShown(await phone.draw({ voucher: newId(AT), at: tomorrow.at }), { trust: world.trust, county: COUNTY, at: tomorrow.at })
    if (typeof shown === 'string') throw new Error(shown)
    expect((await page.accept(writer, { ...BILL, shown }, circumstances, tomorrow)).kind).toBe('taken')
  })

})

describe('a claim beside others', () => {
  it('by two tabs at once is taken by one of them, and a cap is not overrun by both', async () => {
    const [one, other] = [await newPage(), await newPage()]
    const writer = await admitted(one)
    await one.takeWord(writer.identity.device, { allowance: allowance(1, 50_00) })
    const phone = await world.phone()
    const same = [await claimOf(await phone.draw()), await claimOf(await phone.draw())] as const
    const both = await Promise.all([one.accept(writer, same[0], circumstances, steady()), other.accept(writer, same[1], circumstances, steady())])
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['refused', 'taken'])
    const others = await Promise.all(Array.from({ length: 4 }, async () => claimOf(await (await world.phone()).draw())))
    const outcomes = await Promise.all(others.map((claim, nth) => (nth % 2 ? one : other).accept(writer, claim, circumstances, steady())))
    // Twenty of fifty are used; one more fits.
    expect(outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.reason : outcome.kind)).toSorted()).toEqual(['offline-pool', 'offline-pool', 'offline-pool', 'taken'])
    expect((await one.unacknowledged(writer.identity.device)).map(({ seq }) => seq)).toEqual([1, 2])
  })

  it('while the county says something is signed under its new word', async () => {
    const page = await newPage()
    const writer = await admitted(page)
    const claim = await claimOf(await (await world.phone()).draw())
    let said = false
    const sign = crypto.subtle.sign.bind(crypto.subtle)
    vi.spyOn(crypto.subtle, 'sign').mockImplementation(async (...args: Parameters<SubtleCrypto['sign']>) => {
      if (!said) {
        said = true
        await page.takeWord(writer.identity.device, { policy: { ...POLICY, number: 5 }, snapshot: 9 })
      }
      return sign(...args)
    })
    const outcome = await page.accept(writer, claim, circumstances, steady())
    if (outcome.kind !== 'taken') throw new Error(outcome.kind)
    const { readEvent } = await import('@/offline/event')
    expect(await readEvent(Uint8Array.from(outcome.entry.bytes))).toMatchObject({ head: { seq: 1, policy: 5, snapshot: 9 } })
  })

})

describe('a device that must not act', () => {
  it('takes nothing, and stores nothing, where the clock is in doubt, the device retired or its journal shorter than it was', async () => {
    const page = await newPage()
    const writer = await admitted(page)
    const { device } = writer.identity
    const claim = await claimOf(await (await world.phone()).draw())
    const before = await wholeState(page)
    const forward = { at: AT, add: 0, step: 'forward' } as const
    expect(await page.accept(writer, claim, circumstances, forward)).toEqual({ kind: 'refused', reason: 'offline-clock-unsure' })
    localStorage.setItem('yizhan.journal', JSON.stringify({ device, seq: 3 }))
    expect(await page.accept(writer, claim, circumstances, steady())).toEqual({ kind: 'refused', reason: 'offline-journal-lost' })
    localStorage.setItem('yizhan.journal', 'null')
    const retired = { county: COUNTY, identity: { ...writer.identity, retired: true } }
    await expect(page.accept(retired, claim, circumstances, steady())).rejects.toThrow('under its new id')
    expect(await wholeState(page)).toEqual(before)
  })
})

describe('a crash', () => {
  it('at any request of the transaction leaves all of the claim or nothing, and the next one goes on', async () => {
    const phones = await Promise.all(Array.from({ length: 9 }, () => world.phone()))
    const page = await newPage()
    const writer = await admitted(page)
    const { device } = writer.identity
    let [taken, crashes] = [0, 0]
    for (const [nth, phone] of phones.entries()) {
      const claim = await claimOf(await phone.draw())
      const opened = await newPage()
      const before = await wholeState(opened)
      const crashed = await crashing(nth, async () => opened.accept(writer, claim, circumstances, steady()))
      const later = await newPage()
      crashes += crashed ? 1 : 0
      if (crashed) expect(await wholeState(later), `at write ${nth}`).toEqual(before)
      const outcome = crashed ? await later.accept(writer, claim, circumstances, steady()) : null
      if (outcome) expect(outcome.kind).toBe('taken')
      taken += 1
      expect((await later.standingOf(device)).spent.claims).toBe(taken)
      expect((await later.unacknowledged(device)).map(({ seq }) => seq)).toEqual(Array.from({ length: taken }, (_, i) => i + 1))
    }
    // Eight writes, each of which failed once; the ninth claim found none that did.
    expect(crashes).toBe(8)
  }, PATIENCE_MS)
})

describe('the used set, the counters and the caps', () => {
  it('hold over any history of showings, closings of the page and words of the county', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('show' as const), voucher: fc.nat(5), counter: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('word' as const), acknowledged: fc.nat(4) }) },
    )
    const phone = await world.phone({ face_fen: 5_00 })
    const vouchers = Array.from({ length: 6 }, () => newId(AT))
    const texts = new Map<string, Shown>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        openBrowser()
        let page = await newPage()
        const writer = await admitted(page)
        const { device } = writer.identity
        let episode = 1
        for (const one of steps) {
          if (one.kind === 'close') page = await newPage()
          else if (one.kind === 'word') {
            const { seq } = await page.headOf(device)
            const ack_seq = Math.min(seq, one.acknowledged)
            await page.acknowledge(device, { epoch: 1, ack_seq, durable_seq: 0, results: [] })
            await page.takeWord(device, { allowance: allowance((episode += 1), 20_00, ack_seq) })
          } else {
            const name = `${one.voucher} ${one.counter}`
            texts.set(name, texts.get(name) ?? (await shownBy(await phone.draw({ voucher: vouchers[one.voucher]!, counter: one.counter }))))
            const outcome = await page.accept(writer, { ...BILL, shown: texts.get(name)! }, circumstances, steady())
            const { spent, allowance: dealt } = await page.standingOf(device)
            if (outcome.kind === 'taken') expect(spent.fen).toBeLessThanOrEqual(dealt!.caps.get(3)!)
          }
        }
        const database = await page.openDatabase()
        const [taken, { spent }, head] = [await database.getAll('taken'), await page.standingOf(device), await page.headOf(device)]
        expect(taken.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(Array.from({ length: head.seq }, (_, i) => i + 1))
        const open = taken.filter(({ seq }) => seq > head.ack_seq).reduce((all, { amount_fen }) => all + amount_fen, 0)
        expect(spent.fen).toBeGreaterThanOrEqual(open)
      }),
      { numRuns: 5 },
    )
  }, PATIENCE_MS)
})

describe('a device', () => {
  it('has one key and one id for all tabs, which cannot be read out, and gets new ones when it is enrolled anew', async () => {
    const [one, other] = [await newPage(), await newPage()]
    const [first, second] = await Promise.all([one.ensureIdentity(), other.ensureIdentity()])
    expect(second.device).toBe(first.device)
    await expect(crypto.subtle.exportKey('pkcs8', first.pair.privateKey)).rejects.toThrow()
    const renewed = await other.renewIdentity()
    expect(renewed.device).not.toBe(first.device)
    const later = await newPage()
    expect((await later.currentIdentity())?.device).toBe(renewed.device)
    expect((await later.allIdentities()).map(({ device, retired }) => [device, retired])).toEqual([
      [first.device, true],
      [renewed.device, false],
    ])
  })

  it('counts in an episode what was taken after the event that the allowance names, and takes no older word', async () => {
    const page = await newPage()
    const writer = await admitted(page)
    const { device } = writer.identity
    for (let nth = 0; nth < 3; nth += 1) await page.accept(writer, await claimOf(await (await world.phone()).draw()), circumstances, steady())
    // The county dealt when it had two events; the third one was acknowledged before the word of that came.
    await page.acknowledge(device, { epoch: 1, ack_seq: 3, durable_seq: 0, results: [] })
    expect((await page.takeWord(device, { allowance: allowance(1, 300_00) })).spent.fen).toBe(60_00)
    const next = await page.takeWord(device, { allowance: allowance(2, 400_00, 2), policy: { ...POLICY, number: 3 } })
    expect([next.spent, next.allowance, next.policy?.number]).toEqual([{ fen: 20_00, claims: 1, campaigns: new Map([[3, 20_00]]) }, allowance(2, 400_00, 2), 4])
    expect((await page.takeWord(device, { allowance: allowance(1, 900_00) })).allowance).toEqual(allowance(2, 400_00, 2))
    // A county that was restored counts its episodes from an earlier one.
    await page.acknowledge(device, { epoch: 2, ack_seq: 0, durable_seq: 0, results: [] })
    expect((await page.takeWord(device, { allowance: allowance(2, 400_00, 2) })).spent.claims).toBe(1)
    await page.acknowledge(device, { epoch: 3, ack_seq: 0, durable_seq: 0, results: [] })
    expect((await page.takeWord(device, { allowance: allowance(1, 500_00) })).spent).toEqual({ fen: 60_00, claims: 3, campaigns: new Map([[3, 60_00]]) })
  })

  it('tells of a journal that the browser threw away, until somebody heard it', async () => {
    const page = await newPage()
    const writer = await admitted(page)
    await page.accept(writer, await claimOf(await (await world.phone()).draw()), circumstances, steady())
    const lost = { device: writer.identity.device, seq: 1 }
    evict()
    const after = await newPage()
    const anew = await admitted(after)
    expect(after.readSentinel()).toEqual(lost)
    await after.accept(anew, await claimOf(await (await world.phone()).draw()), circumstances, steady())
    expect(after.readSentinel()).toEqual(lost)
    const head = { device: anew.identity.device, seq: 1 }
    after.sentinelTold(head)
    expect(after.readSentinel()).toEqual(head)
    for (const nonsense of ['{', '{}', '{"device":"x","seq":1}', `{"device":"${head.device}","seq":-1}`]) {
      localStorage.setItem('yizhan.journal', nonsense)
      expect(after.readSentinel()).toBe(null)
    }
  })
})
