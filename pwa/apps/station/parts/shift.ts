/** The operator's shift: as the county says, and without a network as it said last, marked with when that was. */

import { api, ask } from '@/api/client'
import type { ShiftAnswer } from '@/api/wire'
import { read, remember } from '@/kernel/remembered'
import { useLoaded, type Kept, type Loaded } from '@/offline/loaded'
import { useSession } from '@/session/session'

interface Current {
  shift: ShiftAnswer | null
}

interface Remembered extends Current {
  operator: string
  at: number
}

const KEY = 'yizhan.shift'

export function useShift(): Loaded<Current> {
  const operator = useSession().me?.id ?? ''
  return useLoaded<Current>(
    async () => {
      const answer = await ask(api.GET('/api/v1/shifts/current'))
      if (answer.ok) remember(KEY, JSON.stringify({ shift: answer.value.shift, operator, at: Date.now() }))
      return answer
    },
    async () => kept(operator),
  )
}

/** Only what was said to this operator. */
function kept(operator: string): Kept<Current> | undefined {
  try {
    const told = JSON.parse(read(KEY) ?? 'null') as Remembered | null
    return told?.operator === operator ? { value: { shift: told.shift }, at: new Date(told.at) } : undefined
  } catch {
    return undefined
  }
}
