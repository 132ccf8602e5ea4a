/** Is this what a counter takes of a paper card, scanned or typed? What it proves is another question. */

import { withoutSeparators } from '@/kernel/short_code'

/** What a scanner reads. */
export const isCardText = (text: string): boolean => /^XP\d:/i.test(text.trim())

/** The twelve digits beside the code that a person meant, or null. Twin of `backend/cards/number_rules.py`. */
export function readCardNumber(typed: string): string | null {
  const digits = withoutSeparators(typed)
  if (digits === null || !/^[0-9]{12}$/.test(digits)) return null
  // After ISO/IEC 7064, MOD 11,10.
  let product = 10
  for (const digit of digits.slice(0, -1)) product = (((product + Number(digit)) % 10 || 10) * 2) % 11
  return (product + Number(digits.at(-1))) % 10 === 1 ? digits : null
}

/** Either of the two. */
export const isOfCard = (text: string): boolean => isCardText(text) || readCardNumber(text) !== null
