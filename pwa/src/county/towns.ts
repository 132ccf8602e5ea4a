/** The names of the county's towns, which everything else knows by their codes. Asked once a visit, when needed. */

import { shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import type { TownAnswer } from '@/api/wire'
import { t } from '@/i18n'
import { named } from '@/i18n/when'

const towns = shallowRef<ReadonlyMap<string, TownAnswer>>(new Map())
let asking: Promise<void> | null = null

/** The name of a town; until the names are here, and for a code that is none, it is simply another town. */
export function townName(code: string): string {
  void meetTowns()
  const town = towns.value.get(code)
  return town ? named(town.name_zh, town.name_en) : t('town.other')
}

/** All towns, once they are here. */
export function allTowns(): readonly TownAnswer[] {
  void meetTowns()
  return [...towns.value.values()]
}

async function meetTowns(): Promise<void> {
  asking ??= ask(api.GET('/api/v1/places/towns')).then((answer) => {
    if (answer.ok) towns.value = new Map(answer.value.items.map((town) => [town.code, town]))
    // The next page that needs them tries again.
    else asking = null
    return undefined
  })
  await asking
}
