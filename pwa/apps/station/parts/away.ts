/** Is the county out of reach? What it checks on the spot is not offered then, and a note above says why. */

import { computed, type ComputedRef } from 'vue'
import { connection } from '@/offline/connection'

export const away: ComputedRef<boolean> = computed(() => connection.value !== 'online')
