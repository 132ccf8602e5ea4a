/**
 * The one way to the county: typed by what the county itself publishes, and every answer is a yes or a problem.
 *
 * `schema.gen.ts` is made from `fixtures/openapi.json` by `make generate`; a route that changes there stops the
 * compiler here.
 */

import createClient from 'openapi-fetch'
import { language } from '@/i18n/language'
import { answered, unreached } from '@/offline/connection'
import { noteAnswer } from '@/offline/last_answer'
import { problemOf, unanswered, type Problem } from './problem'
import type { paths } from './schema.gen'

/** A slow line in the mountains still gets an answer through; a line that is gone does not keep people waiting. */
const PATIENCE_MS = 15_000
/** An answer that has begun to come gets longer, and not for ever either. */
const BODY_PATIENCE_MS = 60_000
/** Making an audit pack reads a whole campaign before the first byte comes. */
const LONG_PATIENCE_MS = 15 * 60_000

export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  fetch: fetchInTime,
})

api.use({
  onRequest({ request }) {
    request.headers.set('Accept-Language', language.value === 'zh' ? 'zh-CN' : 'en')
    return request
  },
})

type Listener = () => void
let signedOut: Listener = () => undefined

/** Tells when the county answered that nobody is signed in any more. */
export function whenSignedOut(listener: Listener): void {
  signedOut = listener
}

let answeredAt = 0

/** When the county last answered, in milliseconds since 1970 by the phone's clock. */
export function lastAnswered(): number {
  return answeredAt
}

export type Answer<Value> = { ok: true; value: Value; response: Response } | { ok: false; problem: Problem }

interface Fetched<Value> {
  data?: Value
  error?: unknown
  response: Response
}

/** Waits for one call: `await ask(api.GET('/healthz'))`. It never throws for what a network or a county may do. */
export async function ask<Value>(call: Promise<Fetched<Value>>): Promise<Answer<NonNullable<Value>>> {
  try {
    const { data, error, response } = await call
    answered()
    answeredAt = Date.now()
    noteAnswer(answeredAt)
    // An empty yes (204) is a yes; its value is of no use to anybody.
    if (response.ok) return { ok: true, value: data as NonNullable<Value>, response }
    if (response.status === 401) signedOut()
    return { ok: false, problem: problemOf(response, error) }
  } catch (failure) {
    unreached()
    const late = failure instanceof DOMException && failure.name === 'AbortError'
    return { ok: false, problem: unanswered(late ? 'too-slow' : 'no-network') }
  }
}

/** For the few calls that take minutes; whoever waits may give up. */
export function fetchPatiently(given: AbortSignal): (request: Request) => Promise<Response> {
  return (request) => begun(new Request(request, { signal: given }), new AbortController(), LONG_PATIENCE_MS)
}

/** The whole answer: a line may go silent after the head of one as well as before it. */
async function fetchInTime(request: Request): Promise<Response> {
  const impatience = new AbortController()
  const response = await begun(request, impatience, PATIENCE_MS)
  const timer = setTimeout(() => impatience.abort(), BODY_PATIENCE_MS)
  try {
    const body = await response.arrayBuffer()
    // What has nothing in it may be of a status that must not have anything.
    return new Response(body.byteLength > 0 ? body : null, response)
  } finally {
    clearTimeout(timer)
  }
}

/** The head of an answer; giving up stops what follows it too. */
async function begun(request: Request, impatience: AbortController, patience: number): Promise<Response> {
  const timer = setTimeout(() => impatience.abort(), patience)
  request.signal.addEventListener('abort', () => impatience.abort())
  try {
    return await fetch(request, { signal: impatience.signal })
  } finally {
    clearTimeout(timer)
  }
}
