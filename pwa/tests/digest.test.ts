// @vitest-environment node
/** A collection's digest is the county's, however its rows are given; `tests/sync/test_terms.py` names the same hash. */

import { expect, test } from 'vitest'
import { toHex } from '@/kernel/bytes'
import { digestOf, type Json } from '@/offline/digest'

const ROW: Json = { name: '餐饮券', face_fen: 5000, towns: [], paused: false, until: null }
const HASH = '8a522f0282ec92c067325a6e91fc08de05fdba51da96df3174cf124dafaa6b88'

test('a digest is over rows by their keys, however they and their members are given', async () => {
  const turned = Object.fromEntries(Object.entries(ROW).toReversed())
  for (const rows of [
    [['2.1.1', ROW], ['10.1.1', {}]],
    [['10.1.1', {}], ['2.1.1', turned]],
  ] as [string, Json][][]) {
    const digest = await digestOf(new Map(rows))
    expect([digest.count, toHex(digest.sha256)]).toEqual([2, HASH])
  }
})

test('a row that is lost, left over or changed gives another digest', async () => {
  const others: [string, Json][][] = [
    [],
    [['2.1.1', ROW]],
    [['2.1.1', ROW], ['10.1.1', {}], ['3.1.1', {}]],
    [['2.1.1', { ...(ROW as object), face_fen: 5001 }], ['10.1.1', {}]],
    [['10.1.1', ROW], ['2.1.1', {}]],
  ]
  for (const rows of others) expect(toHex((await digestOf(new Map(rows))).sha256)).not.toBe(HASH)
})

test('an amount that is not whole has no digest', async () => {
  await expect(digestOf(new Map([['1', 1.5]]))).rejects.toThrow('integer')
})
