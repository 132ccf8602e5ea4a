/** Takes one step at the desk: a signature, the proof of money, or a turn of the wheel. */

import { api, ask, type Answer } from '@/api/client'
import type { BoardAnswer } from '@/api/wire'
import type { Act } from './steps'

export interface Particulars {
  /** The act's own id: pressed again after a lost answer, the same act. */
  id: string
  document: string
  bank: string
  amountFen: number
  /** Of the bank's receipt. */
  fileSha256: string
  /** A note, or the reason of a pause or of sending back. */
  note: string
  scope: 'claims' | 'everything'
  deputyFor: string | null
}

export function takeStep(
  { campaign_id, version }: Pick<BoardAnswer, 'campaign_id' | 'version'>,
  act: Act,
  { id, document, bank, amountFen, fileSha256, note, scope, deputyFor }: Particulars,
): Promise<Answer<unknown>> {
  const path = { campaign_id }
  if (act === 'fund') {
    const body = {
      funding_id: id,
      version,
      document_no: document,
      bank_voucher_no: bank,
      amount_fen: amountFen,
      file_sha256: fileSha256,
    }
    return ask(api.POST('/api/v1/office/campaigns/{campaign_id}/funding', { params: { path }, body }))
  }
  if (act === 'run' || act === 'pause' || act === 'resume' || act === 'end') {
    const body = { turn_id: id, turn: act, scope, ...(note ? { reason: note } : {}) }
    return ask(api.POST('/api/v1/office/campaigns/{campaign_id}/turns', { params: { path }, body }))
  }
  const body = {
    decision_id: id,
    version,
    step: act,
    document_no: document || null,
    note: note || null,
    deputy_for: deputyFor,
  }
  return ask(api.POST('/api/v1/office/campaigns/{campaign_id}/signatures', { params: { path }, body }))
}
