/** The shops that take vouchers and the stations, as the county last told them; kept for a day without a network. */

import { watch } from 'vue'
import { api, ask, type Answer } from '@/api/client'
import type { ShopAnswer, StationAnswer } from '@/api/wire'
import { keep, recall } from '@/offline/kept'
import { useLoaded, type Kept, type Loaded } from '@/offline/loaded'
import { dropUnknownTown } from './whereabouts'

export interface TownName {
  readonly code: string
  readonly name_zh: string
  readonly name_en: string
}

/** Everything that is near somebody. */
export interface Places {
  readonly shops: readonly ShopAnswer[]
  readonly stations: readonly StationAnswer[]
  readonly towns: readonly TownName[]
}

interface KeptPlaces {
  readonly places: Places
  readonly at: number
}

const PAGE = 100
/** A county has a few hundred shops; a list without an end fills no phone. */
const MOST_PAGES = 20
const KEY = 'nearby'
const LASTS_MS = 24 * 3600 * 1000

/** What this phone knew at once, and what the county says as soon as it has. */
export function usePlaces(): Loaded<Places> {
  const places = useLoaded(loadPlaces, keptPlaces)
  watch(places.content, (found) => {
    if (found) dropUnknownTown(found.towns.map(({ code }) => code))
  })
  return places
}

async function loadPlaces(): Promise<Answer<Places>> {
  const [shops, stations, towns] = await Promise.all([
    everything((query) => ask(api.GET('/api/v1/shops', { params: { query } }))),
    everything((query) => ask(api.GET('/api/v1/stations', { params: { query } }))),
    ask(api.GET('/api/v1/places/towns')),
  ])
  if (!shops.ok) return shops
  if (!stations.ok) return stations
  if (!towns.ok) return towns
  const places: Places = {
    shops: shops.value,
    stations: stations.value,
    towns: towns.value.items.map(({ code, name_zh, name_en }) => ({ code, name_zh, name_en })),
  }
  await keep('seen', KEY, { places, at: Date.now() } satisfies KeptPlaces)
  return { ...towns, value: places }
}

/** What this phone saw in the last day; what is older may have moved or closed for good. */
export async function keptPlaces(): Promise<Kept<Places> | undefined> {
  const kept = await recall<KeptPlaces>('seen', KEY)
  return kept && Date.now() - kept.at < LASTS_MS ? { value: kept.places, at: new Date(kept.at) } : undefined
}

interface Page<Item> {
  readonly items: Item[]
  readonly next_cursor?: string | null
}

async function everything<Item>(
  load: (query: { limit: number; cursor?: string }) => Promise<Answer<Page<Item>>>,
): Promise<Answer<Item[]>> {
  const items: Item[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await load({ limit: PAGE, ...(cursor ? { cursor } : {}) })
    if (!answer.ok) return answer
    items.push(...answer.value.items)
    cursor = answer.value.next_cursor ?? undefined
    if (!cursor) return { ...answer, value: items }
  }
  return { ok: true, value: items, response: new Response() }
}
