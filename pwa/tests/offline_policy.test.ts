/** The rules of offline counters: typed, sent as the county takes them, read again, and told in sentences. */

import { describe, expect, it } from 'vitest'
import { formOf, limitsOf, policyWords, USUAL } from '../apps/office/parts/offline_policy'

const faults = (change: Partial<ReturnType<typeof formOf>>): string[] => {
  const read = limitsOf({ ...formOf(USUAL), ...change })
  return read instanceof Map ? [...read.keys()] : []
}

describe('the rules of offline counters', () => {
  it('are sent as they were read, in fen, seconds and basis points', () => {
    expect(limitsOf(formOf(USUAL))).toEqual(USUAL)
    const odd = { ...USUAL, scan_fen: 4_950, soft_bp: 6_250, close_extra_s: 30 * 86_400 }
    expect(formOf(odd)).toMatchObject({ scan: '49.50', part: '62.50', close: '30' })
    expect(limitsOf(formOf(odd))).toEqual(odd)
  })

  it('name every field that is missing or beyond what the county takes', () => {
    expect(faults({ scan: '', skew: '29', probe: '100.01', close: '91' })).toEqual(['scan', 'probe', 'skew', 'close'])
    expect(faults({ merchant: { cap: '十', claims: '1.5', hard: '0', soft: '721' } })).toEqual([
      'merchant.cap',
      'merchant.claims',
      'merchant.hard',
      'merchant.soft',
    ])
    expect(faults({ part: '60%', scan: '０' })).toEqual([])
  })

  it('are told in sentences, long times in days', () => {
    const words = policyWords(USUAL)
    expect(words).toContain('同一台设备每天最多收同一位居民 ¥100.00。')
    expect(words.some((sentence) => sentence.includes('最长 14 天'))).toBe(true)
    expect(words.some((sentence) => sentence.includes('最长 72 小时'))).toBe(true)
    expect(words.some((sentence) => sentence.includes('60% 时') && sentence.includes('10%'))).toBe(true)
  })
})
