// @vitest-environment node
/** What a counter without a network takes, what it asks the holder's phone for, and what it refuses. */

import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { newChallenge } from '@/kernel/challenge'
import { DEMONSTRATION, ONLINE_ONLY } from '@/kernel/token'
import { decideOffline, readShown, type Known, type Shown } from '@/offline/accepting'
import { limitRefusal, NOTHING_SPENT, shouldAskFirst, spentWith, standingRefusal, type Limits } from '@/offline/limits'
import { allowance, AT, BILL, CAMPAIGN, CERTIFICATE, circumstances, COUNTY, DAY_MS, HOUR_MS, newWorld, POLICY, TERMS, type World } from './offline_world'

const LIMITS: Limits = {
  checkpoint: { no: 9, time: AT / 1000 - 3600 },
  policy: POLICY,
  certificate: CERTIFICATE,
  allowance: allowance(),
  spent: NOTHING_SPENT,
}
const KNOWN: Known = { ...circumstances, at: AT, limits: LIMITS, taken: false, last_counter: null, holder_day_fen: 0 }
const DEVICE = '01999999-0000-7000-8000-000000000003'

const spent = (fen: number, claims: number, campaign = fen) => ({ spent: { fen, claims, campaigns: new Map([[CAMPAIGN, campaign]]) } })
const termsOf = (face_fen: number) => ({ ...TERMS, terms: { ...TERMS.terms, face_fen } })

let world: World
let plain: Shown

async function shownAs(text: string, at = AT, asked?: ReturnType<typeof newChallenge>): Promise<Shown> {
  const shown = await readShown(text, { trust: world.trust, county: COUNTY, at, ...(asked ? { asked } : {}) })
  if (typeof shown === 'string') throw new Error(shown)
  return shown
}

beforeAll(async () => {
  world = await newWorld()
  plain = await shownAs(await (await world.phone()).draw())
})

const said = (known: Partial<Known>, shown: Partial<Shown> = {}, bill: { bill_fen: number; eligible_fen: number } = BILL): string => {
  const verdict = decideOffline({ ...plain, ...shown }, bill, { ...KNOWN, ...known })
  return verdict.kind === 'take' ? `take ${verdict.amount_fen}` : verdict.kind === 'ask' ? `ask ${verdict.why}` : verdict.reason
}

const of = (face: number, agreed: number | null = null) => {
  const asked = agreed === null ? plain.proof : { ...plain.proof, mode: 'challenge', nonce: new Uint8Array(16) }
  return said({ terms: termsOf(face) }, { face_fen: face, agreed_fen: agreed, proof: asked as Shown['proof'] }, { bill_fen: 500_00, eligible_fen: 500_00 })
}

