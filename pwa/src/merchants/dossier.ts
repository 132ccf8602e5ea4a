/** What somebody fills in who applies as a merchant-to-be: a form, what is missing in it, and what is sent. */

import type { FieldProblem } from '@/api/problem'
import type { ApplicationAnswer, CallVersion, DossierBody, FileKind, LicenceKind, Organisation, SizeClass, Trade } from '@/api/wire'
import { named } from '@/i18n/when'
import { dayNumber, noon } from '@/kernel/instants'
import { TRADES } from '@/vouchers/terms_words'

export const ORGANISATIONS = ['individual', 'enterprise', 'cooperative'] as const satisfies readonly Organisation[]
export const SIZES = ['below', 'above'] as const satisfies readonly SizeClass[]
export const LICENCES = ['food_business', 'food_production', 'hygiene'] as const satisfies readonly LicenceKind[]
export const FILES = ['business_licence', 'trade_licence', 'premises', 'commitment', 'bank_proof'] as const satisfies readonly FileKind[]

/** As the county writes it where nobody grows for somebody else. */
const OWN_PRODUCE = { zh: '自产自销农产品，免办食品经营许可证', en: 'own farm produce, exempt from a food licence' }
const CREDIT_CODE = /^[0-9A-Z]{18}$/
const MOBILE = /^1\d{10}$/

/** What of a call an application has to fit. */
export type CallAsks = Pick<CallVersion, 'trades' | 'towns' | 'sizes' | 'licences' | 'files'>

/** No call: a clerk admits a merchant whose papers were seen at the desk. */
export const NOTHING_ASKED: CallAsks = { trades: [], towns: [], sizes: [], licences: [], files: [] }

export interface LicenceLine {
  kind: LicenceKind
  number: string
  until: string
}

/** A paper of each kind, by its SHA-256; the file itself stays with its owner. */
export type PaperHashes = Partial<Record<FileKind, string>>

export interface DossierForm {
  nameZh: string
  nameEn: string
  trade: Trade
  organisation: Organisation
  size: SizeClass
  town: string
  address: string
  opens: string
  closes: string
  phone: string
  registeredName: string
  creditCode: string
  licences: LicenceLine[]
  ownProduce: boolean
  contactName: string
  contactPhone: string
}

/** The form for a call: what the call leaves no choice about is filled in. */
export function emptyForm(rules: CallAsks): DossierForm {
  const trades = tradesOf(rules)
  return {
    nameZh: '',
    nameEn: '',
    trade: trades[0] ?? 'catering',
    organisation: 'individual',
    size: sizesOf(rules)[0] ?? 'below',
    town: rules.towns.length === 1 ? (rules.towns[0] ?? '') : '',
    address: '',
    opens: '08:00',
    closes: '20:00',
    phone: '',
    registeredName: '',
    creditCode: '',
    licences: rules.licences.map((kind) => ({ kind, number: '', until: '' })),
    ownProduce: false,
    contactName: '',
    contactPhone: '',
  }
}

/** The form as it was handed in. */
export function formOf(application: ApplicationAnswer): DossierForm {
  const { premises } = application
  return {
    nameZh: application.name_zh,
    nameEn: application.name_en === application.name_zh ? '' : application.name_en,
    trade: application.trade,
    organisation: application.organisation,
    size: application.size,
    town: premises.town_code,
    address: premises.address_zh,
    opens: premises.opens,
    closes: premises.closes,
    phone: premises.phone,
    registeredName: application.registered_name,
    creditCode: application.credit_code,
    licences: application.licences.map(({ kind, number, valid_until }) => ({ kind, number, until: valid_until })),
    ownProduce: application.exemption !== null,
    contactName: application.contact_name,
    contactPhone: application.contact_phone,
  }
}

/** The trades, and the sizes, that a call is for. */
export const tradesOf = (rules: CallAsks): readonly Trade[] => (rules.trades.length > 0 ? rules.trades : TRADES)
export const sizesOf = (rules: CallAsks): readonly SizeClass[] => (rules.sizes.length > 0 ? rules.sizes : SIZES)

export const codeOf = (text: string): string => text.replaceAll(/\s/g, '').toUpperCase()
export const isCreditCode = (text: string): boolean => CREDIT_CODE.test(codeOf(text))
export const mobileOf = (text: string): string => text.replaceAll(/\D/g, '').replace(/^86(?=1\d{10}$)/, '')
export const isMobile = (text: string): boolean => MOBILE.test(mobileOf(text))

const isFinished = ({ number, until }: LicenceLine): boolean => number.trim().length >= 4 && until !== ''
export const areFinished = (lines: readonly LicenceLine[]): boolean => lines.every(isFinished)

/** Whether everything that can be seen from here is filled in; the county looks closer. */
export function isComplete(form: DossierForm): boolean {
  return isMerchantComplete(form) && form.contactName.trim() !== '' && isMobile(form.contactPhone)
}

/** The same of the merchant itself, whoever speaks for it. */
export function isMerchantComplete(form: DossierForm): boolean {
  const said = [form.nameZh, form.town, form.address, form.opens, form.closes, form.phone, form.registeredName]
  return said.every((text) => text.trim() !== '') && isCreditCode(form.creditCode) && areFinished(form.licences)
}

export function licencesOf(lines: readonly LicenceLine[]): NonNullable<DossierBody['licences']> {
  return lines.map(({ kind, number, until }) => ({ kind, number: number.trim(), valid_until: until }))
}

export function exemptionOf(ownProduce: boolean): typeof OWN_PRODUCE | null {
  return ownProduce ? OWN_PRODUCE : null
}

export function filesOf(hashes: PaperHashes): { kind: FileKind; sha256: string }[] {
  return FILES.flatMap((kind) => (hashes[kind] ? [{ kind, sha256: hashes[kind] }] : []))
}

export function bodyOf(form: DossierForm, hashes: PaperHashes): Omit<DossierBody, 'application_id'> {
  const name = form.nameZh.trim()
  const address = form.address.trim()
  return {
    name_zh: name,
    name_en: form.nameEn.trim() || name,
    registered_name: form.registeredName.trim(),
    about_zh: '',
    about_en: '',
    trade: form.trade,
    organisation: form.organisation,
    size: form.size,
    credit_code: codeOf(form.creditCode),
    licences: licencesOf(form.licences),
    exemption: exemptionOf(form.trade === 'farm' && form.ownProduce),
    premises: {
      town_code: form.town,
      address_zh: address,
      address_en: address,
      opens: form.opens,
      closes: form.closes,
      phone: form.phone.trim(),
    },
    files: filesOf(hashes),
    contact_name: form.contactName.trim(),
    contact_phone: mobileOf(form.contactPhone),
  }
}

/** What is sent of a mended form: an address that stays keeps its English words, which the form does not ask for. */
export function mendedBody(
  form: DossierForm,
  hashes: PaperHashes,
  { premises }: ApplicationAnswer,
): Omit<DossierBody, 'application_id'> {
  const body = bodyOf(form, hashes)
  if (body.premises.address_zh !== premises.address_zh) return body
  return { ...body, premises: { ...body.premises, address_en: premises.address_en } }
}

/** What the county says about one field, in the person's language; what lies inside it counts too. */
export function toldAt(fields: readonly FieldProblem[], pointer: string): string | undefined {
  const found = fields.find((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`))
  if (!found) return undefined
  const [zh = '', en = zh] = found.detail.split(' / ')
  return named(zh, en)
}

/** Whole days until a licence's last day; below zero once it has ended. */
export function daysLeft(validUntil: string, now: number): number {
  return dayNumber(new Date(noon(validUntil))) - dayNumber(new Date(now))
}
