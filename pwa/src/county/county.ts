/**
 * Which county is this, whom does one call, and is everything here only shown?
 *
 * Told in the page itself, asked once a visit and remembered, so that the mark 演示数据, the name and the phone number
 * stand with the first letters, also on pages that are opened without a network.
 */

import { computed, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import type { CountyInfo } from '@/api/wire'
import { named } from '@/i18n/when'
import { read, remember } from '@/kernel/remembered'
import { paintCounty } from './colours'

const KEY = 'yizhan.county'

/** The county without its clock, which a page that is kept would tell wrong. */
export type CountyFacts = Omit<CountyInfo, 'server_time' | 'unix_ms'>

export const county = shallowRef<CountyFacts | null>(recalled())

export const countyName = computed(() => (county.value ? named(county.value.name_zh, county.value.name_en) : ''))

/** The address of the county's own sign, if it has one. */
export const countyLogo = computed(() => (county.value?.logo ? `/media/${county.value.logo}-192.webp` : ''))

/** Whether 演示数据 has to stand on every page. */
export const isDemonstration = computed(() => county.value?.demonstration ?? false)

let meeting: Promise<void> | null = null

/** Shows what was remembered at once, and what the county says now as soon as it has. */
export function meetCounty(): Promise<void> {
  paintCounty(county.value)
  meeting ??= askCounty()
  return meeting
}

/** Asks anew after the office has changed what the county shows. */
export async function meetCountyAgain(): Promise<void> {
  meeting = askCounty()
  await meeting
}

/** The county's division code, which is part of everything that a phone signs; undefined while nobody has told it. */
export async function countyCode(): Promise<string | undefined> {
  if (!county.value) await meetCounty()
  return county.value?.code
}

async function askCounty(): Promise<void> {
  const told = await ask(api.GET('/api/v1/county'))
  if (!told.ok) {
    meeting = null
    return
  }
  county.value = told.value
  remember(KEY, JSON.stringify(told.value))
  paintCounty(told.value)
}

function recalled(): CountyFacts | null {
  return parsed(read(KEY)) ?? parsed(document.getElementById('county')?.textContent)
}

function parsed(text: string | null | undefined): CountyFacts | null {
  try {
    return JSON.parse(text || 'null') as CountyFacts | null
  } catch {
    return null
  }
}
