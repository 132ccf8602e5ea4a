/** Which places are shown, and in which order? Pure: the clock, the town, the position and the voucher come from outside. */

import type { PremisesAnswer, ShopAnswer, StationAnswer, Trade } from '@/api/wire'
import { distanceM, type Point } from '@/kernel/distance'
import { isOpen, openingAt, type Opening } from '@/kernel/opening_hours'
import { isTakenAt, type Terms } from '@/vouchers/rules'
import type { Places } from './places'

/** A shop or a station as a line of the list. */
export interface Place {
  readonly key: string
  readonly kind: 'shop' | 'fixed' | 'van'
  readonly trade: Trade | null
  readonly name_zh: string
  readonly name_en: string
  /** Which of a merchant's shops it is, where that is not its name already. */
  readonly branch_zh: string
  readonly branch_en: string
  readonly premises: PremisesAnswer
  readonly opening: Opening
  /** Somebody serves at the station now. */
  readonly attended: boolean
  /** Whole metres; null where the person or the place has no position. */
  readonly metres: number | null
  /** The position was made up for a demonstration. */
  readonly invented: boolean
  readonly shop: ShopAnswer | null
  readonly merchantId: string | null
}

/** Where somebody looks from, and what they want to see. */
export interface Wanted {
  readonly at: number
  readonly town: string
  readonly here: Point | null
  /** Everything, stations alone, or one trade. */
  readonly what: '' | 'station' | Trade
  readonly openOnly: boolean
  /** Of one voucher, or of several: a place that takes one of them is shown. */
  readonly terms: readonly Terms[] | null
}

/** The nearest first; without a position the own town, then what is open, then by name: an order that nobody can buy. */
export function choosePlaces(places: Places, wanted: Wanted): Place[] {
  const names = new Intl.Collator('zh-CN')
  return allPlaces(places, wanted)
    .filter((place) => wanted.what === '' || wanted.what === (place.trade ?? 'station'))
    .filter((place) => !wanted.openOnly || isOpen(place.opening))
    .filter((place) => wanted.terms === null || takesOne(place, places.shops, wanted.terms))
    .sort(
      (one, other) =>
        (one.metres ?? Infinity) - (other.metres ?? Infinity) ||
        Number(isIn(other, wanted.town)) - Number(isIn(one, wanted.town)) ||
        Number(isOpen(other.opening)) - Number(isOpen(one.opening)) ||
        names.compare(one.name_zh, other.name_zh),
    )
}

/** How many are open: shops and stations. */
export function countOpen(chosen: readonly Place[]): { shops: number; stations: number } {
  const open = chosen.filter(({ opening }) => isOpen(opening))
  const shops = open.filter(({ kind }) => kind === 'shop').length
  return { shops, stations: open.length - shops }
}

function allPlaces({ shops, stations }: Places, { at, here }: Wanted): Place[] {
  return [
    ...shops.map((shop) => fromShop(shop, at, here)),
    ...stations.map((station) => fromStation(station, at, here)),
  ]
}

function fromShop(shop: ShopAnswer, at: number, here: Point | null): Place {
  const isMain = shop.name_zh === shop.merchant_zh
  return {
    ...placed(shop.premises, at, here),
    key: shop.store_id,
    kind: 'shop',
    trade: shop.trade,
    name_zh: shop.merchant_zh,
    name_en: shop.merchant_en,
    branch_zh: isMain ? '' : shop.name_zh,
    branch_en: isMain ? '' : shop.name_en,
    attended: false,
    shop,
    merchantId: shop.merchant_id,
  }
}

function fromStation(station: StationAnswer, at: number, here: Point | null): Place {
  return {
    ...placed(station.premises, at, here),
    key: station.station_id,
    kind: station.kind,
    trade: null,
    name_zh: station.name_zh,
    name_en: station.name_en,
    branch_zh: '',
    branch_en: '',
    attended: station.attended,
    shop: null,
    merchantId: station.merchant_id,
  }
}

function placed(premises: PremisesAnswer, at: number, here: Point | null) {
  const { position } = premises
  const there = position && { latitude: Number(position.lat), longitude: Number(position.lon) }
  return {
    premises,
    opening: openingAt(premises, at),
    metres: here && there ? distanceM(here, there) : null,
    invented: position?.invented ?? false,
  }
}

/** A station takes what the shop takes that it is at the same time. */
function takesOne(place: Place, shops: readonly ShopAnswer[], terms: readonly Terms[]): boolean {
  const shop = place.shop ?? shops.find(({ merchant_id }) => merchant_id === place.merchantId)
  if (!shop) return false
  const counter = { merchant_id: shop.merchant_id, trade: shop.trade, town: shop.voucher_town_code, lists: shop.lists }
  return terms.some((one) => isTakenAt(one, counter))
}

const isIn = (place: Place, town: string): boolean => town !== '' && place.premises.town_code === town
