/**
 * What does the county answer when it does not say yes?
 *
 * The wire form is RFC 9457 with our `reason`. Two reasons never come over the wire, because nothing did: `no-network`
 * and `too-slow`. Whatever else arrives (a proxy's page, half an answer) becomes `unknown`, never an exception.
 */

/** One field that is wrong: where it is, as a JSON pointer into what was sent, and how to mend it. */
export interface FieldProblem {
  pointer: string
  detail: string
}

export interface Problem {
  /** Kebab-case; what programs decide by. */
  reason: string
  /** 0 where no answer came. */
  status: number
  /** The county's own words in both languages, since a person may change theirs while they read; empty if it sent none. */
  title: string
  titleEn: string
  detail: string
  fields: readonly FieldProblem[]
  /** The county asks to wait this long before trying again. */
  retryAfterS: number | null
  /** How often a secret may still be typed; null where the county does not count, or does not say. */
  triesLeft: number | null
}

/** Reads a refused answer; never fails, whatever was sent. */
export function problemOf(response: Pick<Response, 'status' | 'headers'>, body: unknown): Problem {
  const sent = isRecord(body) ? body : {}
  const wait = Number(response.headers.get('retry-after'))
  return {
    reason: textAt(sent, 'reason') || reasonOfStatus(response.status),
    status: response.status,
    title: textAt(sent, 'title'),
    titleEn: textAt(sent, 'title_en'),
    detail: textAt(sent, 'detail'),
    fields: Array.isArray(sent.errors) ? sent.errors.filter(isRecord).map(fieldOf) : [],
    retryAfterS: Number.isFinite(wait) && wait > 0 ? wait : null,
    triesLeft: Number.isSafeInteger(sent.tries_left) && Number(sent.tries_left) >= 0 ? Number(sent.tries_left) : null,
  }
}

/** The problem of an answer that never came. */
export function unanswered(reason: 'no-network' | 'too-slow'): Problem {
  return { reason, status: 0, title: '', titleEn: '', detail: '', fields: [], retryAfterS: null, triesLeft: null }
}

/** Whether the same request may succeed later without anybody changing it. */
export function mayPass({ status }: Problem): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500
}

function fieldOf(error: Record<string, unknown>): FieldProblem {
  return { pointer: textAt(error, 'pointer'), detail: textAt(error, 'detail') }
}

function reasonOfStatus(status: number): string {
  const known: Record<number, string> = {
    401: 'not-signed-in',
    403: 'not-allowed',
    404: 'not-found',
    413: 'too-large',
    429: 'too-many',
    503: 'not-available',
  }
  return known[status] ?? 'unknown'
}

function textAt(record: Record<string, unknown>, key: string): string {
  const value = record[key]
  return typeof value === 'string' ? value : ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
