import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bareYuan, readYuan, yuan } from '@/kernel/money'

/** Seven digits of yuan and two decimals. */
const MOST_FEN = 999_999_999
const fen = fc.integer({ min: 0, max: MOST_FEN })

describe('what somebody types as an amount', () => {
  it.each([
    ['199.99', 19_999],
    ['200', 20_000],
    ['0.29', 29],
    ['1.1', 110],
    ['12.', 1_200],
    ['0', 0],
    ['007', 700],
    ['¥1,234.50', 123_450],
    [' 88 元 ', 8_800],
    ['３６．５', 3_650],
    ['36。5', 3_650],
    ['9999999.99', MOST_FEN],
  ])('%s is %i fen', (typed, expected) => {
    expect(readYuan(typed)).toBe(expected)
  })

  it.each(['', '.', '.5', '1.234', '-1', '+1', '1e3', '1.2.3', '10000000', '一百', 'NaN', '0x10', '12a'])(
    '%j is no amount',
    (typed) => {
      expect(readYuan(typed)).toBeNull()
    },
  )

  it('is to the fen what stands there: no amount passes through a fraction', () => {
    // 0.1 + 0.2, 1.005 × 100 and 4.35 × 100 are where fractions of two go wrong; every amount is checked alike.
    fc.assert(
      fc.property(fen, (amount) => {
        const digits = String(amount).padStart(3, '0')
        expect(readYuan(`${digits.slice(0, -2)}.${digits.slice(-2)}`)).toBe(amount)
      }),
    )
  })

  it('is a whole number of fen within the limits, or nothing, whatever was typed', () => {
    const keys = fc.string({ unit: fc.constantFrom(...'0123456789０９.．。,，¥元 -+eE') })
    fc.assert(
      fc.property(keys, (typed) => {
        const read = readYuan(typed)
        expect(read === null || (Number.isSafeInteger(read) && read >= 0 && read <= MOST_FEN)).toBe(true)
      }),
    )
  })
})

describe('an amount on the screen', () => {
  it.each([
    [0, '¥0.00'],
    [5, '¥0.05'],
    [19_999, '¥199.99'],
    [123_456_789, '¥1,234,567.89'],
    [-20_050, '−¥200.50'],
  ])('%i fen is %s', (amount, expected) => {
    expect(yuan(amount)).toBe(expected)
  })

  it('in the name of a rule has decimals only where it needs them', () => {
    expect([5_000, 5_050, 5_005].map(bareYuan)).toEqual(['50', '50.50', '50.05'])
  })

  it('can be typed back', () => {
    fc.assert(
      fc.property(fen, (amount) => {
        expect([readYuan(yuan(amount)), readYuan(bareYuan(amount))]).toEqual([amount, amount])
      }),
    )
  })
})
