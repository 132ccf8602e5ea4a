/**
 * Keeps the hashed files of earlier builds for a while: a tab that was open before an update still asks for them.
 *
 * `dist/builds.json` says which files each build made; what no build of the last thirty days made is removed.
 */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const KEPT_MS = 30 * 24 * 3600 * 1000

interface Build {
  at: string
  files: string[]
}

export function keptAssets(dist: string): Plugin {
  return {
    name: 'yizhan:kept-assets',
    apply: 'build',
    writeBundle(_options, bundle) {
      const record = join(dist, 'builds.json')
      const earlier = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf-8')) as Build[]) : []
      const now = new Date()
      const files = Object.keys(bundle).filter((file) => file.startsWith('assets/')).toSorted()
      const { kept, gone } = settleBuilds(earlier, { at: now.toISOString(), files }, now)
      for (const file of gone) rmSync(join(dist, file), { force: true })
      writeFileSync(record, JSON.stringify(kept, null, 1))
    },
  }
}

/** Which builds stay on record after this one, and which files nobody can ask for any more. */
export function settleBuilds(earlier: Build[], latest: Build, now: Date): { kept: Build[]; gone: string[] } {
  // The same files built again are the same build, only later.
  const others = earlier.filter((build) => build.files.join() !== latest.files.join())
  const young = others.filter((build) => now.getTime() - Date.parse(build.at) < KEPT_MS)
  const kept = [...young, latest]
  const needed = new Set(kept.flatMap((build) => build.files))
  const gone = others.flatMap((build) => build.files).filter((file) => !needed.has(file))
  return { kept, gone: [...new Set(gone)] }
}
