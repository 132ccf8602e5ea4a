/**
 * Which of the modules that a first page needs travel together?
 *
 * Left alone, the bundler makes a file of every module that two pages share: a resident's first page came in 33 files,
 * and on a slow line each waits for its turn. Modules that the same apps need at once are one file here, and so are those
 * that only an app's opening pages need. What a set of apps needs can only import what at least these apps need, so the
 * files never import each other in a circle. What a page of another app asks for one day stands apart, so that no app
 * is brought the files of another one, nor keeps them.
 */

import type { Rolldown } from 'vite'
import { APP_NAMES, type AppName } from '../src/kernel/app_name.ts'

type Graph = Pick<Rolldown.ChunkingContext, 'getModuleInfo'>

/** The pages that people come in by, beside those that the app's own file holds; each stays a file of its own. */
export const OPENING_PAGES: Record<AppName, readonly string[]> = {
  resident: ['WalletPage', 'CampaignPage', 'RoundPage', 'SignInPage'],
  station: ['HomePage', 'ServePage'],
  merchant: ['HomePage'],
  office: ['CampaignsPage', 'CampaignPage'],
}

/** The path of a file below the folder of the apps. */
type PathOf = (below: string) => string

/**
 * Groups that the bundler asks about each module, one for each name that a module can have. A group takes along whatever
 * its modules import, so what more apps need, or need sooner, is asked for first.
 */
export function firstChunks(pathOf: PathOf): Rolldown.CodeSplittingGroup[] {
  const openingPages = (app: AppName): string[] => OPENING_PAGES[app].map((page) => pathOf(`${app}/pages/${page}.vue`))
  const first = reachedOnce((app) => [pathOf(`${app}/index.html`)])
  const opening = reachedOnce(openingPages)
  const ever = reachedOnce((app) => [pathOf(`${app}/index.html`)], true)
  // Entries and pages stay files of their own: they are asked for by their names.
  const apart = APP_NAMES.flatMap((app) => [pathOf(`${app}/index.html`), pathOf(`${app}/main.ts`), ...openingPages(app)])
  return NAMES.map((name, place) => ({
    name: (id, graph) => {
      const [atOnce, soon, late] = [first, opening, ever].map((reached) => reached(graph).get(id) ?? [])
      const needed = { first: atOnce ?? [], opening: soon ?? [], ever: late ?? [] }
      return nameOf(needed) === name && !apart.some((path) => id.startsWith(path)) ? name : null
    },
    priority: NAMES.length - place,
  }))
}

/** Which apps need a module before their first page shows, which for a page that people come in by, which on any page. */
interface Needed {
  first: readonly AppName[]
  opening: readonly AppName[]
  ever: readonly AppName[]
}

/**
 * The file that a module travels in; none for what nobody needs soon.
 *
 * `first-resident`, `opening-merchant`: what no other app needs. `first-office-shared`, `opening-shared`, `later-shared`:
 * what others need too, residents among them; `…-staff`: what of it residents do without.
 */
function nameOf({ first, opening, ever }: Needed): string | null {
  const others = new Set([...opening, ...ever].filter((app) => !first.includes(app)))
  const shared = others.has('resident') || first.includes('resident') ? 'shared' : 'staff'
  if (first.length === APP_NAMES.length) return 'first'
  if (first.length) return `first-${first.join('-')}${others.size ? `-${shared}` : ''}`
  const [one, more] = opening
  if (more) return `opening-${shared}`
  if (one) return others.size > 1 ? `later-${shared}` : `opening-${one}`
  return null
}

/** Every name; a module imports only what has the same name or one that stands before it. */
const NAMES = namesInOrder()

function namesInOrder(): string[] {
  const sets: AppName[][] = [[]]
  for (const app of APP_NAMES) sets.push(...sets.map((set) => [...set, app]))
  const atOnce = sets.filter((set) => set.length).toSorted((one, other) => other.length - one.length)
  const first = atOnce.flatMap((set) => ['-shared', '-staff', ''].map((end) => `first-${set.join('-')}${end}`))
  const later = ['opening-shared', 'opening-staff', 'later-shared', 'later-staff', ...APP_NAMES.map((app) => `opening-${app}`)]
  return ['first', ...first, ...later]
}

/** The same answer for every module of a build. */
function reachedOnce(startsOf: StartsOf, later = false): (graph: Graph) => Reached {
  let reached: Reached | undefined
  return (graph) => (reached ??= reachedBy(graph, startsOf, later))
}

type Reached = Map<string, AppName[]>
type StartsOf = (app: AppName) => readonly string[]

/**
 * For each module the apps that need it before what `startsOf` names can show, in the order of their names; with what they
 * may load `later` if asked for.
 */
export function reachedBy(graph: Graph, startsOf: StartsOf, later = false): Reached {
  const reached: Reached = new Map()
  for (const app of APP_NAMES) {
    const waiting = [...startsOf(app)]
    const seen = new Set(waiting)
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      reached.set(id, [...(reached.get(id) ?? []), app])
      const { importedIds = [], dynamicallyImportedIds = [] } = graph.getModuleInfo(id) ?? {}
      for (const next of later ? [...importedIds, ...dynamicallyImportedIds] : importedIds) {
        if (!seen.has(next)) waiting.push(next)
        seen.add(next)
      }
    }
  }
  return reached
}
