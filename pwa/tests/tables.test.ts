/** Are tables sorted by what they hold, found by what they say, and taken away as files that every program reads? */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { unzipSync, strFromU8 } from 'fflate'
import { flushPromises, mount } from '@vue/test-utils'
import axe from 'axe-core'
import { shallowRef } from 'vue'
import { csvOf, guarded } from '../src/tables/csv'
import DataTable from '../src/tables/DataTable.vue'
import { choicesIn, matching, sheetOf, sorted, sums, turned, type Column } from '../src/tables/table'
import { xlsxOf } from '../src/tables/xlsx'
import type { Paged } from '../src/offline/paged'

interface Batch {
  id: string
  merchant: string
  reference: string
  state: string
  fen: number
  lines: number
  at: string | null
}

const BATCHES: Batch[] = [
  { id: 'a', merchant: '腾达电器', reference: '000123456789012345', state: '已付', fen: 123_450, lines: 12, at: '2026-11-28T16:05:09Z' },
  { id: 'b', merchant: '=HYPERLINK("x")', reference: 'B-2', state: '被退回', fen: 99_900, lines: 9, at: null },
  { id: 'c', merchant: '安心面馆, "老店"', reference: 'B-10', state: '已付', fen: -5, lines: 100, at: '2026-11-27T01:00:00Z' },
]
const COLUMNS: Column<Batch>[] = [
  { key: 'merchant', title: '商户', kind: 'text', of: ({ merchant }) => merchant },
  { key: 'reference', title: '编号', kind: 'text', of: ({ reference }) => reference },
  { key: 'state', title: '状态', kind: 'state', of: ({ state }) => state },
  { key: 'fen', title: '金额', kind: 'money', of: ({ fen }) => fen, sum: true },
  { key: 'lines', title: '笔数', kind: 'count', of: ({ lines }) => lines, sum: true },
  { key: 'at', title: '时间', kind: 'instant', of: ({ at }) => at },
]
const find = (words: string, chosen = {}): string => ids(matching(BATCHES, COLUMNS, { words, chosen }))
const ids = (rows: readonly Batch[]): string => rows.map(({ id }) => id).join('')

afterEach(() => {
  document.body.innerHTML = ''
})

describe('sorting', () => {
  it('compares amounts as amounts, numbers in words as numbers, and puts what is missing last both ways', () => {
    expect(ids(sorted(BATCHES, COLUMNS, { key: 'fen', down: false }))).toBe('cba')
    expect(ids(sorted(BATCHES, COLUMNS, { key: 'lines', down: true }))).toBe('cab')
    expect(ids(sorted(BATCHES, COLUMNS, { key: 'reference', down: false }))).toBe('abc')
    expect(ids(sorted(BATCHES, COLUMNS, { key: 'at', down: false }))).toBe('cab')
    expect(ids(sorted(BATCHES, COLUMNS, { key: 'at', down: true }))).toBe('acb')
    expect(ids(sorted(BATCHES, COLUMNS, null))).toBe('abc')
  })

  it('goes up, down, and back to how it came', () => {
    const up = turned(null, 'fen')
    const down = turned(up, 'fen')
    expect([up, down, turned(down, 'fen'), turned(down, 'at')]).toEqual([
      { key: 'fen', down: false },
      { key: 'fen', down: true },
      null,
      { key: 'at', down: false },
    ])
  })
})

describe('filtering', () => {
  it('finds every word in any column, an amount however it is written, and full-width signs too', () => {
    expect([find('电器'), find('¥1,234.50'), find('1234.5'), find('b-１０'), find('老店 已付'), find('老店 被退回')]).toEqual([
      'a',
      'a',
      'a',
      'c',
      'c',
      '',
    ])
  })

  it('offers the states that occur and keeps rows of the chosen one', () => {
    expect(choicesIn(BATCHES, COLUMNS)).toEqual([{ key: 'state', values: ['已付', '被退回'] }])
    expect(find('', { state: '已付' })).toBe('ac')
  })

  it('adds up what is shown', () => {
    expect([...(sums(BATCHES, COLUMNS) ?? [])]).toEqual([
      ['fen', 223_345],
      ['lines', 121],
    ])
  })
})

