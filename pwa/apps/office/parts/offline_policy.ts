/** The rules of offline counters: as somebody types them, as the county takes them, and in sentences. No floats. */

import type { OfflineLimits } from '@/api/wire'
import { readYuan, yuan } from '@/kernel/money'
import { tv } from '../texts/devices'

const HOUR_S = 3_600
const DAY_S = 24 * HOUR_S

export type Counter = 'merchant' | 'station'

interface EpisodeForm {
  cap: string
  claims: string
  hard: string
  soft: string
}

export interface PolicyForm extends Record<Counter, EpisodeForm> {
  scan: string
  challenge: string
  day: string
  part: string
  probe: string
  skew: string
  close: string
}

/** By the place of a field in the form. */
export type Faults = ReadonlyMap<string, string>

/** What the protocol suggests; `backend/sync/limits_rules.py` has the same, and a journey compares them. */
export const USUAL: OfflineLimits = {
  scan_fen: 5_000,
  challenge_fen: 10_000,
  holder_day_fen: 10_000,
  skew_s: 120,
  soft_bp: 6_000,
  probe_bp: 1_000,
  close_extra_s: 7 * DAY_S,
  merchant: { soft_s: 12 * HOUR_S, hard_s: 72 * HOUR_S, cap_fen: 200_000, claims: 40 },
  station: { soft_s: 12 * HOUR_S, hard_s: 14 * DAY_S, cap_fen: 1_000_000, claims: 300 },
}

export function formOf(limits: OfflineLimits): PolicyForm {
  const episode = ({ cap_fen, claims, hard_s, soft_s }: OfflineLimits[Counter]): EpisodeForm => ({
    cap: typed(cap_fen),
    claims: String(claims),
    hard: String(Math.round(hard_s / HOUR_S)),
    soft: String(Math.round(soft_s / HOUR_S)),
  })
  return {
    scan: typed(limits.scan_fen),
    challenge: typed(limits.challenge_fen),
    day: typed(limits.holder_day_fen),
    merchant: episode(limits.merchant),
    station: episode(limits.station),
    part: typed(limits.soft_bp),
    probe: typed(limits.probe_bp),
    skew: String(limits.skew_s),
    close: String(Math.round(limits.close_extra_s / DAY_S)),
  }
}

/** What the county takes, or what is wrong by field. */
export function limitsOf(form: PolicyForm): OfflineLimits | Faults {
  const faults = new Map<string, string>()
  const fen = (at: string, value: string): number => {
    const read = readYuan(value)
    if (read === null) faults.set(at, tv('need.yuan'))
    return read ?? 0
  }
  const whole = (at: string, value: string, least: number, most: number): number => {
    const read = /^\d{1,6}$/.test(value.trim()) ? Number(value) : -1
    if (read < least || read > most) faults.set(at, tv('need.whole', { least, most }))
    return read
  }
  const part = (at: string, value: string): number => {
    // Basis points are to a percentage what fen are to yuan.
    const read = readYuan(value.replace(/[%％]/g, ''))
    if (read === null || read > 10_000) faults.set(at, tv('need.percent'))
    return read ?? 0
  }
  const episode = (of: Counter): OfflineLimits[Counter] => ({
    cap_fen: fen(`${of}.cap`, form[of].cap),
    claims: whole(`${of}.claims`, form[of].claims, 0, 10_000),
    hard_s: whole(`${of}.hard`, form[of].hard, 1, 720) * HOUR_S,
    soft_s: whole(`${of}.soft`, form[of].soft, 1, 720) * HOUR_S,
  })
  const limits = {
    scan_fen: fen('scan', form.scan),
    challenge_fen: fen('challenge', form.challenge),
    holder_day_fen: fen('day', form.day),
    merchant: episode('merchant'),
    station: episode('station'),
    soft_bp: part('part', form.part),
    probe_bp: part('probe', form.probe),
    skew_s: whole('skew', form.skew, 30, 3_600),
    close_extra_s: whole('close', form.close, 1, 90) * DAY_S,
  }
  return faults.size > 0 ? faults : limits
}

/** The rules as a clerk reads them to a merchant. */
export function policyWords(limits: OfflineLimits): string[] {
  const episode = (of: Counter): string => {
    const { cap_fen, claims, hard_s, soft_s } = limits[of]
    return tv(`words.${of}`, { cap: yuan(cap_fen), claims, hard: spanWords(hard_s), soft: spanWords(soft_s) })
  }
  return [
    tv('words.scan', { scan: yuan(limits.scan_fen), challenge: yuan(limits.challenge_fen) }),
    tv('words.day', { day: yuan(limits.holder_day_fen) }),
    episode('merchant'),
    episode('station'),
    tv('words.probe', { part: `${typed(limits.soft_bp)}%`, probe: `${typed(limits.probe_bp)}%` }),
    tv('words.clock', { skew: limits.skew_s }),
    tv('words.close', { days: Math.round(limits.close_extra_s / DAY_S) }),
  ]
}

function spanWords(seconds: number): string {
  const hours = Math.round(seconds / HOUR_S)
  return hours % 24 === 0 && hours > 72 ? tv('words.days', { count: hours / 24 }) : tv('words.hours', { count: hours })
}

function typed(hundredths: number): string {
  return hundredths % 100 === 0 ? String(hundredths / 100) : (hundredths / 100).toFixed(2)
}
