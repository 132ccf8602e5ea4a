/** What a person reads where a paper card is not taken without the county: what is wrong, and what to do. */

import type { CardRefusal } from './card_taking'
import type { AwayRefusal } from './taking'
import { ta } from './texts'
import { wordsOf } from './words'

const WHY = {
  'not-a-card': 'unreadable',
  'card-version-unsupported': 'newer',
  'card-unreadable': 'unreadable',
  'card-malformed': 'unreadable',
  'algorithm-unsupported': 'newer',
  'card-wrong-county': 'county',
  'issuer-unknown': 'forged',
  'issuer-not-serving': 'forged',
  'card-forged': 'forged',
  'card-lives-too-long': 'forged',
  'card-not-yet-valid': 'early',
  'card-expired': 'over',
  'card-not-home': 'home',
  'card-no-row': 'row',
  'card-no-voucher': 'voucher',
  // A card that ends first ends its vouchers here.
  'token-expired': 'ended',
} as const

export function cardWords(reason: CardRefusal): string {
  return isOfCard(reason) ? ta(`card.why.${WHY[reason]}`) : wordsOf(reason as AwayRefusal)
}

function isOfCard(reason: CardRefusal): reason is keyof typeof WHY & CardRefusal {
  return Object.hasOwn(WHY, reason)
}
