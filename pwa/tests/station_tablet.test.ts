/** A tablet keeps one shift at a time, of who works there; and tells nobody whom a registration is for. */

import { beforeEach, expect, it, vi } from 'vitest'
import { newDeviceKey, publicHalf } from '@/kernel/keys'
import { toHex } from '@/kernel/bytes'
import type { Json } from '@/offline/digest'
import type { Rows } from '@/offline/word'
import { closeHere, firstIn, noteOpened, openHere, shiftsHere } from '../apps/station/away/shift_here'
import { readEntries } from '../apps/station/away/journal_book'
import { awayRounds, register } from '../apps/station/away/registering'
import { changeStrictly, openDatabase } from '@/offline/database'
import { currentIdentity, ensureIdentity } from '@/offline/device_key'
import { setPassphrase, wipeCopy } from '@/offline/lock/lock'
import { useKey } from '@/offline/lock/sealing'
import { takeIn } from '@/offline/replica'
import { takeWord } from '@/offline/standing'
import { meetCounty } from '@/county/county'
import { standsReady } from '@/counter/away/taking'
import { AT, CERTIFICATE, COUNTY, DAY_MS, MERCHANT, openBrowser, OPERATOR, POLICY } from './offline_world'

const ROUND = '01999999-0000-7000-8000-0000000000cc'
const round = { round_id: ROUND, mode: 'rush', title_zh: '活动', title_en: 'Campaign', name_zh: '第一轮', name_en: 'First' }
const rest = { face_fen: 1_000, claim_level: 3, opens_at: '2026-11-24T00:00:00Z', closes_at: '2026-11-25T00:00:00Z' }

async function admitted(passphrase = true): Promise<void> {
  const { device } = await ensureIdentity()
  if (passphrase) await setPassphrase('山里的驿站 2026', null, 1000)
  await takeWord(device, { policy: POLICY, certificate: { ...CERTIFICATE, kind: 'station' } })
  const own = { journal_key: toHex((await publicHalf(await newDeviceKey())).compressed) }
  const worker = { staff_id: OPERATOR, name: '站长一', since: new Date(AT - DAY_MS).toISOString(), until: null }
  const collections = new Map<string, Rows>([
    ['county', new Map<string, Json>([['own', own]])],
    ['operators', new Map<string, Json>([[OPERATOR, worker]])],
    ['rounds', new Map<string, Json>([[ROUND, { ...round, ...rest }]])],
  ])
  const stores = ['replica', 'cursors'] as const
  await changeStrictly(await openDatabase(), [...stores], (change) => takeIn(change, device, { epoch: 1, cursor: 'x', collections }, AT))
}

beforeEach(async () => {
  openBrowser()
  const { forgetOpened } = await import('@/offline/database')
  forgetOpened()
  useKey(null)
  vi.useFakeTimers({ now: AT, toFake: ['Date'] })
  const told = { code: COUNTY, name_zh: '筠连县', name_en: 'Junlian', demonstration: true }
  vi.stubGlobal('fetch', async () => Response.json(told))
  await meetCounty()
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
})

it('keeps nothing before the county let it in, and then only for who works there', async () => {
  expect(await openHere(OPERATOR, 100)).toBe('not-ready')
  await admitted()
  expect(await openHere('01999999-0000-7000-8000-0000000000dd', 100)).toBe('not-operator')
  expect(await readEntries()).toEqual([])
})

it('accepts nothing while nobody has opened it with a passphrase, whatever papers it holds', async () => {
  await admitted(false)
  const plain = { round: ROUND, shift: ROUND, operator: OPERATOR, proof: 'identity-card' }
  const person = { phone: '15403000001', number: null }
  expect(await openHere(OPERATOR, 100)).toBe('not-ready')
  expect(await register(plain, person)).toBe('not-ready')
  expect(await standsReady({ merchant_id: MERCHANT }, 0)).toEqual({ ready: false, askFirst: true })
  await setPassphrase('山里的驿站 2026', null, 1000)
  expect(await register(plain, person)).toMatchObject({ slip: expect.any(String) })
  // Locked again, or wiped: what is on the disk is not enough.
  useKey(null)
  expect(await openHere(OPERATOR, 100)).toBe('not-ready')
  await wipeCopy()
  expect(await register(plain, person)).toBe('not-ready')
  expect(await (await openDatabase()).count('outbox')).toBe(1)
})

