/** Is this number one that could stand on an identity card (GB 11643)? Told while it is typed, before anybody is asked. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK = '10X98765432'

/** What a person or a reader typed, as the county takes it. */
export function documentDigits(typed: string): string {
  return typed
    .replaceAll(/[\uFF10-\uFF19]/g, (digit) => String(digit.codePointAt(0)! - 0xff_10))
    .replaceAll(/[\s\-·]/g, '')
    .replace('Ｘ', 'X')
    .replace('ｘ', 'X')
    .toUpperCase()
}

export type DocumentFault = 'length' | 'signs' | 'check'

/** What is wrong with an identity number, or null. The date in it is the county's affair. */
export function identityFault(number: string): DocumentFault | null {
  if (number.length !== 18) return 'length'
  if (!/^\d{17}[\dX]$/.test(number)) return 'signs'
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(number[place]), 0)
  return CHECK[sum % 11] === number[17] ? null : 'check'
}
