/** Instants as people of the county read them: always in Asia/Shanghai, whatever the phone is set to. */

export type Reader = 'zh' | 'en'

const ZONE = 'Asia/Shanghai'
/** China keeps one time all year, so that days of the county can be counted. */
const ZONE_MS = 8 * 3600 * 1000
const DAY_MS = 24 * 3600 * 1000

const CLOCK = new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const SECONDS = new Intl.DateTimeFormat('zh-CN', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

const WEEKDAYS = {
  zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
} as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const NEAR = { zh: ['昨天', '今天', '明天', '后天'], en: ['yesterday', 'today', 'tomorrow', undefined] } as const

/** 09:05 */
export function clockTime(at: Date): string {
  return CLOCK.format(at)
}

/** 09:05:30 */
export function clockSeconds(at: Date): string {
  return SECONDS.format(at)
}

/** The county's days since 1970; midnight belongs to the day that begins. */
export function dayNumber(at: Date): number {
  return Math.floor((at.getTime() + ZONE_MS) / DAY_MS)
}

/** 今天, 明天, 11月24日, 2027年1月3日 */
export function dayWords(at: Date, now: Date, reader: Reader): string {
  const near = NEAR[reader][dayNumber(at) - dayNumber(now) + 1]
  return near ?? dateWords(at, now, reader)
}

/** 11月24日, with the year where it is not this one. */
export function dateWords(at: Date, now: Date, reader: Reader): string {
  const { year, month, day } = calendar(at)
  const other = year !== calendar(now).year
  if (reader === 'zh') return `${other ? `${year}年` : ''}${month}月${day}日`
  return `${day} ${MONTHS[month - 1]!}${other ? ` ${year}` : ''}`
}

/** 明天 10:00, 11月24日 10:00 */
export function momentWords(at: Date, now: Date, reader: Reader): string {
  return `${dayWords(at, now, reader)} ${clockTime(at)}`
}

/** The last day on which something is good that ends at this instant: an end at midnight means the day before. */
export function untilWords(end: Date, now: Date, reader: Reader): string {
  const midnight = (end.getTime() + ZONE_MS) % DAY_MS === 0
  if (midnight) return dayWords(new Date(end.getTime() - 1), now, reader)
  return momentWords(end, now, reader)
}

/** 周一; 0 is Monday, as in the county's rules. */
export function weekdayWords(weekday: number, reader: Reader): string {
  return WEEKDAYS[reader][(weekday + 1) % 7]!
}

/** What is left until something begins, as it runs down: 3:05:09, 05:09. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function calendar(at: Date): { year: number; month: number; day: number } {
  const shifted = new Date(at.getTime() + ZONE_MS)
  return { year: shifted.getUTCFullYear(), month: shifted.getUTCMonth() + 1, day: shifted.getUTCDate() }
}

/** The instant of a day and a time in the county: '2026-11-24', '10:00'; null where they are none. */
export function countyInstant(day: string, time: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !/^\d{2}:\d{2}$/.test(time)) return null
  const at = new Date(`${day}T${time}:00+08:00`)
  return Number.isNaN(at.getTime()) ? null : at
}

/** The day of an instant as a form writes it: 2026-11-24. */
export function formDay(at: Date): string {
  return new Date(at.getTime() + ZONE_MS).toISOString().slice(0, 10)
}

/** Noon in the county, so that a day is the same day wherever it is read. */
export const noon = (day: string): string => `${day}T04:00:00Z`
