// @vitest-environment node
/** Every vector of words. */

import { expect, test } from 'vitest'
import { toHex } from '@/kernel/bytes'
import { digestOf } from '@/offline/digest'
import { readWord } from '@/offline/word'
import { hex, vectorsOf } from './kernel/vectors'

const COUNTY = '511527'
const DEVICE = '01999999-0000-7000-8000-000000000003'

test.each(vectorsOf('word', 'word'))('a word says what the vector says: %s', async (_, vector) => {
  const read = await readWord(hex(vector, 'data'), { county: COUNTY, device: DEVICE })
  if (typeof read === 'string') throw new Error(read)
  const digests = await Promise.all(
    [...read.collections].map(async ([name, rows]) => {
      const { count, sha256 } = await digestOf(rows)
      return [name, [count, toHex(sha256)]]
    }),
  )
  const { epoch, cursor, server_time, trust, status_version } = read
  const [certificate, policy, allowance] = [read.certificate, read.policy, read.allowance].map((paper) => paper && toHex(paper))
  const collections = Object.fromEntries([...read.collections].map(([name, rows]) => [name, Object.fromEntries(rows)]))
  const told = { epoch, cursor, server_time, status_version, certificate, policy, allowance, collections }
  const known = trust && [toHex(trust.root.compressed), toHex(trust.list), ...(trust.handovers.length > 0 ? [trust.handovers.map(toHex)] : [])]
  expect({ ...told, trust: known, digests: Object.fromEntries(digests) }).toEqual(vector['expect'])
})

test.each(vectorsOf('word', 'word-refused'))('a word is refused for its reason: %s', async (_, vector) => {
  const [county, device] = [String(vector['county']), String(vector['device'])]
  expect(await readWord(hex(vector, 'data'), { county, device })).toBe(vector['reason'])
})
