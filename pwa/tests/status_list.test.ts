// @vitest-environment node
/** Every vector of status lists. */

import { expect, test } from 'vitest'
import { readStatusList, stateOf } from '@/offline/status_list'
import { hex, vectorsOf } from './kernel/vectors'

const COUNTY = '511527'
const WRITTEN = { usable: '0', used: '1', 'not-usable': '2' }

test.each(vectorsOf('status-list', 'status-list'))('a list says what the vector says: %s', async (_, vector) => {
  const listed = await readStatusList(hex(vector, 'data'), COUNTY)
  if (typeof listed === 'string') throw new Error(listed)
  const { epoch, version, count } = listed
  const states = Array.from({ length: count + 1 }, (_none, place) => WRITTEN[stateOf(listed, place)]).join('')
  expect({ epoch, version, count, states }).toEqual(vector['expect'])
})

test.each(vectorsOf('status-list', 'status-list-refused'))('a list is refused for its reason: %s', async (_, vector) => {
  expect(await readStatusList(hex(vector, 'data'), String(vector['county']))).toBe(vector['reason'])
})
