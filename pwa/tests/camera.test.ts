/** What a counter's phone does with its camera and its loudspeaker; that a real browser reads a code is a journey. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { sayNo, sayYes, switchSound } from '@/counter/sounds'
import { useCamera, type Camera } from '@/scanning/camera'
import { openReader } from '@/scanning/reader'

vi.mock('@/scanning/reader', () => ({ openReader: vi.fn(), readPicture: vi.fn() }))

let page: EffectScope
let found: string[]
const track = { stop: vi.fn(), applyConstraints: vi.fn(async () => undefined), getCapabilities: vi.fn(() => ({ torch: true })) }
const reader = { read: vi.fn(async (): Promise<string | null> => null), close: vi.fn() }
const video = { play: async () => undefined, srcObject: null, videoWidth: 640, videoHeight: 480 } as unknown as HTMLVideoElement
const ask = vi.fn(async (): Promise<unknown> => ({ getTracks: () => [track], getVideoTracks: () => [track] }))

beforeEach(() => {
  vi.useFakeTimers()
  vi.clearAllMocks()
  vi.mocked(openReader).mockReturnValue(reader as never)
  vi.stubGlobal('navigator', { ...navigator, mediaDevices: { getUserMedia: ask } })
  page = effectScope()
  found = []
})

afterEach(() => {
  page.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  switchSound(false)
})

const open = async (): Promise<Camera> => {
  const camera = page.run(() => useCamera((text) => found.push(text)))!
  await camera.open(video)
  return camera
}

describe('the camera', () => {
  it('is looked at eight times a second at most, and says what it reads', async () => {
    reader.read.mockResolvedValueOnce(null).mockResolvedValueOnce('52716606')
    const camera = await open()
    expect(camera.state.value).toBe('open')
    await vi.advanceTimersByTimeAsync(1000)
    expect(reader.read.mock.calls.length).toBeLessThanOrEqual(9)
    expect(found).toEqual(['52716606'])
    page.stop()
    expect([track.stop.mock.calls.length, reader.close.mock.calls.length]).toEqual([1, 1])
  })

  it('has a torch where the phone has one, which goes off with it', async () => {
    const camera = await open()
    expect(camera.hasTorch.value).toBe(true)
    await camera.switchTorch()
    expect(track.applyConstraints).toHaveBeenLastCalledWith({ advanced: [{ torch: true }] })
    expect(camera.torchOn.value).toBe(true)
    camera.close()
    expect([camera.torchOn.value, camera.state.value]).toEqual([false, 'closed'])
  })

  it('offers no torch where there is none, and takes it back where it does not obey', async () => {
    track.getCapabilities.mockReturnValueOnce({ torch: false })
    expect((await open()).hasTorch.value).toBe(false)
    track.applyConstraints.mockRejectedValueOnce(new Error('no'))
    const camera = await open()
    await camera.switchTorch()
    expect([camera.hasTorch.value, camera.torchOn.value]).toEqual([false, false])
  })

  it('that is refused is told apart from one that is not there', async () => {
    ask.mockRejectedValueOnce(new DOMException('no', 'NotAllowedError'))
    expect((await open()).state.value).toBe('refused')
    ask.mockRejectedValueOnce(new DOMException('no', 'NotFoundError'))
    expect((await open()).state.value).toBe('missing')
  })
})

describe('the loudspeaker', () => {
  const tones: number[] = []

  beforeEach(() => {
    tones.length = 0
    const tone = (): unknown => {
      const one = { frequency: { value: 0 }, connect: (next: unknown) => next, start: () => tones.push(one.frequency.value), stop: vi.fn() }
      return one
    }
    const volume = { gain: { setValueAtTime: vi.fn(), exponentialRampToValueAtTime: vi.fn() }, connect: vi.fn() }
    class Context {
      currentTime = 0
      createOscillator = tone
      createGain = (): unknown => volume
      close = async (): Promise<void> => undefined
    }
    vi.stubGlobal('AudioContext', Context)
  })

  it('says yes in two rising tones and no in one low, and nothing until it is turned on', () => {
    sayYes()
    sayNo()
    expect(tones).toEqual([])
    switchSound(true)
    tones.length = 0
    sayYes()
    sayNo()
    expect(tones).toEqual([660, 880, 196])
  })
})
