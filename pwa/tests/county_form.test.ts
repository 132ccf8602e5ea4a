/** The county's colours can all be read, and what is sent is what the form shows. */

import { expect, test } from 'vitest'
import type { CountySettings } from '@/api/wire'
import { particulars } from '../apps/office/parts/audit_words'
import { bodyOf, changed, colourOf, formOf, idleOf, OTHER, PALETTE, ratioOf, readable } from '../apps/office/parts/county_form'

const NOW: CountySettings = {
  number: 3,
  name_zh: '筠连县',
  name_en: 'Junlian',
  colour: '#0b6b4f',
  help_phone: '',
  icp_filing: '',
  police_filing: '',
  device_idle_minutes: 5,
  logo: 'county-logo',
  saved_at: null,
}

test('every colour of the palette can be read, and none is there twice', () => {
  expect(PALETTE.filter(([, colour]) => !readable(colour))).toEqual([])
  expect(new Set(PALETTE.map(([, colour]) => colour)).size).toBe(PALETTE.length)
})

test.each([
  ['#ffd700', 1.4, false],
  ['#767676', 4.5, false],
  ['#0b6b4f', 6.5, true],
  ['#000000', 21, true],
])('the contrast of %s is told as the county measures it', (colour, ratio, good) => {
  expect(ratioOf(colour)).toBe(ratio)
  expect(readable(colour)).toBe(good)
})

test.each(['', 'red', '#12345', '0b6b4f'])('%s is no colour', (colour) => {
  expect(ratioOf(colour)).toBeNull()
  expect(readable(colour)).toBe(false)
})

test('a form that nobody touched is not changed, and each field changes it', () => {
  expect(changed(formOf(NOW), NOW)).toBe(false)
  for (const part of [{ nameZh: '新县' }, { phone: '0831-1' }, { icp: 'x' }, { police: 'x' }, { idle: '9' }, { dropLogo: true }, { chosen: '#1b568f' }]) {
    expect(changed({ ...formOf(NOW), ...part }, NOW)).toBe(true)
  }
})

test('a colour of nobody’s palette is typed, in capitals too', () => {
  const form = formOf({ ...NOW, colour: '#123456' })
  expect(form.chosen).toBe(OTHER)
  expect(colourOf({ ...form, code: ' #ABCDEF ' })).toBe('#abcdef')
})

test('what is sent says which settings were looked at, and whether the sign stays', () => {
  const body = bodyOf({ ...formOf(NOW), phone: ' 0831-7710000 ' }, 'an-id', 3, null)
  expect(body).toEqual({
    change_id: 'an-id',
    based_on: 3,
    name_zh: '筠连县',
    name_en: 'Junlian',
    colour: '#0b6b4f',
    help_phone: '0831-7710000',
    icp_filing: '',
    police_filing: '',
    device_idle_minutes: 5,
    logo: null,
    drop_logo: false,
  })
})

const told = (detail: string): string => particulars({ act: 'county.change-settings', reason: null, detail })

test('the auditor reads in words what was changed, and no key of a picture', () => {
  expect(told('name_zh: 筠连县 > 新筠连县; help_phone: - > 0831-7710000; logo: - > county-logo-0123456789abcdef')).toBe(
    '县名（中文） 筠连县 → 新筠连县 · 服务热线 - → 0831-7710000 · 标志',
  )
  expect(told('logo: county-logo-0123456789abcdef > -')).toBe('标志')
})

test.each([
  ['1', 1],
  [' 60 ', 60],
  ['0', null],
  ['61', null],
  ['-5', null],
  ['5.5', null],
  ['', null],
])('devices close after %s minutes', (idle, minutes) => {
  expect(idleOf({ ...formOf(NOW), idle })).toBe(minutes)
})
