/** A county for tests of what the phone does: it answers what it is told to, and remembers what it was sent. */

import { vi } from 'vitest'
import { nextTick } from 'vue'
import { answered, connection } from '@/offline/connection'

export interface Sent {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** How one request ends: with an answer, or without one, whether it had arrived or not. */
export type Ending = 'lost' | Response

export interface TestCounty {
  readonly sent: Sent[]
  /** What it does with the next requests, in this order; the last is done again and again. */
  next: (...endings: (() => Ending)[]) => void
}

export function openCounty(): TestCounty {
  const sent: Sent[] = []
  let endings: (() => Ending)[] = []
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string') return new Response()
    const text = await request.text()
    sent.push({ path: new URL(request.url).pathname, body: text ? (JSON.parse(text) as Sent['body']) : {} })
    const ending = endings.length > 1 ? endings.shift() : endings[0]
    const told = ending?.() ?? 'lost'
    if (told === 'lost') throw new TypeError('Failed to fetch')
    return told
  })
  return {
    sent,
    next(...wanted) {
      endings = wanted
    },
  }
}

export const lost = (): Ending => 'lost'

export function yes(body: unknown, status = 201): () => Ending {
  return () => Response.json(body, { status })
}

export function no(status: number, reason: string): () => Ending {
  return () =>
    new Response(JSON.stringify({ type: 'about:blank', title: '不行', title_en: 'No', status, reason }), {
      status,
      headers: { 'content-type': 'application/problem+json' },
    })
}

/** The line comes back: whoever waits for it goes on at once. */
export async function lineComesBack(): Promise<void> {
  connection.value = 'unreachable'
  await nextTick()
  answered()
  await nextTick()
}
