/** Is this a PIN that everybody tries first? Twin of `is_easy_pin` in `backend/cards/rules.py`. */

const RUN = '01234567890'
const BACK = [...RUN].toReversed().join('')

export function isEasyPin(pin: string, number = ''): boolean {
  const half = pin.slice(0, 3)
  return new Set(pin).size < 3 || RUN.includes(pin) || BACK.includes(pin) || half + half === pin || number.includes(pin)
}