it('has one shift open at a time, whichever tab asks, and closes it once', async () => {
  await admitted()
  const tabs = await Promise.all([openHere(OPERATOR, 20_000), openHere(OPERATOR, 20_000)])
  expect(tabs.filter((one) => one === 'moved')).toHaveLength(1)
  const opened = tabs.find((one) => typeof one !== 'string') as { shift: string }
  expect((await shiftsHere())?.open?.told).toEqual({ act: 'open', shift: opened.shift, operator: OPERATOR, cash_fen: 20_000, reason: null })
  const counted = { cash_fen: 19_000, reason: '少收' }
  expect(await closeHere(opened.shift, OPERATOR, counted)).toEqual(opened)
  expect(await closeHere(opened.shift, OPERATOR, counted)).toBe('moved')
  expect(await openHere(OPERATOR, 19_000)).not.toBe('moved')
  expect((await readEntries()).map(({ what, cash_fen }) => [what, cash_fen]).toSorted()).toEqual([
    ['close', 19_000],
    ['open', 19_000],
    ['open', 20_000],
  ])
})

it('closes a shift that was opened while there was a network', async () => {
  await admitted()
  expect(await closeHere(ROUND, OPERATOR, { cash_fen: 0, reason: null })).toEqual({ shift: ROUND })
  expect((await shiftsHere())?.closed).toEqual(new Set([ROUND]))
})

const told = (shift_id: string, at = AT) => ({ shift_id, opened_at: new Date(at).toISOString() })

it('knows where a shift began in its journal, whoever opened it', async () => {
  await admitted()
  const proof = 'identity-card'
  const write = (shift: string) => register({ round: ROUND, shift, operator: OPERATOR, proof }, { phone: '15403000001', number: null })
  const [online, other] = ['01999999-0000-7000-8000-0000000000d1', '01999999-0000-7000-8000-0000000000d2']
  await write(other)
  vi.setSystemTime(AT + 60_000)
  await noteOpened(online)
  expect(await firstIn(told(online, AT + 60_000))).toBe(null)
  // A clock that was put back does not hide what was written.
  vi.setSystemTime(AT + 30_000)
  await write(online)
  expect(await firstIn(told(online, AT + 60_000))).toBe(2)
  // Of a shift that was opened elsewhere the time tells.
  vi.setSystemTime(AT + 90_000)
  expect(await firstIn(told(other, AT + 90_000))).toBe(null)
  await write(other)
  expect(await firstIn(told(other, AT + 90_000))).toBe(3)
  const here = (await openHere(OPERATOR, 0)) as { shift: string }
  expect(await firstIn(told(here.shift, AT + DAY_MS))).toBe(4)
})

it('registers a claim that says what it is for and not whom', async () => {
  await admitted()
  expect((await awayRounds(AT)).map(({ round_id }) => round_id)).toEqual([ROUND])
  expect(await awayRounds(AT + DAY_MS)).toEqual([])
  const plain = { round: ROUND, shift: ROUND, operator: OPERATOR, proof: 'identity-card' }
  const done = await register(plain, { phone: '15403000001', number: '511527194903020016' })
  const [entry] = await readEntries()
  expect(entry).toMatchObject({ what: 'claim', state: 'waiting', proof: 'identity-card', operator: '站长一', round: { zh: '活动 · 第一轮' } })
  expect(done).toEqual({ slip: entry!.slip })
  const { device } = (await currentIdentity())!
  const { bytes } = (await (await openDatabase()).get('outbox', [device, 1]))!
  const written = new TextDecoder('latin1').decode(bytes)
  for (const secret of ['15403000001', '511527194903020016']) expect(written).not.toContain(secret)
})
