/** Do modules travel with those that are needed by the same apps as soon, and never in a circle? */

import { describe, expect, it } from 'vitest'
import { APP_NAMES, type AppName } from '@/kernel/app_name'
import { firstChunks, OPENING_PAGES, reachedBy } from '../../build/first_chunks'

const pathOf = (below: string): string => `/apps/${below}`
const entryOf = (app: AppName): string => pathOf(`${app}/index.html`)
const pageOf = (app: AppName): string => pathOf(`${app}/pages/${OPENING_PAGES[app][0]}.vue`)

/** Pages that are asked for one day: by residents one with the office's `table`, by stations one with the desk's `list`. */
const LATER: Record<string, string[]> = {
  [entryOf('resident')]: ['/src/near'],
  [entryOf('station')]: ['/src/stock'],
}

/** Every app starts with `start`; residents and merchants share `card`, which imports `box`; `box` and `start` meet in `vue`. */
const IMPORTS: Record<string, string[]> = {
  [entryOf('resident')]: ['/src/start', '/src/card', '/src/home'],
  [entryOf('merchant')]: ['/src/start', '/src/card'],
  [entryOf('station')]: ['/src/start'],
  [entryOf('office')]: ['/src/start', '/src/desk', '/src/list', '/src/input'],
  [pageOf('resident')]: ['/src/wallet', '/src/field'],
  [pageOf('merchant')]: ['/src/counter', '/src/home', '/src/sounds'],
  [pageOf('station')]: ['/src/counter', '/src/field'],
  [pageOf('office')]: ['/src/table', '/src/chart', '/src/sums'],
  '/src/near': ['/src/table', '/src/input'],
  '/src/stock': ['/src/list', '/src/sums'],
  '/src/table': ['/src/input'],
  '/src/chart': ['/src/table'],
  '/src/sums': ['/src/list'],
  '/src/list': [],
  '/src/input': ['/node_modules/vue'],
  '/src/start': ['/node_modules/vue'],
  '/src/card': ['/src/box'],
  '/src/box': ['/node_modules/vue', '/src/card'],
  '/src/counter': ['/src/field', '/src/start'],
  '/src/wallet': ['/src/card'],
  '/src/sounds': [],
  '/src/field': [],
  '/src/home': [],
  '/src/desk': [],
  '/node_modules/vue': [],
}
const graph = {
  getModuleInfo: (id: string) => (IMPORTS[id] ? { importedIds: IMPORTS[id], dynamicallyImportedIds: LATER[id] ?? [] } : null),
} as never

/** The file that the bundler puts a module in: that of the first group that wants it. */
function fileOf(id: string): string | undefined {
  const groups = firstChunks(pathOf).toSorted((one, other) => (other.priority ?? 0) - (one.priority ?? 0))
  const named = groups.map(({ name }) => (typeof name === 'function' ? name(id, graph) : name))
  return named.find((name) => typeof name === 'string')
}

describe('files of the first page', () => {
  const reached = reachedBy(graph, (app) => [entryOf(app)])

  it('knows which apps need a module at once', () => {
    expect(reached.get('/src/start')).toEqual([...APP_NAMES])
    expect(reached.get('/src/box')?.toSorted()).toEqual(['merchant', 'resident'])
    expect(reached.get('/src/desk')).toEqual(['office'])
  })

  it('names one file a set of apps, and none for what no first page and no opening page needs', () => {
    expect(fileOf('/node_modules/vue')).toBe('first')
    expect(fileOf('/src/card')).toBe(fileOf('/src/box'))
    expect(fileOf('/src/desk')).toBe('first-office')
    expect(fileOf('/src/later')).toBeUndefined()
  })

  it('keeps what opening pages share apart from what one app needs, and what an app needs at once from what it needs then', () => {
    expect(fileOf('/src/wallet')).toBe('opening-resident')
    expect(fileOf('/src/sounds')).toBe('opening-merchant')
    expect(fileOf('/src/counter')).toBe('opening-staff')
    expect(fileOf('/src/field')).toBe('opening-shared')
    expect(fileOf('/src/home')).toBe('first-resident-shared')
  })

  it('brings nobody the files of another app: what a page of theirs asks for one day stands apart', () => {
    expect(fileOf('/src/input')).toBe('first-office-shared')
    expect(fileOf('/src/list')).toBe('first-office-staff')
    expect(fileOf('/src/table')).toBe('later-shared')
    expect(fileOf('/src/sums')).toBe('later-staff')
    expect(fileOf('/src/chart')).toBe('opening-office')
    expect(fileOf('/src/near')).toBeUndefined()
  })

  it('leaves entries and pages their own files', () => {
    for (const app of APP_NAMES) {
      expect(fileOf(entryOf(app))).toBeUndefined()
      expect(fileOf(pageOf(app))).toBeUndefined()
      expect(fileOf(`${pageOf(app)}?vue&type=style`)).toBeUndefined()
    }
  })

  it('lets no two files import each other', () => {
    const between = new Map<string, Set<string>>()
    for (const [id, imported] of Object.entries(IMPORTS)) {
      const [from, to] = [fileOf(id) ?? id, imported.map((next) => fileOf(next) ?? next)]
      between.set(from, new Set([...(between.get(from) ?? []), ...to.filter((next) => next !== from)]))
    }
    const reaches = (from: string, wanted: string, seen = new Set<string>()): boolean =>
      [...(between.get(from) ?? [])].some(
        (next) => next === wanted || (!seen.has(next) && reaches(next, wanted, seen.add(next))),
      )
    for (const file of between.keys()) expect(reaches(file, file)).toBe(false)
  })
})
