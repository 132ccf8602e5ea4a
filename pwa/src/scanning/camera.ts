/** The camera as a source of codes: at most eight frames a second, with the torch where the phone has one. */

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { openReader } from './reader'

export type CameraState = 'closed' | 'opening' | 'open' | 'refused' | 'missing'

export interface Camera {
  state: ShallowRef<CameraState>
  hasTorch: ShallowRef<boolean>
  torchOn: ShallowRef<boolean>
  open: (video: HTMLVideoElement) => Promise<void>
  close: () => void
  switchTorch: () => Promise<void>
}

const FRAME_MS = 125

/** TypeScript's library does not know what phones know. */
interface TorchCapabilities {
  torch?: boolean
}

/** Calls `found` with each code that it sees, as long as the caller lives. */
export function useCamera(found: (text: string) => void): Camera {
  const state = shallowRef<CameraState>('closed')
  const hasTorch = shallowRef(false)
  const torchOn = shallowRef(false)
  let stream: MediaStream | null = null
  let stop = nothing

  async function open(video: HTMLVideoElement): Promise<void> {
    close()
    if (!navigator.mediaDevices?.getUserMedia) {
      state.value = 'missing'
      return
    }
    state.value = 'opening'
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
      })
    } catch (failure) {
      state.value = failure instanceof DOMException && failure.name === 'NotAllowedError' ? 'refused' : 'missing'
      return
    }
    // Somebody left the page while the browser asked.
    if (state.value !== 'opening') {
      close()
      return
    }
    video.srcObject = stream
    await video.play().catch(() => undefined)
    const capabilities = stream.getVideoTracks()[0]?.getCapabilities?.() as TorchCapabilities | undefined
    hasTorch.value = capabilities?.torch === true
    state.value = 'open'
    stop = look(video, found)
  }

  function close(): void {
    stop()
    stop = nothing
    stream?.getTracks().forEach((track) => track.stop())
    stream = null
    torchOn.value = false
    state.value = 'closed'
  }

  async function switchTorch(): Promise<void> {
    const on = !torchOn.value
    const wanted = { advanced: [{ torch: on }] } as unknown as MediaTrackConstraints
    try {
      await stream?.getVideoTracks()[0]?.applyConstraints(wanted)
      torchOn.value = on
    } catch {
      hasTorch.value = false
    }
  }

  onScopeDispose(close)
  return { state, hasTorch, torchOn, open, close, switchTorch }
}

function look(video: HTMLVideoElement, found: (text: string) => void): () => void {
  const reader = openReader()
  let over = false
  const step = async (): Promise<void> => {
    const begun = performance.now()
    const text = await reader.read(video, video.videoWidth, video.videoHeight)
    if (over) return
    if (text) found(text)
    setTimeout(() => void step(), Math.max(0, FRAME_MS - (performance.now() - begun)))
  }
  void step()
  return () => {
    over = true
    reader.close()
  }
}

function nothing(): void {
  // No frame is being read.
}
