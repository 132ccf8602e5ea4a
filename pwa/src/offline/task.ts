/** Is somebody in the middle of something? While a form is half filled or money is moving, no update is offered. */

import { computed, onScopeDispose, shallowReactive, shallowRef, type Ref } from 'vue'

const tasks = shallowReactive(new Set<Readonly<Ref<boolean>>>())

/** Something was typed on this page, whatever the page itself knows of tasks; it ends when the page is left. */
const typed = shallowRef(false)

export const inTask = computed(() => typed.value || [...tasks].some((busy) => busy.value))

/** Notices from now on when somebody types. */
export function watchTyping(): void {
  addEventListener('input', ({ target }) => {
    if (target instanceof HTMLTextAreaElement) typed.value = true
    else if (target instanceof HTMLInputElement && !/^(radio|checkbox|file)$/.test(target.type)) typed.value = true
  })
}

/** Another page is shown. */
export function leavePage(): void {
  typed.value = false
}

/** Declares, for as long as the calling component lives, when it must not be disturbed. */
export function useTask(busy: Readonly<Ref<boolean>>): void {
  tasks.add(busy)
  onScopeDispose(() => tasks.delete(busy))
}
