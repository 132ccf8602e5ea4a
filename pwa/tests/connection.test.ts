import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick } from 'vue'
import type { Answer } from '../src/api/client'
import { unanswered } from '../src/api/problem'
import { answered, connection, unreached, watchConnection } from '../src/offline/connection'
import { useLoaded } from '../src/offline/loaded'

const yes = <Value>(value: Value): Answer<Value> => ({ ok: true, value, response: new Response() })
const away: Answer<never> = { ok: false, problem: unanswered('no-network') }

beforeEach(() => {
  vi.useFakeTimers()
  answered()
})

afterEach(() => {
  answered()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('is asked again by itself, with pauses that double up to a minute', async () => {
  const tries = vi.fn<() => Promise<Response>>(async () => {
    throw new TypeError('Failed to fetch')
  })
  vi.stubGlobal('fetch', tries)
  unreached()
  expect(connection.value).toBe('unreachable')
  for (const pause of [4, 8, 16, 32, 60, 60]) {
    const before = tries.mock.calls.length
    await vi.advanceTimersByTimeAsync(pause * 1000 - 1)
    expect(tries.mock.calls.length).toBe(before)
    await vi.advanceTimersByTimeAsync(1)
    expect(tries.mock.calls.length).toBe(before + 1)
  }
  vi.stubGlobal('fetch', async () => new Response())
  await vi.advanceTimersByTimeAsync(60_000)
  expect(connection.value).toBe('online')
})

it('is asked again as soon after many requests that were lost together as after one', async () => {
  const tries = vi.fn<() => Promise<Response>>(async () => new Response())
  vi.stubGlobal('fetch', tries)
  for (let lost = 0; lost < 6; lost += 1) unreached()
  await vi.advanceTimersByTimeAsync(4_000)
  expect([tries.mock.calls.length, connection.value]).toEqual([1, 'online'])
})

it('is gone when the phone says so, and comes back only with an answer', async () => {
  watchConnection()
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  dispatchEvent(new Event('offline'))
  expect(connection.value).toBe('offline')
  dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(0)
  expect(connection.value).toBe('unreachable')
})

it('what was loaded stays and is marked stale when a later try fails', async () => {
  vi.setSystemTime(new Date('2026-06-01T02:00:00Z'))
  let answer: Answer<string> = yes('三张消费券')
  const scope = effectScope()
  const loaded = scope.run(() => useLoaded(async () => answer))
  await vi.advanceTimersByTimeAsync(0)
  expect(loaded?.content.value).toBe('三张消费券')
  expect(loaded?.staleSince.value).toBeNull()

  answer = away
  vi.setSystemTime(new Date('2026-06-01T03:00:00Z'))
  await loaded?.reload()
  expect(loaded?.content.value).toBe('三张消费券')
  expect(loaded?.staleSince.value).toEqual(new Date('2026-06-01T02:00:00Z'))
  scope.stop()
})

it('what changes while an older answer is on its way is asked for once more', async () => {
  const answers: ((answer: Answer<string>) => void)[] = []
  const scope = effectScope()
  const loaded = scope.run(() => useLoaded(() => new Promise<Answer<string>>((resolve) => answers.push(resolve))))
  const changed = loaded?.reload()
  void loaded?.reload()
  answers[0]?.(yes('三张消费券'))
  await vi.advanceTimersByTimeAsync(0)
  answers[1]?.(yes('两张消费券'))
  await changed
  await vi.advanceTimersByTimeAsync(0)
  expect(loaded?.content.value).toBe('两张消费券')
  expect(answers).toHaveLength(2)
  expect(loaded?.busy.value).toBe(false)
  scope.stop()
})

it('what could not be loaded is loaded again as soon as the county answers', async () => {
  let answer: Answer<string> = away
  const scope = effectScope()
  const loaded = scope.run(() => useLoaded(async () => answer))
  await vi.advanceTimersByTimeAsync(0)
  expect(loaded?.problem.value?.reason).toBe('no-network')

  connection.value = 'unreachable'
  await nextTick()
  answer = yes('两张消费券')
  answered()
  await vi.advanceTimersByTimeAsync(0)
  expect(loaded?.content.value).toBe('两张消费券')
  expect(loaded?.problem.value).toBeNull()
  scope.stop()
})

it('what could not even be asked for is asked for anew', async () => {
  let broken = false
  const scope = effectScope()
  const load = async (): Promise<Answer<string>> => {
    if (broken) throw new TypeError('a part of the page is missing')
    return yes('两张消费券')
  }
  const loaded = scope.run(() => useLoaded(load))!
  await vi.advanceTimersByTimeAsync(0)
  broken = true
  await expect(loaded.reload()).rejects.toThrow('missing')
  expect(loaded.busy.value).toBe(false)
  broken = false
  await loaded.reload()
  expect(loaded.busy.value).toBe(false)
  scope.stop()
})
