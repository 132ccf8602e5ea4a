import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { api, ask } from '../src/api/client'
import { mayPass, problemOf, unanswered } from '../src/api/problem'
import { textOf } from '../src/api/problem_text'
import { speak } from '../src/i18n'
import { textsReady } from '../src/i18n/texts'
import { connection } from '../src/offline/connection'

const headers = (from: Record<string, string> = {}): Headers => new Headers(from)

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('a refused answer', () => {
  it('is read with its reason, its words and the fields to mend', () => {
    const body = {
      type: 'about:blank',
      title: '账单金额不对',
      title_en: 'The amount of the bill is wrong',
      status: 422,
      reason: 'bad-input',
      errors: [{ pointer: '/bill_fen', detail: '请填写整数分' }],
    }
    expect(problemOf({ status: 422, headers: headers() }, body)).toEqual({
      reason: 'bad-input',
      status: 422,
      title: '账单金额不对',
      titleEn: 'The amount of the bill is wrong',
      detail: '',
      fields: [{ pointer: '/bill_fen', detail: '请填写整数分' }],
      retryAfterS: null,
      triesLeft: null,
    })
  })

  it('is a problem whatever was sent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 400, max: 599 }), (body, status) => {
        const problem = problemOf({ status, headers: headers() }, body)
        expect(problem.status).toBe(status)
        expect(problem.reason).not.toBe('')
      }),
    )
  })

  it('says how long to wait where the county does', () => {
    expect(problemOf({ status: 503, headers: headers({ 'Retry-After': '7' }) }, null).retryAfterS).toBe(7)
  })

  it('says how often a secret may still be typed where the county counts', () => {
    const told = [4, 0, -1, 1.5, '4', null].map((tries_left) => problemOf({ status: 409, headers: headers() }, { tries_left }))
    expect(told.map(({ triesLeft }) => triesLeft)).toEqual([4, 0, null, null, null, null])
  })

  it('may pass by itself only where nobody said no', () => {
    const passing = [401, 404, 408, 409, 422, 429, 500, 503].filter((status) =>
      mayPass(problemOf({ status, headers: headers() }, null)),
    )
    expect(passing).toEqual([408, 429, 500, 503])
  })
})

describe('the sentence of a problem', () => {
  const sold = problemOf({ status: 409, headers: headers() }, { reason: 'sold-out', title: '已领完', title_en: 'All taken' })
  const proxy = problemOf({ status: 502, headers: headers() }, '<html>Bad Gateway</html>')

  it('is the county’s own, in the language on the screen', async () => {
    expect(textOf(sold)).toBe('已领完')
    await speak('en')
    await textsReady()
    expect(textOf(sold)).toBe('All taken')
    await speak('zh')
  })

  it('is ours where the county did not write the answer', () => {
    expect(textOf(proxy)).toBe('服务出了问题，不是您的操作有误。请稍后再试。')
    expect(textOf(unanswered('no-network'))).toBe('没有网络，请连上网络后再试。')
    expect(textOf(unanswered('too-slow'))).toBe('网络太慢，没有等到回复。请再试一次，不会重复办理。')
  })
})

describe('asking the county', () => {
  it('gives the value of a yes, and the connection is known to be there', async () => {
    vi.stubGlobal('fetch', async () => Response.json({ status: 'ok' }))
    connection.value = 'unreachable'
    const answer = await ask(api.GET('/healthz'))
    expect(answer).toMatchObject({ ok: true, value: { status: 'ok' } })
    expect(connection.value).toBe('online')
  })

  it('gives the problem of a no', async () => {
    vi.stubGlobal('fetch', async () => Response.json({ reason: 'paused', title: '活动暂停' }, { status: 409 }))
    expect(await ask(api.GET('/healthz'))).toMatchObject({ ok: false, problem: { reason: 'paused', status: 409 } })
  })

  it('asks in the language on the screen', async () => {
    const seen = vi.fn<(request: Request) => Promise<Response>>(async () => Response.json({ status: 'ok' }))
    vi.stubGlobal('fetch', seen)
    await ask(api.GET('/healthz'))
    expect(seen.mock.calls[0]?.[0].headers.get('Accept-Language')).toBe('zh-CN')
  })

  it('finds no network, and then knows it', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch')
    })
    expect(await ask(api.GET('/healthz'))).toMatchObject({ ok: false, problem: { reason: 'no-network', status: 0 } })
    expect(connection.value).toBe('unreachable')
    connection.value = 'online'
  })
})

describe('an answer that has begun', () => {
  it('waits a minute for the rest of an answer that has begun, and not for ever', async () => {
    vi.useFakeTimers()
    let read = 0
    vi.stubGlobal('fetch', async (_request: Request, { signal }: { signal: AbortSignal }) => {
      const body = new ReadableStream({
        start(stream) {
          stream.enqueue(new TextEncoder().encode('{"status":'))
          signal.addEventListener('abort', () => stream.error(new DOMException('', 'AbortError')))
        },
      })
      return new Response(body, { status: 200 })
    })
    const answer = ask(api.GET('/healthz')).finally(() => (read += 1))
    await vi.advanceTimersByTimeAsync(59_000)
    expect(read).toBe(0)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(read).toBe(1)
    expect(await answer).toMatchObject({ ok: false, problem: { reason: 'too-slow' } })
    connection.value = 'online'
  })
})

describe('a county that does not answer', () => {
  it('waits fifteen seconds and not longer', async () => {
    vi.useFakeTimers()
    vi.stubGlobal(
      'fetch',
      (_request: Request, { signal }: { signal: AbortSignal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
        }),
    )
    const answer = ask(api.GET('/healthz'))
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await answer).toMatchObject({ ok: false, problem: { reason: 'too-slow' } })
    connection.value = 'online'
  })
})
