/** How is money written and read? Integer fen inside, yuan with two decimals for people, no floating point between. */

const FULL_WIDTH = /[\uFF10-\uFF19]/g
const FULL_STOP = /[。．]/g
const AROUND = /[\s,，¥￥元]/g
const YUAN = /^(\d{1,7})(?:\.(\d{0,2}))?$/

/** 1,234 */
export function grouped(whole: number | string): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** ¥1,234.50 */
export function yuan(fen: number): string {
  const size = Math.abs(fen)
  const whole = grouped(Math.trunc(size / 100))
  return `${fen < 0 ? '−' : ''}¥${whole}.${String(size % 100).padStart(2, '0')}`
}

/** The bare figure of a rule's name, 满200减50: no sign, and no decimals where there are none. */
export function bareYuan(fen: number): string {
  const rest = fen % 100
  const whole = String(Math.trunc(fen / 100))
  return rest === 0 ? whole : `${whole}.${String(rest).padStart(2, '0')}`
}

/** What somebody typed, in fen, or null for anything that is not an amount of at most seven digits and two decimals. */
export function readYuan(typed: string): number | null {
  const plain = typed
    .replaceAll(FULL_WIDTH, (digit) => String(digit.codePointAt(0)! - 0xff_10))
    .replaceAll(AROUND, '')
    .replaceAll(FULL_STOP, '.')
  const found = YUAN.exec(plain)
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null
}
