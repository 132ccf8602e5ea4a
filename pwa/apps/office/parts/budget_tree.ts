/** The lines of a budget in the order of a tree, each with the name that its plan gives it. */

import type { BoardAnswer } from '@/api/wire'
import { named } from '@/i18n/when'
import { t } from '../texts'

interface InTree {
  line_id: string
  parent_id: string | null
  level: string
  key: string
}

export interface Placed<Line> {
  line: Line
  depth: number
  name: string
}

/** Each line right behind the one that it is dealt from. */
export function inTree<Line extends InTree>(plan: BoardAnswer['plan'], lines: readonly Line[]): Placed<Line>[] {
  const below = (parent: string | null, depth: number): Placed<Line>[] =>
    lines
      .filter(({ parent_id }) => parent_id === parent)
      .flatMap((line) => [{ line, depth, name: nameOf(plan, line) }, ...below(line.line_id, depth + 1)])
  return below(null, 0)
}

function nameOf(plan: BoardAnswer['plan'], { level, key }: InTree): string {
  if (level === 'offline') return t('board.tree.offline')
  const kind = level === 'kind' && plan.kinds.find(({ code }) => code === key)
  const round = level === 'round' && plan.rounds.find(({ round_id }) => round_id === key)
  const found = kind || round
  return found ? named(found.name_zh, found.name_en) : t('board.tree.all')
}
