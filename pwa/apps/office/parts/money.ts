/** What the settlement desk decides and takes in, and what flags and reports say in words. */

import { api, ask, type Answer } from '@/api/client'
import type { DossierAnswer, HoldAnswer } from '@/api/wire'
import { yuan } from '@/kernel/money'
import { t } from '../texts/money'
import type { DeskAct, Given } from './desk_acts'

/** What waits for the review of its papers is released by that review alone. */
export const waitsForReview = ({ rule }: Pick<HoldAnswer, 'rule'>): boolean => rule === 'not-reviewed'

export const flagActs = (flag: Pick<HoldAnswer, 'rule'>): DeskAct[] => [
  ...(waitsForReview(flag) ? [] : [{ key: 'release', text: t('flag.release'), note: true }]),
  { key: 'uphold', text: t('flag.uphold'), note: true, aside: true },
]

export function decideFlag(holdId: string, act: string, { id, note }: Given): Promise<Answer<unknown>> {
  const body = { decision_id: id, release: act === 'release', note }
  return ask(api.POST('/api/v1/office/payout-holds/{hold_id}/decisions', { params: { path: { hold_id: holdId } }, body }))
}

export const dossierActs = (): DeskAct[] => [
  { key: 'approved', text: t('dossier.approve') },
  { key: 'returned', text: t('dossier.return'), note: true },
  { key: 'rejected', text: t('dossier.reject'), note: true },
]

export function decideDossier(
  { dossier_id, version }: Pick<DossierAnswer, 'dossier_id' | 'version'>,
  act: string,
  { id, note }: Given,
): Promise<Answer<unknown>> {
  const body = { review_id: id, version, to: act, note: note || null }
  return ask(api.POST('/api/v1/office/trade-in-dossiers/{dossier_id}/reviews', { params: { path: { dossier_id } }, body }))
}

export const runActs = (mine: boolean): DeskAct[] => [
  ...(mine ? [] : [{ key: 'send', text: t('run.send') }]),
  { key: 'back', text: t('run.back'), note: true },
]

export function decideRun(runId: string, act: string, { id, note }: Given): Promise<Answer<unknown>> {
  const body = { decision_id: id, send: act === 'send', note: note || null }
  return ask(api.POST('/api/v1/office/payout-runs/{run_id}/decisions', { params: { path: { run_id: runId } }, body }))
}

const PROOFS = ['acquirer_order', 'till_receipt', 'e_invoice', 'photo', 'none'] as const
type Proof = (typeof PROOFS)[number]
export const proofName = (kind: unknown): string =>
  PROOFS.includes(kind as Proof) ? t(`proof.${kind as Proof}`) : String(kind)

const PAPERS = ['invoice_no', 'model', 'serial_no', 'energy_level', 'old_appliance'] as const
const paperName = (field: unknown): string => {
  const known = PAPERS.find((one) => one === field)
  return known ? t(`paper.${known}`) : String(field)
}

const list = (value: unknown): string => (Array.isArray(value) ? value : [value]).map(String).join(', ')

/** What the rule saw, one sentence each. */
export function evidenceOf({ rule, evidence: seen }: Pick<HoldAnswer, 'rule' | 'evidence'>): string[] {
  if (rule === 'not-reviewed') {
    return [t('seen.papers', { papers: list((seen['needed'] as unknown[]).map(paperName)) })]
  }
  const told: string[] = []
  if ('needed' in seen) told.push(t('seen.needed', { kinds: (seen['needed'] as unknown[]).map(proofName).join(' / ') }))
  if ('given' in seen) told.push(t('seen.given', { kind: proofName(seen['given']) }))
  if ('order_no' in seen) told.push(t('seen.order', { number: String(seen['order_no']) }))
  if ('value' in seen) told.push(t('seen.value', { kind: proofName(seen['kind']), number: String(seen['value']) }))
  if ('just_above' in seen) told.push(t('seen.above', { count: Number(seen['just_above']), of: Number(seen['of']) }))
  if ('threshold_fen' in seen) told.push(t('seen.threshold', { fen: yuan(Number(seen['threshold_fen'])) }))
  if ('bills_fen' in seen) told.push(t('seen.bills', { bills: (seen['bills_fen'] as number[]).map((fen) => yuan(fen)).join(' + ') }))
  if ('in_a_row' in seen) told.push(t('seen.row', { count: Number(seen['in_a_row']) }))
  if ('seconds' in seen) told.push(t('seen.seconds', { seconds: Number(seen['seconds']) }))
  if ('times' in seen) told.push(t('seen.times', { count: Number(seen['times']) }))
  if ('metres' in seen) {
    told.push(t('seen.far', { km: String(Number(seen['metres']) / 1000), limit: String(Number(seen['limit_m']) / 1000) }))
  }
  if ('at' in seen) told.push(t('seen.at', { at: String(seen['at']), hours: list(seen['hours'] ?? '') }))
  return told
}
