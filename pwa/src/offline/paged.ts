/** A list that the county gives page by page: the first page at once, the next when somebody asks for more. */

import { shallowRef, type ShallowRef } from 'vue'
import type { Answer } from '@/api/client'
import type { Problem } from '@/api/problem'
import { useLoaded, type Loaded } from './loaded'

interface Page<Item> {
  items: Item[]
  next_cursor?: string | null
}

export interface Paged<Item> {
  first: Loaded<readonly Item[]>
  /** Whether there is more to come. */
  hasMore: ShallowRef<boolean>
  busy: ShallowRef<boolean>
  problem: ShallowRef<Problem | null>
  more: () => Promise<void>
}

/** Loads the first page at once; `load` is asked for the page after a cursor. */
export function usePaged<Item>(load: (cursor: string | undefined) => Promise<Answer<Page<Item>>>): Paged<Item> {
  const hasMore = shallowRef(false)
  const busy = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  let cursor: string | undefined

  const first = useLoaded<readonly Item[]>(async () => {
    const answer = await load(undefined)
    if (!answer.ok) return answer
    note(answer.value)
    return { ...answer, value: answer.value.items }
  })

  async function more(): Promise<void> {
    if (busy.value || !cursor) return
    busy.value = true
    const answer = await load(cursor)
    busy.value = false
    problem.value = answer.ok ? null : answer.problem
    if (!answer.ok) return
    first.content.value = [...(first.content.value ?? []), ...answer.value.items]
    note(answer.value)
  }

  function note(page: Page<Item>): void {
    cursor = page.next_cursor ?? undefined
    hasMore.value = cursor !== undefined
  }

  return { first, hasMore, busy, problem, more }
}
