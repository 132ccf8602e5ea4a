/** Do modules travel with those that are needed by the same apps, and never in a circle? */

import { describe, expect, it } from 'vitest'
import { APP_NAMES } from '@/kernel/app_name'
import { firstChunks, reachedBy } from '../../build/first_chunks'

const entryOf = (app: string): string => `/apps/${app}/index.html`

/** Every app starts with `start`; residents and merchants share `card`, which imports `box`; `box` and `start` meet in `vue`. */
const IMPORTS: Record<string, string[]> = {
  [entryOf('resident')]: ['/src/start', '/src/card'],
  [entryOf('merchant')]: ['/src/start', '/src/card'],
  [entryOf('station')]: ['/src/start'],
  [entryOf('office')]: ['/src/start', '/src/desk'],
  '/src/start': ['/node_modules/vue'],
  '/src/card': ['/src/box'],
  '/src/box': ['/node_modules/vue', '/src/card'],
  '/src/desk': [],
  '/node_modules/vue': [],
}
const graph = { getModuleInfo: (id: string) => (IMPORTS[id] ? { importedIds: IMPORTS[id] } : null) } as never

describe('files of the first page', () => {
  const reached = reachedBy(graph, entryOf)

  it('knows which apps need a module at once', () => {
    expect(reached.get('/src/start')).toEqual([...APP_NAMES])
    expect(reached.get('/src/box')?.toSorted()).toEqual(['merchant', 'resident'])
    expect(reached.get('/src/desk')).toEqual(['office'])
  })

  it('lets a file import only what at least its own apps need', () => {
    for (const [id, imported] of Object.entries(IMPORTS)) {
      for (const next of imported) {
        expect(reached.get(next)).toEqual(expect.arrayContaining(reached.get(id) ?? []))
      }
    }
  })

  it('names one file a set of apps, and none for what no first page needs', () => {
    const { name } = firstChunks(entryOf)
    const named = (id: string): unknown => (typeof name === 'function' ? name(id, graph) : name)
    expect(named('/node_modules/vue')).toBe('first')
    expect(named('/src/card')).toBe(named('/src/box'))
    expect(named('/src/desk')).toBe('first-office')
    expect(named('/src/later')).toBeNull()
  })
})
