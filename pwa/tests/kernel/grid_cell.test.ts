// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { cellOf } from '@/kernel/grid_cell'
import { vectorsOf } from './vectors'

function degrees(dms: unknown): number {
  const [whole = 0, minutes = 0, seconds = 0] = (String(dms).match(/[\d.]+/g) ?? []).map(Number)
  return whole + minutes / 60 + seconds / 3600
}

const places = vectorsOf('grid-code', 'encode2d').filter(([, { level, code }]) => level === 5 && /^N[3-6]/.test(String(code)))

describe('a cell of level 5', () => {
  it.each(places)('is the one of the standard: %s', (_, { latDms, lonDms, lat, lon, code }) => {
    const [north, east] = latDms ? [degrees(latDms), degrees(lonDms)] : [Number(lat), Number(lon)]
    expect(cellOf(north, east)).toBe(code)
  })

  it('is the one that the county says', () => {
    expect(cellOf(28.1733, 104.5123)).toBe('N48H50200B5')
  })

  it('is told of no place that the grid writes otherwise', () => {
    for (const [lat, lon] of [[-1, 100], [89, 100], [28, -1], [28, 180], [NaN, 100]] as const) {
      expect(cellOf(lat, lon)).toBeNull()
    }
  })
})
