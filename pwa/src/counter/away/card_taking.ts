/**
 * A paper card at its home tablet, without the county: which vouchers it is good for, what one would give, and taking it.
 *
 * The card opens its own row and nobody else does; what was looked at beside it (the last four signs of a document, or the
 * photo on it) is said by whoever looked. From there on a card goes the way of every voucher: the verdict, one strict
 * transaction, and only then is anything shown as accepted. Decision 0081.
 */

import { documentDigits } from '@/cards/document'
import { CARDS, openRow, rowName, type CardRow, type CardVoucher } from '@/cards/home_card'
import { isDemonstration } from '@/county/county'
import { verifyCard, type CardReason, type ShownCard } from '@/kernel/card'
import { cardProof, type Shown } from '@/offline/accepting'
import { briefingOf, type Briefing } from '@/offline/briefing'
import type { ClockReading } from '@/offline/clock'
import { openDatabase } from '@/offline/database'
import { settleTime } from '@/offline/device_time'
import type { CardProof } from '@/offline/event_body'
import { accept, look as lookAhead, type Writer } from '@/offline/journal'
import { look } from '@/offline/replica'
import { standingOf } from '@/offline/standing'
import { ownWriter, type AwayRefusal, type Taken } from './taking'

/** What was looked at beside the card. */
export type CardCheck = CardProof['check']

/** Why a card is not taken here. */
export type CardRefusal =
  | CardReason
  | AwayRefusal
  /** Another device is its home: here it works with the county alone. */
  | 'card-not-home'
  /** It ended, or was issued after this tablet was told last. */
  | 'card-no-row'
  /** What its owner has cannot be taken without the county, or was taken here before. */
  | 'card-no-voucher'

/** A voucher of the card's owner, with the name of its kind; empty where this tablet was not told of the kind. */
export interface HeldVoucher extends CardVoucher {
  readonly name_zh: string
  readonly name_en: string
  /** Whether this tablet has something left to take it with; the bill decides the rest. */
  readonly ready: boolean
}

export interface CardHere {
  /** Whether the last four signs of a document are known; else only the photo can be looked at. */
  readonly hasDigits: boolean
  /** At least one: those that are ready first, and of them the one that ends first. */
  readonly vouchers: readonly HeldVoucher[]
}

/** What is to be taken, and what was looked at. */
export interface CardOrder {
  readonly code: string
  readonly voucher: string
  readonly check: CardCheck
  readonly bill_fen: number
  readonly eligible_fen: number
}

export type CardPrice = { readonly kind: 'take'; readonly amount_fen: number } | { readonly kind: 'refused'; readonly reason: CardRefusal }
export type CardOutcome = { readonly kind: 'taken'; readonly taken: Taken } | { readonly kind: 'refused'; readonly reason: CardRefusal }

interface Kind {
  readonly offline: boolean
  readonly title_zh: string
  readonly title_en: string
  readonly name_zh: string
  readonly name_en: string
}

/** The card with all that is known at this moment. */
interface Opened {
  readonly here: Writer
  readonly known: Briefing
  readonly reading: ClockReading
  readonly card: ShownCard
  readonly row: CardRow
}

/** What this card is good for here, or why for nothing. */
export async function openCard(code: string): Promise<CardHere | CardRefusal> {
  try {
    const opened = await open(code)
    if (typeof opened === 'string') return opened
    const vouchers = await untaken(opened)
    if (vouchers.length === 0) return 'card-no-voucher'
    return { hasDigits: opened.row.digits !== null, vouchers }
  } catch (fault) {
    reportError(fault)
    return 'offline-not-briefed'
  }
}

/** Whether these are the last signs of the owner's document, however they were typed. */
export async function areTheirs(code: string, typed: string): Promise<boolean> {
  const opened = await open(code)
  return typeof opened !== 'string' && opened.row.digits !== null && documentDigits(typed) === documentDigits(opened.row.digits)
}

/** What it would give on this bill; changes nothing. */
export async function priceByCard(order: CardOrder): Promise<CardPrice> {
  const asked = await shownOf(order)
  if (typeof asked === 'string') return refused(asked)
  const { opened, shown, circumstances } = asked
  const verdict = await lookAhead(opened.here.identity, { shown, ...billOf(order) }, circumstances, opened.reading)
  return verdict.kind === 'ask' ? refused('offline-amount') : verdict
}

