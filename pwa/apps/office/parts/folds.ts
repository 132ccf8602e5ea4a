/** Which parts of a long form are open: the one being edited, and each that has something to mend. */

import { computed, reactive } from 'vue'

/** `ids` are the parts in their order, `wrong` the places in it of those that have something to mend. */
export function useFolds(ids: () => readonly string[], wrong: () => ReadonlySet<number>) {
  const open = reactive(new Set<string>())
  const broken = computed(() => ids().filter((_, nth) => wrong().has(nth)))

  function only(wanted: readonly string[]): void {
    open.clear()
    for (const id of wanted) open.add(id)
  }

  return {
    isOpen: (id: string): boolean => open.has(id),
    isWrong: (id: string): boolean => broken.value.includes(id),
    /** A form was just read: its only part is open, or none of several. */
    start: () => only(ids().length === 1 ? ids() : []),
    /** Folds an open part; opens a folded one, and folds the others that have nothing to mend. */
    press: (id: string) => {
      if (!open.delete(id)) only([id, ...broken.value.filter((one) => open.has(one))])
    },
    /** A part that was just added is the one being edited. */
    add: (id: string) => only([id, ...broken.value]),
    /** Something was found to mend: all of its parts are open. */
    mend: () => {
      if (broken.value.length > 0) only(broken.value)
    },
  }
}
