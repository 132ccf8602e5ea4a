/** A list's file on its way in: read to rows, looked at by the campaign's own rules, and every fault with its place. */

import { api, ask, type Answer } from '@/api/client'
import type { RosterReport, RosterSheet } from '@/api/wire'
import { asBase64 } from './imports'

/** One thing to mend, where it is in the sheet, in both languages. */
export interface RosterFault {
  sheet: string
  row: number | null
  column: string | null
  title: string | null
  zh: string
  en: string
}

/** What a file would do, and the rows to bring in; the same document and rows go in later. */
export interface RosterTrial {
  documentNo: string
  rows: RosterSheet['rows']
  faults: RosterFault[]
  ignored: readonly string[]
  byClass: Readonly<Record<string, number>>
  over: string
}

/** Where the sheet to fill is. */
export const ROSTER_TEMPLATE = '/api/v1/office/roster-sheets/template'

/** Reads the file and looks at its rows; nothing is kept of either. */
export async function tryRoster(campaignId: string, id: string, documentNo: string, file: File): Promise<Answer<RosterTrial>> {
  const content = await asBase64(file).catch(() => '')
  const read = await ask(api.POST('/api/v1/office/roster-sheets', { body: { file: content } }))
  if (!read.ok) return read
  const { rows, faults, ignored_columns: ignored } = read.value
  const unread = { documentNo, rows, faults, ignored, byClass: {}, over: '' }
  // A file that cannot be read to its end is mended first.
  if (faults.length > 0 || rows.length === 0) return { ...read, value: unread }
  const looked = await bringIn(campaignId, id, unread, true)
  if (!looked.ok) return looked
  const { by_class: byClass, over_cap: over } = looked.value
  const found = looked.value.faults.map((fault) => placed(fault, read.value))
  return { ...looked, value: { ...unread, faults: found, byClass, over } }
}

/** Brings the rows in, for somebody else to confirm; the same id again has the same answer. */
export function bringIn(campaignId: string, id: string, trial: RosterTrial, dryRun = false): Promise<Answer<RosterReport>> {
  const body = { roster_id: id, document_no: trial.documentNo, rows: trial.rows, dry_run: dryRun }
  const params = { path: { campaign_id: campaignId } }
  return ask(api.POST('/api/v1/office/campaigns/{campaign_id}/rosters', { params, body }))
}

/** A fault of a row's field, with the column in which the sheet has it. */
export function placed(fault: RosterReport['faults'][number], sheet: RosterSheet): RosterFault {
  const column = sheet.columns.find(({ field }) => field === fault.column)
  const [zh = '', en = zh] = fault.detail.split(' / ')
  return { sheet: sheet.sheet, row: fault.row, column: column?.letter || null, title: column?.zh ?? null, zh, en }
}