describe('a code on a phone', () => {
  it('is taken for what the terms give on the bill', () => {
    expect(said({})).toBe('take 2000')
    expect(said({}, {}, { bill_fen: 59_99, eligible_fen: 59_99 })).toBe('bill-too-small')
    expect(said({ terms: undefined })).toBe('offline-terms-unknown')
    expect(said({ terms: { ...TERMS, paused: true } })).toBe('paused')
    expect(said({ terms: { ...TERMS, use_from: AT + 1 } })).toBe('not-yet-valid')
    expect(said({ terms: { ...TERMS, terms: { ...TERMS.terms, redeem_level: 2 } } })).toBe('level-too-low')
    expect(said({ counter: { ...circumstances.counter, standing: 'suspended' } })).toBe('merchant-suspended')
  })

  it('is refused once the token has run out, when it is for the county alone, or for show', () => {
    const end = plain.expires_at * 1000
    const late = { ...LIMITS, checkpoint: { no: 9, time: plain.expires_at - 60 } }
    const justDrawn = { proof: { ...plain.proof, time: plain.expires_at - 1 } } as Partial<Shown>
    expect([said({ at: end - 1, limits: late }, justDrawn), said({ at: end, limits: late }, justDrawn)]).toEqual(['take 2000', 'token-expired'])
    expect(said({}, { flags: ONLINE_ONLY })).toBe('offline-online-only')
    expect(said({}, { domain: 0 })).toBe('offline-online-only')
    expect([said({ demonstration: false }, { flags: DEMONSTRATION }), said({}, { flags: DEMONSTRATION })]).toEqual(['offline-demonstration', 'take 2000'])
  })

  it('is refused when the county or this counter knows of a use, before its terms are looked at', () => {
    const terms = undefined
    expect(said({ terms, status: 'used' })).toBe('already-used')
    expect(said({ terms, status: 'stopped' })).toBe('offline-stopped')
    expect(said({ terms, taken: true })).toBe('offline-taken-here')
  })

  it('shows a counter that grows', () => {
    const { proof } = plain
    const counter = 'counter' in proof ? proof.counter : 0
    expect([counter - 1, counter, counter + 1].map((last_counter) => said({ last_counter }))).toEqual(['take 2000', 'code-replayed', 'code-replayed'])
  })

  it('of more than the policy’s seconds on either side leads to a challenge, and that counts whatever the clock shows', async () => {
    const phone = await world.phone()
    for (const [off_s, expected] of [[-120, 'take'], [-121, 'code-stale'], [120, 'take'], [121, 'code-early']] as const) {
      const shown = await shownAs(await phone.draw({ at: AT + off_s * 1000 }))
      const verdict = decideOffline(shown, BILL, KNOWN)
      expect(verdict.kind === 'ask' ? verdict.why : verdict.kind).toBe(expected)
    }
    const asked = newChallenge(COUNTY, DEVICE, 20_00)
    const answer = await shownAs(await phone.draw({ at: AT - 40 * DAY_MS, asked }), AT, asked)
    expect(answer.proof).toMatchObject({ mode: 'challenge', nonce: asked.nonce })
    expect(decideOffline(answer, BILL, KNOWN)).toEqual({ kind: 'take', amount_fen: 20_00 })
    expect(await readShown(await phone.draw(), { trust: world.trust, county: COUNTY, at: AT, asked })).toBe('holder-forged')
  })

  it('of more than the policy’s amount leads to a challenge, which binds the amount, up to what no challenge mends', async () => {
    expect([of(50_00), of(50_01), of(100_00), of(100_01)]).toEqual(['take 5000', 'ask offline-amount', 'ask offline-amount', 'offline-amount'])
    expect([of(100_00, 100_00), of(100_00, 99_99), of(100_01, 100_01)]).toEqual(['take 10000', 'ask offline-amount', 'offline-amount'])
  })
})

describe('a paper card', () => {
  const proof = { mode: 'paper', card: DEVICE, card_hash: new Uint8Array(32), check: 'photo' } as const

  it('has no clock and no counter, and counts for the day of its holder', () => {
    expect(said({ last_counter: 99 }, { proof, holder: DEVICE })).toBe('take 2000')
    expect(said({ holder_day_fen: 80_00 }, { proof })).toBe('take 2000')
    expect(said({ holder_day_fen: 80_01 }, { proof })).toBe('offline-holder-day')
  })
})

