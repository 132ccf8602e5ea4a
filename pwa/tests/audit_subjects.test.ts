/** What the auditor chooses from: whole lists, by name or number, and never a word for programs. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { KINDS, isNamed, kindWords, listOf, matchingSubjects } from '../apps/office/parts/audit_subjects'
import { appointable } from '../apps/office/parts/stations'
import { language } from '../src/i18n/language'
import { no, openCounty, yes } from './county'

afterEach(() => vi.unstubAllGlobals())

const shop = (id: string, name_zh: string, credit_code: string, name_en = ''): unknown => ({
  merchant: { merchant_id: id, name_zh, name_en, credit_code },
})
const person = (nth: number): unknown => ({ staff_id: String(nth), staff_name: nth === 100 ? '阿依' : `赵${nth}` })

describe('what the trail is read for', () => {
  it('is listed whole, page by page, with the number that stands on paper', async () => {
    const county = openCounty()
    county.next(
      yes({ items: [shop('a', '腾达电器', '92591527000990201W', 'Tengda')], next_cursor: 'more' }, 200),
      yes({ items: [shop('b', '安心面馆', '92591527000990202X')], next_cursor: null }, 200),
    )
    const found = await listOf('merchant')
    expect(found.ok && found.value).toEqual([
      { id: 'a', text: '腾达电器 · 92591527000990201W', name: '腾达电器' },
      { id: 'b', text: '安心面馆 · 92591527000990202X', name: '安心面馆' },
    ])
    expect(county.sent).toHaveLength(2)
    // Another language calls the same things anew.
    language.value = 'en'
    expect(found.ok && found.value.map(({ name }) => name)).toEqual(['Tengda', '安心面馆'])
    language.value = 'zh'
    county.next(no(403, 'not-allowed'))
    expect((await listOf('machine-key')).ok).toBe(false)
  })

  it('is found by every one of some words, in capitals or full width or not', () => {
    const all = [
      { id: 'a', text: '腾达电器 · 92591527000990201W', name: '腾达电器' },
      { id: 'b', text: '安心面馆 · 92591527000990202X', name: '安心面馆' },
    ]
    expect(matchingSubjects(all, '９９０２０１ｗ').map(({ id }) => id)).toEqual(['a'])
    expect(matchingSubjects(all, '面馆 0202').map(({ id }) => id)).toEqual(['b'])
    expect(matchingSubjects(all, ' ')).toEqual(all)
  })

  it('has words for every kind, and others for a kind that comes later', () => {
    const said = KINDS.map(kindWords)
    expect(new Set(said).size).toBe(KINDS.length)
    expect(said).not.toContain('其他对象')
    expect(kindWords('parcel')).toBe('其他对象')
    expect([isNamed('merchant'), isNamed('voucher')]).toEqual([true, false])
  })
})

it('lets a clerk choose from everybody who can run a station, by name, however many there are', async () => {
  const county = openCounty()
  county.next(
    yes({ items: Array.from({ length: 100 }, (_, nth) => person(nth)), next_cursor: 'more' }, 200),
    yes({ items: [person(100)], next_cursor: null }, 200),
  )
  const found = await appointable()
  expect(found.ok && [found.value.length, found.value[0]?.staff_name]).toEqual([101, '阿依'])
})
