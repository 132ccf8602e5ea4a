/** What an applicant fills in, and what is sent of it; where a fault of a list stands in its sheet. */

import { expect, it } from 'vitest'
import { placed } from '../apps/office/parts/roster_file'
import type { ApplicationAnswer, CallVersion, RosterSheet } from '../src/api/wire'
import { bodyOf, daysLeft, emptyForm, filesOf, formOf, isComplete, mendedBody, toldAt } from '../src/merchants/dossier'

const RULES = {
  trades: ['farm'],
  towns: ['511527100'],
  sizes: ['below'],
  licences: ['food_production'],
  files: ['business_licence'],
} as unknown as CallVersion

const filled = () =>
  Object.assign(emptyForm(RULES), {
    nameZh: ' 苦丁茶铺 ',
    address: '老城门巷 1 号',
    phone: '0831-0000000',
    registeredName: '演示·苦丁茶铺',
    creditCode: '9259 1527 0009 9020 1w',
    licences: [{ kind: 'food_production' as const, number: ' SC10051 ', until: '2030-02-28' }],
    contactName: '罗开明',
    contactPhone: '+86 154 1000 1234',
  })

it('begins with what a call leaves no choice about', () => {
  const { trade, town, size, licences } = emptyForm(RULES)
  expect([trade, town, size]).toEqual(['farm', '511527100', 'below'])
  expect(licences).toEqual([{ kind: 'food_production', number: '', until: '' }])
  expect(isComplete(emptyForm(RULES))).toBe(false)
})

it('sends what is meant: codes without blanks, the Chinese name where there is no English one', () => {
  const form = filled()
  expect(isComplete(form)).toBe(true)
  const body = bodyOf(form, { business_licence: 'ab' })
  expect([body.name_zh, body.name_en, body.credit_code, body.contact_phone]).toEqual([
    '苦丁茶铺',
    '苦丁茶铺',
    '92591527000990201W',
    '15410001234',
  ])
  expect(body.licences).toEqual([{ kind: 'food_production', number: 'SC10051', valid_until: '2030-02-28' }])
  expect(body.files).toEqual([{ kind: 'business_licence', sha256: 'ab' }])
  expect(body.exemption).toBeNull()
  expect(bodyOf({ ...form, ownProduce: true }, {}).exemption?.zh).toBe('自产自销农产品，免办食品经营许可证')
  // Only farm goods are exempt.
  expect(bodyOf({ ...form, trade: 'catering', ownProduce: true }, {}).exemption).toBeNull()
})

it('gives an application back as it was handed in', () => {
  const body = bodyOf(filled(), {})
  const application = { ...body, exemption: null } as unknown as ApplicationAnswer
  expect(bodyOf(formOf(application), {})).toEqual(body)
})

it('keeps the English words of an address that stays, and says the new one as it is written', () => {
  const told = bodyOf(filled(), {})
  const application = { ...told, premises: { ...told.premises, address_en: '1 Old Gate Lane' } } as unknown as ApplicationAnswer
  const form = formOf(application)
  expect(mendedBody(form, {}, application).premises.address_en).toBe('1 Old Gate Lane')
  expect(mendedBody({ ...form, address: '老城门巷 2 号' }, {}, application).premises.address_en).toBe('老城门巷 2 号')
})

it('counts the days of a licence as the county does', () => {
  const evening = Date.parse('2026-11-29T15:59:00Z')
  expect(daysLeft('2026-11-29', evening)).toBe(0)
  expect(daysLeft('2026-11-29', evening + 60_000)).toBe(-1)
  expect(daysLeft('2026-12-29', evening)).toBe(30)
})

it('finds what the county says of a field, or of something inside it', () => {
  const told = [{ pointer: '/licences/0/number', detail: '至少 4 个字 / at least 4 characters' }]
  expect(toldAt(told, '/licences')).toBe('至少 4 个字')
  expect(toldAt(told, '/licence')).toBeUndefined()
})

it('sends each paper once, in the order of their kinds', () => {
  expect(filesOf({ commitment: 'cd', business_licence: 'ab' }).map(({ kind }) => kind)).toEqual([
    'business_licence',
    'commitment',
  ])
})

it('names the column of the sheet in which a fault of a list stands', () => {
  const sheet = { sheet: '名单', columns: [{ field: 'phone', letter: 'C', zh: '手机号', en: 'Mobile' }] } as unknown as RosterSheet
  const fault = { row: 3, column: 'phone', detail: '请填 11 位手机号 / an 11-digit number' }
  expect(placed(fault, sheet)).toEqual({
    sheet: '名单',
    row: 3,
    column: 'C',
    title: '手机号',
    zh: '请填 11 位手机号',
    en: 'an 11-digit number',
  })
  expect(placed({ ...fault, column: 'name' }, sheet)).toMatchObject({ column: null, title: null })
})
