/** May this browser keep shifts, registrations and vouchers by itself while the county is out of reach? */

import { shallowRef, watch, type ShallowRef } from 'vue'
import { away } from './away'

/** Asked anew whenever the line goes or comes; what answers is loaded then. */
export function keepsShifts(): ShallowRef<boolean> {
  const keeps = shallowRef(false)
  watch(
    away,
    async () => {
      const { mayKeepShifts } = await import('../away/shift_here')
      keeps.value = await mayKeepShifts().catch(() => false)
    },
    { immediate: true },
  )
  return keeps
}
