/**
 * Which of the modules that a first page needs travel together?
 *
 * Left alone, the bundler makes a file of every module that two pages share: a resident's first page came in 33 files,
 * and on a slow line each waits for its turn. Modules that the same apps need at once are one file here. What a set of
 * apps needs can only import what at least these apps need, so the files never import each other in a circle.
 */

import type { Rolldown } from 'vite'
import { APP_NAMES } from '../src/kernel/app_name.ts'

type Graph = Pick<Rolldown.ChunkingContext, 'getModuleInfo'>

/** A group that the bundler asks about each module that some app's entry imports, directly or not. */
export function firstChunks(entryOf: (app: string) => string): Rolldown.CodeSplittingGroup {
  let reached: Map<string, string[]> | undefined
  return {
    name(id, graph) {
      reached ??= reachedBy(graph, entryOf)
      const apps = reached.get(id)
      // An app's own file stays its own: the page asks for it by the name of its entry.
      return apps ? nameOf(apps) : null
    },
    tags: ['$initial'],
    test: /[\\/](src|node_modules)[\\/]/,
  }
}

/** For each module the apps that need it before their first page shows, in the order of their names. */
export function reachedBy(graph: Graph, entryOf: (app: string) => string): Map<string, string[]> {
  const reached = new Map<string, string[]>()
  for (const app of APP_NAMES) {
    const waiting = [entryOf(app)]
    const seen = new Set(waiting)
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      reached.set(id, [...(reached.get(id) ?? []), app])
      for (const next of graph.getModuleInfo(id)?.importedIds ?? []) {
        if (!seen.has(next)) waiting.push(next)
        seen.add(next)
      }
    }
  }
  return reached
}

function nameOf(apps: readonly string[]): string {
  return apps.length === APP_NAMES.length ? 'first' : `first-${apps.join('-')}`
}
