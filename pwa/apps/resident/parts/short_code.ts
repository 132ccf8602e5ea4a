/** A short code that the county made for one voucher: digits, the same as a picture, and how long both are good. */

import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { textOf } from '@/api/problem_text'
import { useCountyNow } from '@/offline/county_clock'

export interface MadeCode {
  readonly digits: string
  /** The address of the picture, which the county drew. */
  readonly picture: string
  readonly endsAt: number
}

export interface ShortCodeMaking {
  code: ShallowRef<MadeCode | null>
  seconds: ComputedRef<number>
  busy: ShallowRef<boolean>
  problem: ShallowRef<string>
  make: () => Promise<void>
}

export function useShortCode(voucherId: string): ShortCodeMaking {
  const now = useCountyNow()
  const code = shallowRef<MadeCode | null>(null)
  const busy = shallowRef(false)
  const problem = shallowRef('')
  const seconds = computed(() => (code.value ? Math.max(0, Math.ceil((code.value.endsAt - now.value) / 1000)) : 0))

  async function make(): Promise<void> {
    busy.value = true
    const path = { voucher_id: voucherId }
    const answer = await ask(api.POST('/api/v1/me/vouchers/{voucher_id}/short-code', { params: { path } }))
    busy.value = false
    problem.value = answer.ok ? '' : textOf(answer.problem)
    if (!answer.ok) {
      code.value = null
      return
    }
    const { code: digits, qr_png, expires_at } = answer.value
    code.value = { digits, picture: `data:image/png;base64,${qr_png}`, endsAt: Date.parse(expires_at) }
  }

  return { code, seconds, busy, problem, make }
}
