/** Is somebody in the middle of something? While a form is half filled or money is moving, no update is offered. */

import { computed, onScopeDispose, shallowReactive, type Ref } from 'vue'

const tasks = shallowReactive(new Set<Readonly<Ref<boolean>>>())

export const inTask = computed(() => [...tasks].some((busy) => busy.value))

/** Declares, for as long as the calling component lives, when it must not be disturbed. */
export function useTask(busy: Readonly<Ref<boolean>>): void {
  tasks.add(busy)
  onScopeDispose(() => tasks.delete(busy))
}
