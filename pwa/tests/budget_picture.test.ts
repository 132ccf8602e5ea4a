/** Does the picture of a budget show each line once, within its parent, as large as its cap? */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boxesOf, fitting, partsOf, type PictureLine } from '../apps/office/parts/budget_picture'

const line = (line_id: string, parent_id: string | null, cap_fen: number): PictureLine => ({ line_id, parent_id, cap_fen })
const told = (lines: PictureLine[], width = 100) => boxesOf(lines, width).map(({ id, depth, x, width: wide }) => [id, depth, x, wide])

describe('the boxes', () => {
  it('of one line are the whole picture', () => {
    expect(told([line('root', null, 500)])).toEqual([['root', 0, 0, 100]])
    expect(told([])).toEqual([])
  })

  it('are as wide as their caps, and what is not dealt stays empty beside the last', () => {
    const lines = [line('root', null, 1000), line('a', 'root', 600), line('b', 'root', 200), line('a1', 'a', 300)]
    expect(told(lines)).toEqual([
      ['root', 0, 0, 100],
      ['a', 1, 0, 60],
      ['a1', 2, 0, 30],
      ['b', 1, 60, 20],
    ])
  })

  it('share their parent where there is no money yet, or more below than above', () => {
    expect(told([line('root', null, 0), line('a', 'root', 0), line('b', 'root', 0)])).toEqual([
      ['root', 0, 0, 100],
      ['a', 1, 0, 50],
      ['b', 1, 50, 50],
    ])
    expect(told([line('root', null, 100), line('a', 'root', 150), line('b', 'root', 50)]).slice(1)).toEqual([
      ['a', 1, 0, 75],
      ['b', 1, 75, 25],
    ])
  })

  it('of sixty lines are all there, each within its parent and beside its neighbours', () => {
    const parents = fc.array(fc.tuple(fc.nat(58), fc.nat(1_000_000)), { minLength: 60, maxLength: 60 })
    fc.assert(
      fc.property(parents, (drawn) => {
        const lines = drawn.map(([of, cap], nth) => line(String(nth), nth === 0 ? null : String(of % nth), cap))
        const boxes = new Map(boxesOf(lines, 320).map((box) => [box.id, box]))
        expect(boxes.size).toBe(60)
        for (const { line_id, parent_id } of lines) {
          const box = boxes.get(line_id)!
          const parent = parent_id === null ? { x: 0, width: 320, depth: -1 } : boxes.get(parent_id)!
          expect(box.depth).toBe(parent.depth + 1)
          expect(box.x).toBeGreaterThanOrEqual(parent.x - 1e-6)
          expect(box.x + box.width).toBeLessThanOrEqual(parent.x + parent.width + 1e-6)
          const siblings = lines.filter((one) => one.parent_id === parent_id).map((one) => boxes.get(one.line_id)!)
          const sum = siblings.reduce((whole, one) => whole + one.width, 0)
          expect(sum).toBeLessThanOrEqual(parent.width + 1e-6)
          for (const [nth, one] of siblings.entries()) {
            const next = siblings[nth + 1]
            if (next) expect(next.x).toBeCloseTo(one.x + one.width, 6)
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('the bar in a box', () => {
  it('is used, with residents, and left, together its width', () => {
    const parts = partsOf({ cap_fen: 1000, issued_fen: 700, returned_fen: 100 }, 200, 50)
    expect(parts).toEqual({ used: 10, out: 20, left: 20 })
  })

  it('is empty without money, and never longer than the box', () => {
    expect(partsOf({ cap_fen: 0, issued_fen: 0, returned_fen: 0 }, 0, 50)).toEqual({ used: 0, out: 0, left: 50 })
    expect(partsOf({ cap_fen: 100, issued_fen: 300, returned_fen: 0 }, 400, 50)).toEqual({ used: 50, out: 0, left: 0 })
  })
})

it('a name is shortened to what fits, and left out where two signs do not', () => {
  expect([fitting('餐饮消费券', 70, 14), fitting('餐饮消费券', 60, 14), fitting('餐饮消费券', 30, 14)]).toEqual(['餐饮消费券', '餐饮消…', ''])
})
