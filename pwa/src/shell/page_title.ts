/** What a page is called once it knows more of its subject than its route does. */

import { computed, onScopeDispose, shallowRef, type ComputedRef } from 'vue'

const own = shallowRef<ComputedRef<string | undefined> | null>(null)

/** The name that the page on the screen has given itself; empty until it has. */
export const ownTitle = computed(() => own.value?.value ?? '')

/** Names the page for as long as it is on the screen; until there is a name, it is called as its route says. */
export function useTitle(title: () => string | undefined): void {
  const mine = computed(title)
  own.value = mine
  // The page that follows is set up before this one goes.
  onScopeDispose(() => {
    if (own.value === mine) own.value = null
  })
}
