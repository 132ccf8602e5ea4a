/** Is only the part of a plan open that is being edited, and is nothing typed lost, nothing wrong hidden? */

import { flushPromises, mount, type DOMWrapper, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import PlanPage from '../apps/office/pages/PlanPage.vue'
import { forgetDraft, keepDraft, recallDraft } from '../apps/office/parts/drafts'
import { emptyKind, emptyPlan, emptyRound, type KindForm, type PlanForm } from '../apps/office/parts/plan_form'
import { kindLine, roundLine, wrongIn } from '../apps/office/parts/plan_lines'
import { lost, no, openCounty, type TestCounty } from './county'

const NOW = new Date('2026-11-20T02:00:00Z')
const CAMPAIGN = 'a-campaign'
/** A machine that has other things to do draws a long form slowly. */
const PATIENCE = { timeout: 20_000 }
vi.setConfig({ testTimeout: 60_000 })

let county: TestCounty
let page: VueWrapper

function kind(nth: number, typed: Partial<KindForm> = {}): KindForm {
  const names = { name_zh: `券${nth}`, name_en: `Voucher ${nth}` }
  return { ...emptyKind(nth), ...names, face: '50', minimum: '200', pieces: `${nth}00`, ...typed }
}

/** A plan that can be saved, of so many kinds with a round each. */
function plan(count: number): PlanForm {
  const form = emptyPlan(NOW)
  form.kinds = Array.from({ length: count }, (_, nth) => kind(nth + 1))
  form.rounds = form.kinds.map(({ code }, nth) => ({ ...emptyRound(code, NOW), name_zh: `轮${nth + 1}`, name_en: `Round ${nth + 1}` }))
  return { ...form, title_zh: '冬日券', title_en: 'Winter vouchers' }
}

async function open(form: PlanForm): Promise<void> {
  await keepDraft(CAMPAIGN, { campaignId: CAMPAIGN, version: 1, form: JSON.parse(JSON.stringify(form)) as PlanForm })
  const routes = [{ path: '/:id', name: 'campaign', component: { render: () => null } }]
  const router = createRouter({ history: createMemoryHistory(), routes })
  await router.push(`/${CAMPAIGN}`)
  page = mount(PlanPage, { attachTo: document.body, global: { plugins: [router] } })
  await vi.waitFor(() => expect(page.find('form').exists()).toBe(true), PATIENCE)
}

const lines = (): DOMWrapper<Element>[] => page.findAll('button[aria-expanded]')
const line = (title: string) => lines().find((one) => one.text().startsWith(title))!
const opened = (): string[] =>
  lines()
    .filter((one) => one.attributes('aria-expanded') === 'true')
    .map((one) => one.find('.title').text())
const button = (text: string) => page.findAll('button').find((one) => one.text() === text)!
/** The input with a label, of those that are there. */
const field = (label: string) =>
  page.find<HTMLInputElement>(`[id="${page.findAll('label').find((one) => one.text() === label)?.attributes('for')}"]`)
const focused = (): string => document.querySelector(`label[for="${document.activeElement?.id}"]`)?.textContent ?? ''

beforeEach(() => {
  county = openCounty()
  county.next(lost)
})

afterEach(async () => {
  page.unmount()
  await flushPromises()
  await forgetDraft(CAMPAIGN)
  document.body.innerHTML = ''
})

it('a plan of several kinds is lines that tell what each is, and what is folded is not there', async () => {
  await open(plan(3))
  expect(opened()).toEqual([])
  expect(lines()).toHaveLength(6)
  expect(line('第 2 种券').text()).toContain('券2')
  expect(line('第 2 种券').text()).toContain('满200减50 · 200 张')
  expect(line('第 3 轮发放').text()).toContain('券3 · 抢券')
  expect(field('券名').exists()).toBe(false)
  expect(field('发多少张').exists()).toBe(false)
})

it('a plan of several kinds has one kind open at a time, and keeps what was typed in one that is folded', async () => {
  await open(plan(3))
  await line('第 1 种券').trigger('click')
  await field('券名').setValue('改过的')
  await field('账单 1（元）：差一分到门槛').setValue('123.45')
  await line('第 3 种券').trigger('click')
  expect(opened()).toEqual(['第 3 种券'])
  expect(field('券名').element.value).toBe('券3')
  expect(line('第 1 种券').text()).toContain('改过的')
  await line('第 1 种券').trigger('click')
  expect(opened()).toEqual(['第 1 种券'])
  expect(field('券名').element.value).toBe('改过的')
  expect(field('账单 1（元）').element.value).toBe('123.45')
  await line('第 1 种券').trigger('click')
  expect(opened()).toEqual([])
  await vi.waitFor(async () => expect((await recallDraft(CAMPAIGN))?.form.kinds[0]?.name_zh).toBe('改过的'), PATIENCE)
})

it('a plan of several kinds opens a kind that was added, and typing goes on in it', async () => {
  await open(plan(2))
  await button('再加一种券').trigger('click')
  await flushPromises()
  expect(opened()).toEqual(['第 3 种券'])
  expect(focused()).toBe('券名')
  expect(document.activeElement).toBe(field('券名').element)
  await button('再加一轮').trigger('click')
  await flushPromises()
  expect(opened()).toEqual(['第 3 种券', '第 3 轮发放'])
  expect(focused()).toBe('哪种券')
})

it('a plan of several kinds opens what has something to mend, and the first of it has the focus', async () => {
  const form = plan(4)
  Object.assign(form.kinds[1]!, { face: '', pieces: 'x' })
  form.rounds[2]!.name_zh = ''
  await open(form)
  await line('第 4 种券').trigger('click')
  await page.find('form').trigger('submit')
  await flushPromises()
  expect(opened()).toEqual(['第 2 种券', '第 3 轮发放'])
  expect(focused()).toBe('面额（元）')
  expect(line('第 2 种券').text()).toContain('有要改的地方')
  expect(line('第 1 种券').text()).not.toContain('有要改的地方')
  // Another one is looked at: what has to be mended stays open, and is not folded while it is mended.
  await line('第 1 种券').trigger('click')
  expect(opened()).toEqual(['第 1 种券', '第 2 种券', '第 3 轮发放'])
  await line('第 1 种券').trigger('click')
  await field('面额（元）').setValue('60')
  await field('一共多少张').setValue('5')
  expect(opened()).toEqual(['第 2 种券', '第 3 轮发放'])
  expect(line('第 2 种券').text()).not.toContain('有要改的地方')
})

it('a plan of several kinds opens the kind of which the county finds something', async () => {
  await open(plan(3))
  const refusal = no(422, 'plan-faulty')() as Response
  const told = (await refusal.json()) as object
  const errors = [{ pointer: '/kinds/2/terms/face_fen', detail: '太多了 / Too much' }]
  county.next(() => Response.json({ ...told, errors }, { status: 422, headers: { 'content-type': 'application/problem+json' } }))
  await page.find('form').trigger('submit')
  await vi.waitFor(() => expect(opened()).toEqual(['第 3 种券']), PATIENCE)
  expect(focused()).toBe('面额（元）')
  expect(page.text()).toContain('太多了')
})

it('a plan of one kind is open', async () => {
  await open(plan(1))
  expect(opened()).toEqual(['第 1 种券', '第 1 轮发放'])
})

describe('a line', () => {
  it('of a kind tells what is typed already, and nothing that is not limited', () => {
    expect(kindLine(emptyKind(1))).toEqual(['还没填好怎么减'])
    expect(kindLine(kind(1, { trades: ['catering', 'retail'], groups: ['elder'] }))).toEqual([
      '满200减50',
      '100 张',
      '餐饮、零售',
      '老年人',
    ])
    expect(kindLine(kind(1, { appliance: 'television' }))).toContain('电视')
  })

  it('of a round calls a kind without a name by its place, and a moment that is none by nothing', () => {
    const nameless = kind(1, { name_zh: '', name_en: '' })
    const round = { ...emptyRound(nameless.code, NOW), opensDay: '', closesDay: '', pieces: '7' }
    expect(roundLine(round, [nameless])).toEqual(['第 1 种券', '抢券', '7 张'])
    expect(roundLine({ ...round, kindCode: 'gone' }, [nameless])).toEqual(['抢券', '7 张'])
  })

  it('is told from others by its place, of two figures too', () => {
    const faults = new Map([['/kinds/12/face_fen', ''], ['/kinds/1', ''], ['/rounds/0/name_zh', ''], ['/title_zh', '']])
    expect([...wrongIn('kinds', faults)]).toEqual([12, 1])
    expect([...wrongIn('rounds', faults)]).toEqual([0])
  })
})
