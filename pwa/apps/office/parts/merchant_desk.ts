/** What the desk does with one merchant: its standing, its shops, the lists it is on, its accounts. */

import { api, ask, type Answer } from '@/api/client'
import type { BankAccountAnswer, Me, MerchantAnswer, MerchantState, NewPapers, ProposedAccount } from '@/api/wire'
import { townName } from '@/county/towns'
import { named } from '@/i18n/when'
import { has } from '@/staff/roles'
import { t as td } from '../texts'
import { t } from '../texts/merchant'
import { accountActs, type DeskAct, type Given } from './desk_acts'

export const STATES = ['admitted', 'suspended', 'ended'] as const satisfies readonly MerchantState[]
export const STATE_TONES = { admitted: 'good', suspended: 'warn', ended: 'plain' } as const

const ending = (): DeskAct => ({ key: 'end', text: t('act.end'), about: t('act.end.about'), note: true, aside: true })

/** What may become of a merchant that stands so; nothing of one that has left. */
export function standingActs(state: MerchantState): DeskAct[] {
  if (state === 'admitted') {
    return [{ key: 'suspend', text: t('act.suspend'), about: t('act.suspend.about'), note: true, aside: true }, ending()]
  }
  return state === 'suspended' ? [{ key: 'reinstate', text: t('act.reinstate'), note: true }, ending()] : []
}

export function changeStanding(merchantId: string, act: string, { id, note }: Given): Promise<Answer<unknown>> {
  const params = { path: { merchant_id: merchantId } }
  const body = { change_id: id, reason: note }
  if (act === 'suspend') return ask(api.POST('/api/v1/office/merchants/{merchant_id}/suspend', { params, body }))
  if (act === 'reinstate') return ask(api.POST('/api/v1/office/merchants/{merchant_id}/reinstate', { params, body }))
  return ask(api.POST('/api/v1/office/merchants/{merchant_id}/end', { params, body }))
}

export const closingActs = (): DeskAct[] => [
  { key: 'close', text: t('stores.close'), about: t('stores.close.about'), note: true },
]

export function closeStore(merchantId: string, storeId: string, { id, note }: Given): Promise<Answer<unknown>> {
  const params = { path: { merchant_id: merchantId, store_id: storeId } }
  const body = { change_id: id, reason: note }
  return ask(api.POST('/api/v1/office/merchants/{merchant_id}/stores/{store_id}/close', { params, body }))
}

export const unlistingActs = (): DeskAct[] => [
  { key: 'off', text: t('lists.off'), about: t('lists.off.about'), note: true },
]

export function takeOffList(merchantId: string, callId: string, { id, note }: Given): Promise<Answer<unknown>> {
  const params = { path: { merchant_id: merchantId, call_id: callId } }
  const body = { change_id: id, reason: note }
  return ask(api.POST('/api/v1/office/merchant-calls/{call_id}/merchants/{merchant_id}/end', { params, body }))
}

export function handInPapers(merchantId: string, body: NewPapers): Promise<Answer<unknown>> {
  const params = { path: { merchant_id: merchantId } }
  return ask(api.POST('/api/v1/office/merchants/{merchant_id}/papers', { params, body }))
}

export function proposeAccount(merchantId: string, body: ProposedAccount): Promise<Answer<unknown>> {
  const params = { path: { merchant_id: merchantId } }
  return ask(api.POST('/api/v1/office/merchants/{merchant_id}/bank-accounts', { params, body }))
}

/** An address with its town; most addresses name it themselves. */
export function whereOf(premises: MerchantAnswer['premises']): string {
  const [town, address] = [townName(premises.town_code), named(premises.address_zh, premises.address_en)]
  return address.includes(town) ? address : `${town} ${address}`
}

/** It does not count yet, so that it can be taken back. */
export const isComing = ({ state, effective_at }: BankAccountAnswer, now: number): boolean =>
  state === 'proposed' || (state === 'approved' && effective_at !== null && new Date(effective_at).getTime() > now)

/** What somebody may do with an account: approve another's proposal, take back what does not count yet, look. */
export function actsOfAccount(one: BankAccountAnswer, me: Me | null, now: number): DeskAct[] {
  const signs = has(me, 'reviewer') || has(me, 'approver')
  if (!signs && !has(me, 'office')) return []
  const decides = one.state === 'proposed' && signs && one.proposed_by !== me?.id
  return [
    ...(decides ? accountActs() : []),
    ...(!decides && isComing(one, now) ? [{ key: 'refuse', text: t('accounts.back'), note: true, aside: true }] : []),
    { key: 'look', text: t('accounts.look'), about: t('accounts.look.about'), note: true, noteName: td('desk.purpose'), noteMost: 60, aside: true },
  ]
}

export function lookAtAccount(accountId: string, { note }: Given): Promise<Answer<BankAccountAnswer>> {
  const params = { path: { account_id: accountId } }
  return ask(api.POST('/api/v1/office/bank-accounts/{account_id}/look', { params, body: { purpose: note } }))
}
