/** What the trail tells of: the kinds of things in words, and the things of a kind by their names and numbers. */

import { api, ask, type Answer } from '@/api/client'
import type { Problem } from '@/api/problem'
import type { CampaignAnswer, StaffAnswer } from '@/api/wire'
import { dateOf, momentOf, named } from '@/i18n/when'
import { noon } from '@/kernel/instants'
import { yuan } from '@/kernel/money'
import { roleName } from '@/staff/roles'
import { tt } from '../texts/trail'
import zh from '../texts/trail/zh'
import { everybody } from './people'

/** One thing as people know it, in the language on the screen. */
export interface Subject {
  readonly id: string
  /** Its name, and a number where it has one that is written on paper. */
  readonly text: string
  /** The name alone, for a row of the trail. */
  readonly name: string
}

/** A thing that is called anew when the language changes. */
export const called = (id: string, text: () => string, name = text): Subject => ({
  id,
  get text() {
    return text()
  },
  get name() {
    return name()
  },
})

export type Subjects = { ok: true; value: Subject[] } | { ok: false; problem: Problem }
type Lister = () => Promise<Subjects>
type Query = { limit: number; cursor?: string }

/** More of a kind than anybody chooses from; a loop must end. */
const MOST = 5_000

const LISTS = {
  'campaign': () => ofCampaigns((one) => [called(one.campaign_id, () => named(one.title_zh, one.title_en))]),
  'round': () =>
    ofCampaigns(({ rounds, title_zh, title_en }) =>
      rounds.map((one) => called(one.round_id, () => `${named(title_zh, title_en)} · ${named(one.name_zh, one.name_en)}`)),
    ),
  'roster': rosters,
  'merchant': () =>
    walk(
      (query) => ask(api.GET('/api/v1/office/merchants', { params: { query } })),
      ({ merchant }) => numbered(merchant.merchant_id, merchant),
    ),
  'merchant-application': () =>
    walk(
      (query) => ask(api.GET('/api/v1/office/merchant-applications', { params: { query } })),
      (one) => numbered(one.application_id, one),
    ),
  'merchant-call': () =>
    walk(
      (query) => ask(api.GET('/api/v1/public/merchant-calls', { params: { query } })),
      ({ call_id, rules }) => called(call_id, () => `${named(rules.title_zh, rules.title_en)} · ${rules.document_no}`),
    ),
  'payout-run': () =>
    walk(
      (query) => ask(api.GET('/api/v1/office/payout-runs', { params: { query } })),
      (one) => called(one.run_id, () => `${momentOf(one.prepared_at)} · ${yuan(one.amount_fen)}`),
    ),
  'clearing': () =>
    walk(
      (query) => ask(api.GET('/api/v1/office/clearing', { params: { query } })),
      ({ day, total_fen }) => called(day, () => `${dateOf(noon(day))} · ${yuan(total_fen)}`),
    ),
  'station': () =>
    walk(
      (query) => ask(api.GET('/api/v1/stations', { params: { query } })),
      (one) => called(one.station_id, () => named(one.name_zh, one.name_en)),
    ),
  'shift': () =>
    walk(
      (query) => ask(api.GET('/api/v1/office/shifts', { params: { query } })),
      (one) =>
        called(
          one.shift_id,
          () => `${one.operator_name} · ${named(one.station_zh, one.station_en)} · ${momentOf(one.opened_at)}`,
        ),
    ),
  'staff': async () => {
    const found = await everybody()
    if (!found.ok) return found
    return { ok: true, value: found.value.map(member) }
  },
  'machine-key': () =>
    walk(
      (query) => ask(api.GET('/api/v1/office/machine-keys', { params: { query } })),
      ({ id, name, hint }) => called(id, () => `${name} · ${hint}`),
    ),
} satisfies Record<string, Lister>

export type NamedKind = keyof typeof LISTS

/** What somebody may look for, in the order in which the county meets it. */
export const KINDS = [
  ...(['campaign', 'round', 'roster', 'entry', 'voucher', 'redemption', 'merchant', 'store', 'merchant-call'] as const),
  ...(['merchant-application', 'payout-run', 'clearing', 'station', 'station-policy', 'shift', 'resident', 'staff'] as const),
  ...(['session', 'phone', 'machine-key', 'import', 'county', 'night', 'town', 'village', 'spot', 'van'] as const),
] as const

/** Whether the things of a kind have names to choose from. */
export const isNamed = (kind: string): kind is NamedKind => kind in LISTS

export const listOf = (kind: NamedKind): Promise<Subjects> => LISTS[kind]()

/** The kind in words; one that was added later and has none yet is simply another one. */
export function kindWords(kind: string): string {
  const key = `kind.${kind}`
  return tt(key in zh ? (key as keyof typeof zh & `kind.${string}`) : 'kind.other')
}

/** Those that hold every one of the words; capitals and full-width signs are no difference. */
export function matchingSubjects(all: readonly Subject[], words: string): readonly Subject[] {
  const sought = folded(words).split(/\s+/).filter(Boolean)
  return all.filter(({ text }) => sought.every((word) => folded(text).includes(word)))
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Of the same name there are several: their posts tell them apart. */
function member({ id, name, roles }: StaffAnswer): Subject {
  return called(id, () => [name, ...roles.map(roleName)].join(' · '), () => name)
}

/** Whoever has a licence is found by its number too. */
function numbered(id: string, one: { name_zh: string; name_en: string; credit_code: string }): Subject {
  const name = (): string => named(one.name_zh, one.name_en)
  return called(id, () => `${name()} · ${one.credit_code}`, name)
}

async function walk<Item>(
  page: (query: Query) => Promise<Answer<{ items: Item[]; next_cursor?: string | null }>>,
  told: (item: Item) => Subject,
): Promise<Subjects> {
  const found: Subject[] = []
  let cursor: string | null | undefined
  do {
    // Each page is asked for by the one before it.
    const answer = await page({ limit: 100, ...(cursor ? { cursor } : {}) })
    if (!answer.ok) return answer
    found.push(...answer.value.items.map(told))
    cursor = answer.value.next_cursor
  } while (cursor && found.length < MOST)
  return { ok: true, value: found }
}

async function ofCampaigns(told: (campaign: CampaignAnswer) => Subject[]): Promise<Subjects> {
  const answer = await ask(api.GET('/api/v1/office/campaigns', { params: { query: { limit: 100 } } }))
  return answer.ok ? { ok: true, value: answer.value.items.flatMap(told) } : answer
}

/** Lists of recipients are kept with their campaigns. */
async function rosters(): Promise<Subjects> {
  const campaigns = await ofCampaigns((one) => [called(one.campaign_id, () => named(one.title_zh, one.title_en))])
  if (!campaigns.ok) return campaigns
  const found: Subject[] = []
  for (const campaign of campaigns.value) {
    const path = { campaign_id: campaign.id }
    const lists = await walk(
      (query) => ask(api.GET('/api/v1/office/campaigns/{campaign_id}/rosters', { params: { path, query } })),
      (one) => called(one.roster_id, () => `${campaign.text} · ${one.document_no}`),
    )
    if (!lists.ok) return lists
    found.push(...lists.value)
  }
  return { ok: true, value: found }
}