/** Takes it, or says why not; resolves only when all of it is on the disk or nothing is. */
export async function takeByCard(order: CardOrder, operator: string): Promise<CardOutcome> {
  try {
    // Read anew: the county may have told meanwhile that the card ended.
    const asked = await shownOf(order)
    if (typeof asked === 'string') return refused(asked)
    const { opened, shown, circumstances } = asked
    const claim = { shown, ...billOf(order), lines: null, operator }
    const outcome = await accept(opened.here, claim, circumstances, opened.reading)
    if (outcome.kind !== 'taken') return refused(outcome.kind === 'ask' ? 'offline-amount' : outcome.reason)
    const { device, seq } = outcome.entry
    return { kind: 'taken', taken: { device, seq, amount_fen: outcome.amount_fen, bill_fen: order.bill_fen } }
  } catch (fault) {
    reportError(fault)
    return refused('offline-not-stored')
  }
}

async function open(code: string): Promise<Opened | CardRefusal> {
  const here = await ownWriter()
  const known = here && (await briefingOf(here.county, here.identity.device))
  if (!here || !known) return 'offline-not-briefed'
  const reading = await settleTime(here)
  // By such a clock every card has ended, which would be said of the card and not of the clock.
  if (reading.step === 'forward') return 'offline-clock-unsure'
  const card = await verifyCard(code, { trust: known.trust, county: here.county, at: reading.at })
  if (typeof card === 'string') return card
  const { device } = here.identity
  if (card.card.home !== device) return 'card-not-home'
  const name = await rowName(code)
  const kept = name === null ? undefined : await look<{ sealed: string }>(device, CARDS, name)
  const row = kept ? await openRow(code, kept.sealed) : null
  return row === null ? 'card-no-row' : { here, known, reading, card, row }
}

async function untaken({ here, row }: Opened): Promise<HeldVoucher[]> {
  const [database, { allowance, spent }] = await Promise.all([openDatabase(), standingOf(here.identity.device)])
  const found: HeldVoucher[] = []
  for (const voucher of row.vouchers) {
    if (await database.get('taken', voucher.voucher)) continue
    const { campaign, terms_version, domain } = voucher
    const kind = await look<Kind>(here.identity.device, 'terms', `${campaign}.${terms_version}.${domain}`)
    const name_zh = kind ? `${kind.title_zh} · ${kind.name_zh}` : ''
    const name_en = kind ? `${kind.title_en} · ${kind.name_en}` : ''
    const left = (allowance?.caps.get(campaign) ?? 0) - (spent.campaigns.get(campaign) ?? 0)
    found.push({ ...voucher, name_zh, name_en, ready: kind?.offline === true && left > 0 })
  }
  return found.toSorted((one, other) => Number(other.ready) - Number(one.ready) || one.expires_at - other.expires_at || (one.voucher < other.voucher ? -1 : 1))
}

async function shownOf(order: CardOrder) {
  const opened = await open(order.code)
  if (typeof opened === 'string') return opened
  const held = opened.row.vouchers.find(({ voucher }) => voucher === order.voucher)
  if (held === undefined) return 'card-no-voucher' as const
  const shown = asShown(opened, held, order.check)
  const circumstances = await opened.known.circumstancesOf(shown, isDemonstration.value)
  return circumstances === null ? ('offline-not-briefed' as const) : { opened, shown, circumstances }
}

/** As a token would say it. A card that ends first ends its vouchers here. */
function asShown({ card, row }: Opened, held: CardVoucher, check: CardCheck): Shown {
  const { voucher, campaign, terms_version, domain, face_fen, use_from } = held
  return {
    voucher,
    campaign,
    terms_version,
    domain,
    face_fen,
    use_from,
    expires_at: Math.min(held.expires_at, card.card.expiresAt),
    flags: card.card.flags,
    status_index: null,
    holder: row.person,
    agreed_fen: null,
    proof: cardProof(card, check),
  }
}

function billOf({ bill_fen, eligible_fen }: CardOrder): Pick<CardOrder, 'bill_fen' | 'eligible_fen'> {
  return { bill_fen, eligible_fen }
}

function refused(reason: CardRefusal): { readonly kind: 'refused'; readonly reason: CardRefusal } {
  return { kind: 'refused', reason }
}
