/** What stands on a paper card, for the page and for the slip: no name, no amount, no number of a document. */

import { county, countyName, isDemonstration } from '@/county/county'
import { formDay } from '@/kernel/instants'
import type { Slip } from '@/printing/slip'
import { tc } from './texts'

export interface PrintedCard {
  readonly number: number
  /** `XP1:` and what follows. */
  readonly code: string
  /** Twelve digits, for whoever cannot scan the code. */
  readonly typed_number: string
  readonly issued_at: string
  readonly expires_at: string
  /** Where it may be taken without a network. */
  readonly station: string
}

/** The last day on which it is good, as a date that no reader has to work out. */
export const lastDay = ({ expires_at }: PrintedCard): string => formDay(new Date(Date.parse(expires_at) - 1))

export const cardNumber = ({ number }: PrintedCard): string => String(number).padStart(6, '0')

/** In groups, as people read and type it: `0123 4567 8901`. */
export const typedNumber = ({ typed_number }: PrintedCard): string => typed_number.replaceAll(/(\d{4})(?=\d)/g, '$1 ')

export function cardSlip(card: PrintedCard): Slip {
  return {
    name: `card-${cardNumber(card)}`,
    parts: [
      { kind: 'text', text: countyName.value, size: 's', centred: true },
      { kind: 'text', text: tc('card.title'), size: 'l', bold: true, centred: true },
      ...(isDemonstration.value ? [{ kind: 'text', text: tc('card.demo'), bold: true, centred: true } as const] : []),
      { kind: 'code', text: card.code, label: tc('card.code') },
      { kind: 'text', text: tc('card.typed') },
      { kind: 'text', text: typedNumber(card), size: 'l', bold: true },
      { kind: 'pair', name: tc('card.number'), value: cardNumber(card) },
      { kind: 'pair', name: tc('card.until'), value: lastDay(card) },
      { kind: 'pair', name: tc('card.home'), value: card.station },
      { kind: 'rule' },
      { kind: 'text', text: tc('card.how') },
      { kind: 'text', text: tc('card.lost', { phone: county.value?.help_phone ?? '' }) },
    ],
  }
}
