/** An audit pack on its way: it comes in pieces, it may break off, and whoever waits may give up. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { connection } from '@/offline/connection'
import { makePack, sizeOf } from '../apps/office/parts/audit_pack'

const ASKED = { campaignId: 'c-1', packId: 'p-1', seed: '2026137', sample: 30 }
const HEADERS = { 'content-type': 'application/zip', 'content-disposition': 'attachment; filename="pack-1.zip"' }

afterEach(() => vi.unstubAllGlobals())

/** The county answers with these pieces; after them the line breaks where that is said. */
function answerWith(pieces: number[][], broken = false): { sent: Request[] } {
  const sent: Request[] = []
  const body = (): ReadableStream<Uint8Array> => {
    const left = [...pieces]
    return new ReadableStream({
      pull(stream) {
        const piece = left.shift()
        if (piece) stream.enqueue(new Uint8Array(piece))
        else if (broken) stream.error(new TypeError('the line broke'))
        else stream.close()
      },
    })
  }
  vi.stubGlobal('fetch', (request: Request) => {
    sent.push(request)
    return Promise.resolve(new Response(body(), { status: 201, headers: HEADERS }))
  })
  return { sent }
}

describe('an audit pack', () => {
  it('is put together from its pieces, which are counted as they come', async () => {
    const { sent } = answerWith([[1, 2, 3], [4, 5]])
    const counted: number[] = []
    const pack = await makePack(ASKED, new AbortController().signal, (bytes) => counted.push(bytes))
    expect(pack).toMatchObject({ name: 'pack-1.zip' })
    expect(new Uint8Array(await (pack as { file: Blob }).file.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3, 4, 5]))
    expect(counted).toEqual([3, 5])
    expect(await sent[0]?.json()).toEqual({ pack_id: 'p-1', seed: '2026137', sample: 30 })
  })

  it('is no pack where the line breaks off in the middle', async () => {
    answerWith([[1, 2, 3]], true)
    expect(await makePack(ASKED, new AbortController().signal, () => undefined)).toBeNull()
  })

  it('is no pack for somebody who gave up, before or while it comes', async () => {
    answerWith([[1], [2], [3]])
    const giving = new AbortController()
    expect(await makePack(ASKED, giving.signal, () => giving.abort())).toBeNull()
    vi.stubGlobal('fetch', () => Promise.reject(new DOMException('given up', 'AbortError')))
    expect(await makePack(ASKED, giving.signal, () => undefined)).toBeNull()
    expect(connection.value).toBe('online')
  })

  it('may be refused, and is told so', async () => {
    const problem = { type: 'about:blank', title: 'x', status: 429, reason: 'too-many-requests' }
    const headers = { 'content-type': 'application/problem+json' }
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(problem), { status: 429, headers })))
    const told = await makePack(ASKED, new AbortController().signal, () => undefined)
    expect(told).toMatchObject({ reason: 'too-many-requests' })
  })

  it('has a size that people read', () => {
    expect([1, 999_999, 1_000_000, 12_345_678].map(sizeOf)).toEqual(['1 KB', '1000 KB', '1.0 MB', '12.3 MB'])
  })
})
