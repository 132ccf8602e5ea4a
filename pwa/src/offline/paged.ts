/** A list that the county gives page by page: the first page at once, the next when somebody asks for more. */

import { shallowRef, type ShallowRef } from 'vue'
import type { Answer } from '@/api/client'
import type { Problem } from '@/api/problem'
import { useLoaded, type Kept, type Loaded } from './loaded'

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
  /** Loads what is left, up to `most` items altogether. */
  all: (most: number) => Promise<void>
}

const LARGEST_PAGE = 100

/**
 * Loads the first page at once; `load` is asked for the page after a cursor, and for how many items where not for as many
 * as it likes. What `recallKept` finds on the phone stands there until the county has answered.
 */
export function usePaged<Item>(
  load: (cursor: string | undefined, limit?: number) => Promise<Answer<Page<Item>>>,
  recallKept?: () => Promise<Kept<readonly Item[]> | undefined>,
): Paged<Item> {
  const hasMore = shallowRef(false)
  const busy = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  let cursor: string | undefined

  const first = useLoaded<readonly Item[]>(async () => {
    const answer = await load(undefined)
    if (!answer.ok) return answer
    note(answer.value)
    return { ...answer, value: answer.value.items }
  }, recallKept)

  async function more(): Promise<void> {
    if (busy.value) return
    busy.value = true
    await next()
    busy.value = false
  }

  async function all(most: number): Promise<void> {
    if (busy.value) return
    busy.value = true
    let left = most - (first.content.value?.length ?? 0)
    while (left > 0 && (await next(Math.min(left, LARGEST_PAGE)))) left = most - (first.content.value?.length ?? 0)
    busy.value = false
  }

  /** Whether another page came and there is more. */
  async function next(limit?: number): Promise<boolean> {
    const [before, asked] = [first.content.value, cursor]
    if (!asked) return false
    const answer = await load(asked, limit)
    // Meanwhile the list may have been loaded anew.
    if (first.content.value !== before) return false
    problem.value = answer.ok ? null : answer.problem
    if (!answer.ok) return false
    first.content.value = [...(before ?? []), ...answer.value.items]
    note(answer.value)
    return cursor !== undefined
  }

  function note(page: Page<Item>): void {
    cursor = page.next_cursor ?? undefined
    hasMore.value = cursor !== undefined
  }

  return { first, hasMore, busy, problem, more, all }
}
