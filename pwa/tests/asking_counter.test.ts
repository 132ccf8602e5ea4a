/** A counter without a network asks the holder's phone to confirm, and takes one answer to each question. */

import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import AskPanel from '@/counter/away/AskPanel.vue'
import type { AskState, Attempt } from '@/counter/redeeming'
import { newId } from '@/kernel/ids'
import { readEvent } from '@/offline/event'
import { readBody } from '@/offline/event_body'
import { letIn, MERCHANT, newPage, type Page } from './away_page'
import { AT, COUNTY, newWorld, openBrowser, OPERATOR, type Phone, type World } from './offline_world'

const BEHIND_MS = 10 * 60_000

let world: World
let page: Page
let phone: Phone
let scope: EffectScope

beforeEach(async () => {
  vi.useFakeTimers({ now: AT, toFake: ['Date'] })
  openBrowser()
  localStorage.setItem('yizhan.county', JSON.stringify({ code: COUNTY, demonstration: true }))
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  world ??= await newWorld()
  page = await newPage()
  phone = await world.phone()
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A counter that asks, since the customer's clock is ten minutes behind. */
async function asking() {
  const device = await letIn(page, world)
  page.connection.value = 'offline'
  const counter = async () => ({
    ...page,
    takeAway: (order: Attempt, question?: AskState['challenge']) => page.takeAway(order, OPERATOR, question),
  })
  const redeeming = scope.run(() => page.useRedeeming(counter))!
  const stale = await phone.draw({ at: AT - BEHIND_MS })
  await redeeming.redeem({ merchant_id: MERCHANT, code: stale, bill_fen: 80_00, eligible_fen: 80_00 })
  return { device, redeeming, stale, challenge: asked(redeeming.state.value).challenge }
}

function asked(state: { kind: string }): AskState {
  if (state.kind !== 'ask') throw new Error(state.kind)
  return state as AskState
}

const journal = async (device: string) =>
  (await page.openDatabase()).getAll('outbox', IDBKeyRange.bound([device, 0], [device, 1e9]))

describe('a holder who is asked to confirm', () => {
  it('answers with a code that counts whatever the phone’s clock shows', async () => {
    const { device, redeeming, challenge } = await asking()
    expect(challenge).toMatchObject({ county: COUNTY, device, amountFen: 20_00 })
    await redeeming.answer(await phone.draw({ at: AT - BEHIND_MS, asked: challenge }))
    expect(redeeming.state.value).toMatchObject({ kind: 'accepted', taken: { device, amount_fen: 20_00 } })
    const [entry, ...others] = await journal(device)
    const event = await readEvent(Uint8Array.from(entry!.bytes))
    const told = typeof event === 'string' ? event : readBody(event.kind, event.body)
    expect(told).toMatchObject({ kind: 'REDEEM', body: { mode: 'challenge', proof: { nonce: challenge.nonce } } })
    expect([others, await page.openAttempts(MERCHANT)]).toEqual([[], []])
  })

  it('is asked on where the same code, another amount or another counter’s question is answered', async () => {
    const { device, redeeming, stale, challenge } = await asking()
    const wrong = [
      stale,
      await phone.draw({ at: AT - BEHIND_MS }),
      await phone.draw({ asked: { ...challenge, amountFen: 10_00 } }),
      await phone.draw({ asked: { ...challenge, device: newId() } }),
      await phone.draw({ asked: { ...challenge, nonce: new Uint8Array(16) } }),
    ]
    for (const code of wrong) {
      await redeeming.answer(code)
      expect(redeeming.state.value).toMatchObject({ kind: 'ask', challenge, wrong: 'holder-forged' })
    }
    expect(await journal(device)).toEqual([])
    await redeeming.answer(await phone.draw({ asked: challenge }))
    expect(redeeming.state.value.kind).toBe('accepted')
  })

  it('answers each question once', async () => {
    const { device, redeeming, challenge } = await asking()
    const answer = await phone.draw({ asked: challenge })
    await redeeming.answer(answer)
    await redeeming.answer(answer)
    redeeming.reset()
    await redeeming.answer(answer)
    expect([redeeming.state.value.kind, (await journal(device)).length]).toEqual(['idle', 1])
  })

  it('with another voucher is asked for what that one gives', async () => {
    const { redeeming, challenge } = await asking()
    const other = await world.phone({ face_fen: 10_00 })
    await redeeming.answer(await other.draw({ asked: challenge }))
    const now = asked(redeeming.state.value)
    expect([now.amount_fen, now.challenge.amountFen, now.wrong]).toEqual([10_00, 10_00, null])
    expect(now.challenge.nonce).not.toEqual(challenge.nonce)
    await redeeming.answer(await other.draw({ asked: now.challenge }))
    expect(redeeming.state.value).toMatchObject({ kind: 'accepted', taken: { amount_fen: 10_00 } })
  })
})

it('the question stands large on the screen, and a code that is no answer is told to be none', async () => {
  const { redeeming } = await asking()
  const panel = mount(AskPanel, { props: { asking: asked(redeeming.state.value) } })
  expect(panel.get('.amount').text()).toBe('¥20.00')
  expect(panel.get('.code').html()).toContain('svg')
  await panel.setProps({ asking: { ...asked(redeeming.state.value), wrong: 'holder-forged' } })
  expect(panel.text()).toContain('没有确认这一笔')
  panel.unmount()
})