describe('the limits', () => {
  const claim = { mode: 'rotating', campaign: CAMPAIGN, domain: 1, amount_fen: 20_00, holder_day_fen: 0 } as const
  const refused = (limits: Partial<Limits>, at = AT, more: Partial<typeof claim> = {}) => limitRefusal({ ...LIMITS, ...limits }, { ...claim, ...more }, at)

  it('hold at each cap to the fen', () => {
    expect(refused({})).toBe(null)
    expect([refused(spent(1_980_00, 1)), refused(spent(1_980_01, 1))]).toEqual([null, 'offline-cap'])
    expect([refused(spent(0, 39)), refused(spent(0, 40))]).toEqual([null, 'offline-claims'])
    expect([refused({ allowance: allowance(1, 20_00) }), refused({ allowance: allowance(1, 19_99) })]).toEqual([null, 'offline-pool'])
    expect(refused({ ...spent(5_00, 1), allowance: allowance(1, 24_99) })).toBe('offline-pool')
    expect(refused({}, AT, { campaign: 4 as never })).toBe('offline-pool')
    expect(refused({ allowance: null })).toBe('offline-pool')
    expect([80_00, 80_01].map((fen) => refused({}, AT, { holder_day_fen: fen as never }))).toEqual([null, 'offline-holder-day'])
    expect(refused({ certificate: { ...CERTIFICATE, kind: 'station' }, allowance: allowance(1, 9_000_00), ...spent(5_000_00, 200) })).toBe(null)
    expect(refused({ certificate: { ...CERTIFICATE, domains: [2] } })).toBe('offline-other-domain')
  })

  it('let nothing through without the county’s word, beyond its end or beyond the hard limit', () => {
    const hard = (LIMITS.checkpoint.time + POLICY.merchant.hard_s) * 1000
    expect([standingRefusal(LIMITS, hard + 999), standingRefusal(LIMITS, hard + 1000)]).toEqual([null, 'offline-too-long'])
    expect(standingRefusal({ ...LIMITS, policy: null }, AT)).toBe('offline-not-allowed')
    expect(standingRefusal({ ...LIMITS, certificate: null }, AT)).toBe('offline-not-allowed')
    const ends = (expires_at: number) => standingRefusal({ ...LIMITS, certificate: { ...CERTIFICATE, expires_at } }, AT)
    expect([ends(AT / 1000 + 1), ends(AT / 1000)]).toEqual([null, 'offline-certificate-ended'])
    expect(standingRefusal({ ...LIMITS, certificate: { ...CERTIFICATE, not_before: AT / 1000 + 1 } }, AT)).toBe('offline-certificate-ended')
    expect(standingRefusal({ ...LIMITS, certificate: { ...CERTIFICATE, merchant: null } }, AT)).toBe('offline-no-merchant')
  })

  it('ask the network first when it is late, when much is used, and in a part of all cases', () => {
    const asks = (limits: Partial<Limits>, at = AT, chance = 0.1) => shouldAskFirst({ ...LIMITS, ...limits }, at, chance)
    expect([asks({}), asks({}, AT, 0.0999)]).toEqual([false, true])
    const soft = LIMITS.checkpoint.time * 1000 + 12 * HOUR_MS
    expect([asks({}, soft - 1), asks({}, soft)]).toEqual([false, true])
    expect([asks(spent(1_199_99, 0)), asks(spent(1_200_00, 0))]).toEqual([false, true])
    expect([asks(spent(0, 23)), asks(spent(0, 24))]).toEqual([false, true])
    expect(asks({ policy: null })).toBe(true)
  })

  it('are never overrun, whatever is shown in which order', () => {
    const amount = fc.integer({ min: 1, max: 60_00 })
    fc.assert(
      fc.property(fc.array(fc.tuple(amount, fc.integer({ min: 3, max: 4 })), { maxLength: 120 }), (shown) => {
        const caps = new Map([[3, 700_00], [4, 1_600_00]])
        const dealt = { ...LIMITS, allowance: { episode: 1, after: 0, caps } }
        let taken = NOTHING_SPENT
        for (const [amount_fen, campaign] of shown) {
          const measured = { mode: 'challenge', campaign, domain: 1, amount_fen, holder_day_fen: 0 } as const
          if (limitRefusal({ ...dealt, spent: taken }, measured, AT) === null) taken = spentWith(taken, measured)
        }
        const { fen, claims, campaigns } = taken
        expect(fen).toBe([...campaigns.values()].reduce((all, one) => all + one, 0))
        expect(fen <= POLICY.merchant.cap_fen && claims <= POLICY.merchant.claims).toBe(true)
        for (const [campaign, cap] of caps) expect(campaigns.get(campaign) ?? 0).toBeLessThanOrEqual(cap)
      }),
    )
  })
})
