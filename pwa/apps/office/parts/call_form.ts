/** A call for merchants as a form: what is typed, and what is sent of it. */

import type { CallVersion, FileKind, LicenceKind, SizeClass, Trade } from '@/api/wire'
import { formDay } from '@/kernel/instants'
import { instantOf, readCount } from './plan_form'

const DAYS = '7'
/** A change of published rules is told so long before it counts. */
export const AHEAD_DAYS = 7
const DAY_MS = 24 * 3600 * 1000

export interface CallFields {
  titleZh: string
  titleEn: string
  textZh: string
  textEn: string
  documentNo: string
  trades: Trade[]
  towns: string[]
  sizes: SizeClass[]
  licences: LicenceKind[]
  files: FileKind[]
  opensDay: string
  opensTime: string
  closesDay: string
  closesTime: string
  days: string
}

export type CallRulesBody = Omit<CallVersion, 'version' | 'published_at' | 'effective_at'>

export function newCall(): CallFields {
  return {
    titleZh: '',
    titleEn: '',
    textZh: '',
    textEn: '',
    documentNo: '',
    trades: [],
    towns: [],
    sizes: [],
    licences: [],
    files: ['business_licence'],
    opensDay: '',
    opensTime: '09:00',
    closesDay: '',
    closesTime: '18:00',
    days: DAYS,
  }
}

/** The rules that were published, to be changed under a document of their own. */
export function fieldsOf(rules: CallVersion): CallFields {
  const [opens, closes] = [new Date(rules.opens_at), new Date(rules.closes_at)]
  return {
    titleZh: rules.title_zh,
    titleEn: rules.title_en,
    textZh: rules.text_zh,
    textEn: rules.text_en,
    documentNo: '',
    trades: [...rules.trades],
    towns: [...rules.towns],
    sizes: [...rules.sizes],
    licences: [...rules.licences],
    files: [...rules.files],
    opensDay: formDay(opens),
    opensTime: timeOf(opens),
    closesDay: formDay(closes),
    closesTime: timeOf(closes),
    days: String(rules.objection_days),
  }
}

/** The same rules, ending on the first evening on which a change that is published now can count. */
export function endingEarly(rules: CallVersion, now: number): CallFields {
  return { ...fieldsOf(rules), closesDay: formDay(new Date(now + (AHEAD_DAYS + 1) * DAY_MS)), closesTime: '18:00' }
}

/** Whether a change that is published now can still count before the call ends. */
export const canChange = (rules: CallVersion, now: number): boolean =>
  new Date(rules.closes_at).getTime() >= now + AHEAD_DAYS * DAY_MS

/** What is sent; or the key of the sentence that says what is missing. */
export function rulesOf(form: CallFields): CallRulesBody | 'form.need.text' | 'form.need.moment' {
  const said = [form.titleZh, form.titleEn, form.textZh, form.textEn, form.documentNo].map((text) => text.trim())
  const [titleZh = '', titleEn = '', textZh = '', textEn = '', documentNo = ''] = said
  if (said.includes('')) return 'form.need.text'
  const opensAt = instantOf(form.opensDay, form.opensTime)
  const closesAt = instantOf(form.closesDay, form.closesTime)
  const days = readCount(form.days)
  if (!opensAt || !closesAt || !days) return 'form.need.moment'
  return {
    title_zh: titleZh,
    title_en: titleEn,
    text_zh: textZh,
    text_en: textEn,
    document_no: documentNo,
    trades: form.trades,
    towns: form.towns,
    sizes: form.sizes,
    licences: form.licences,
    files: form.files,
    opens_at: opensAt,
    closes_at: closesAt,
    objection_days: days,
  }
}

function timeOf(at: Date): string {
  return new Date(at.getTime() + 8 * 3600 * 1000).toISOString().slice(11, 16)
}
