/** Are the axes of charts told in steps and words that people use? */

import { describe, expect, it } from 'vitest'
import { addedUp, belowSteps, sideRange, sideSteps, sideWidth, sideWords, stepWords } from '../src/charts/chart'

describe('the side', () => {
  it('counts pieces in whole numbers and money in whole yuan', () => {
    expect(sideSteps('count').slice(0, 5)).toEqual([1, 2, 5, 10, 20])
    expect(sideSteps('money').slice(0, 4)).toEqual([100, 200, 500, 1000])
    expect([sideWords('money', 1_234_500), sideWords('money', -20_000), sideWords('count', 12_000)]).toEqual(['¥12,345', '−¥200', '12,000'])
  })

  it('begins at nothing, or below where something was paid back, and never has no height', () => {
    expect(sideRange([[1, 100], [50]])).toEqual([0, 108])
    expect(sideRange([[-50, 50]])).toEqual([-58, 58])
    expect([sideRange([[0, 0]]), sideRange([[]]), sideRange([[-100]])]).toEqual([[0, 1], [0, 1], [-108, 0]])
  })

  it('is as wide as its longest words', () => {
    expect(sideWidth(['¥1,200', '0'], 14)).toBeGreaterThan(sideWidth(['0'], 14))
  })
})

describe('below', () => {
  it('hours are told by the clock, with the date where a day begins', () => {
    expect([
      stepWords('2025-11-24T02:00:00Z', 'hour', true),
      stepWords('2025-11-24T03:00:00Z', 'hour', false),
      stepWords('2025-11-24T16:00:00Z', 'hour', false),
      stepWords('2025-11-24T16:00:00Z', 'day', false),
    ]).toEqual(['2025年11月24日 10:00', '11:00', '2025年11月25日 00:00', '2025年11月25日'])
  })

  it('every sixth hour or every seventh day is told where there is little room', () => {
    expect([belowSteps('hour').includes(6), belowSteps('day').includes(7)]).toEqual([true, true])
  })
})

it('each step is added to all before it', () => {
  expect(addedUp([1, 0, 4], 10)).toEqual([11, 11, 15])
})
