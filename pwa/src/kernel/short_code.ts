/**
 * How is a voucher's short code written, read aloud and typed?
 *
 * Twin of `backend/kernel/short_code.py`; `fixtures/protocols/short-code/SPEC.md`.
 */

const LONGEST_TYPED = 64
const CODE = /^[0-9]{8}$/
const FULL_WIDTH = /[\uFF10-\uFF19]/g
const SEPARATORS = /[ \t\r\n\-\u00A0\u2000-\u200B\u202F\u3000\u2010-\u2015\u2212\uFF0D]/g
const SPOKEN = ['零', '幺', '二', '三', '四', '五', '六', '七', '八', '九'] as const

/** The eight digits that a person meant, or null when the text is no short code. Leading zeros count. */
export function readShortCode(typed: string): string | null {
  const code = withoutSeparators(typed)
  return code !== null && CODE.test(code) ? code : null
}

/** What was typed, with plain digits and nothing between them, or null for a text that is too long to be typed. */
export function withoutSeparators(typed: string): string | null {
  // Characters are counted as people and Python count them, not in UTF-16 units.
  if (Array.from(typed).length > LONGEST_TYPED) return null
  return typed.replaceAll(FULL_WIDTH, (digit) => String(digit.codePointAt(0)! - 0xff_10)).replaceAll(SEPARATORS, '')
}

/** The code as shown: `0420 7716`. */
export function groupShortCode(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`
}

/** The code as read aloud, digit by digit with a rest in the middle; 1 is said 幺 so that nobody hears 7. */
export function sayShortCode(code: string): string {
  const spoken = Array.from(code, (digit) => SPOKEN[Number(digit)]!)
  return `${spoken.slice(0, 4).join(' ')}，${spoken.slice(4).join(' ')}`
}