describe('a file', () => {
  const sheet = sheetOf('批次', COLUMNS, BATCHES)

  it('of commas begins with the mark of UTF-8, quotes what needs it, and holds nothing that a program would run', () => {
    expect(csvOf(sheet)).toBe(
      `\uFEFF${[
        ['商户', '编号', '状态', '金额', '笔数', '时间'],
        ['腾达电器', '000123456789012345', '已付', '1234.50', '12', '2026-11-29 00:05:09'],
        ['"\'=HYPERLINK(""x"")"', 'B-2', '被退回', '999.00', '9', ''],
        ['"安心面馆, ""老店"""', 'B-10', '已付', '-0.05', '100', '2026-11-27 09:00:00'],
      ]
        .map((cells) => `${cells.join(',')}\r\n`)
        .join('')}`,
    )
    expect(['=1', '+1', '-1', '@a', '\ta', '＝1', "'a"].map(guarded)).toEqual(["'=1", "'+1", "'-1", "'@a", "'\ta", "'＝1", "''a"])
  })

  it('of a workbook holds amounts as numbers and long numbers as text', () => {
    const files = unzipSync(xlsxOf(sheet))
    const xml = strFromU8(files['xl/worksheets/sheet1.xml']!)
    expect(xml).toContain('<c r="D2" s="2"><v>1234.50</v></c>')
    expect(xml).toContain('<c r="D4" s="2"><v>-0.05</v></c>')
    expect(xml).toContain('<c r="B2" s="5" t="inlineStr"><is><t xml:space="preserve">000123456789012345</t></is></c>')
    expect(xml).toContain('=HYPERLINK(&quot;x&quot;)')
    expect(xml).not.toContain('<f>')
  })

  it('is the same whenever it is made', () => {
    expect(xlsxOf(sheet)).toEqual(xlsxOf(sheet))
  })
})

const show = (rows: readonly Batch[], paged?: Paged<Batch>, columns = COLUMNS) =>
  mount(DataTable<Batch>, {
    props: { title: '批次', columns, rows, rowKey: ({ id }: Batch) => id, empty: '还没有批次', ...(paged ? { paged } : {}) },
    attachTo: document.body,
  })

describe('the table on the page', () => {
  const many: Batch[] = Array.from({ length: 8 }, (_, nth) => ({ ...BATCHES[nth % 3]!, id: String(nth), fen: nth * 100 }))
  it('breaks no rule of accessibility, and tells the order to those who hear it', async () => {
    const table = show(many)
    const head = table.findAll('thead th')[3]!
    await head.find('button').trigger('click')
    expect(head.attributes('aria-sort')).toBe('ascending')
    await head.find('button').trigger('click')
    expect(head.attributes('aria-sort')).toBe('descending')
    expect(table.findAll('tbody tr td:nth-child(4)').map((cell) => cell.text())[0]).toContain('¥7.00')
    const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } })
    expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
  })

  it('says what is left of the rows, and where nothing is', async () => {
    const table = show(many)
    expect(table.get('[role=status]').text()).toBe('共 8 行')
    await table.get('input[type=search]').setValue('面馆')
    expect(table.get('[role=status]').text()).toBe('8 行中的 2 行')
    await table.get('input[type=search]').setValue('没有这样的')
    expect(table.text()).toContain('没有符合的行')
    expect(show([]).text()).toBe('还没有批次')
  })

  it('loads all of a list before it is put in order, and says while it does that it is only a part', async () => {
    const all = vi.fn<(most: number) => Promise<void>>(async () => {
      paged.hasMore.value = false
    })
    const paged = {
      first: {} as Paged<Batch>['first'],
      hasMore: shallowRef(true),
      busy: shallowRef(false),
      problem: shallowRef(null),
      more: async () => undefined,
      all,
    } satisfies Paged<Batch>
    const table = show(many, paged)
    expect(table.get('[role=status]').text()).toBe('已载入 8 行，后面还有')
    // What occurs in a part is not all that there is to choose from.
    expect(table.findAll('select').length).toBe(1)
    await table.get('thead button').trigger('click')
    await flushPromises()
    expect(all).toHaveBeenCalledWith(2000)
    expect(table.get('[role=status]').text()).toBe('共 8 行')
    expect(table.findAll('select').length).toBe(2)
  })
})

describe('a very long table', () => {
  it('draws as many rows as a browser bears, finds what is beyond them, and says so', async () => {
    const rows = Array.from({ length: 2001 }, (_, nth) => ({ ...BATCHES[0]!, id: String(nth), reference: `N-${nth}` }))
    const table = show(rows, undefined, COLUMNS.slice(1, 2))
    expect(table.findAll('tbody tr')).toHaveLength(2000)
    expect(table.get('[role=status]').text()).toBe('这里只列出前 2000 行，导出的文件里有全部 2001 行')
    await table.get('input[type=search]').setValue('N-2000')
    expect(table.findAll('tbody tr')).toHaveLength(1)
    expect(table.get('[role=status]').text()).toBe('2001 行中的 1 行')
  }, 30_000)
})
