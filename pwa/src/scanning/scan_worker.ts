/**
 * Finds a QR code in one frame after another, away from the page, so that buttons stay quick on an old phone.
 *
 * The browser's own reader where there is one, else a program of ours: its wasm is fetched only then, and from us (by
 * default it would come from a foreign host).
 */

import { BarcodeDetector as OwnReader, prepareZXingModule } from 'barcode-detector/ponyfill'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'

declare const self: DedicatedWorkerGlobalScope

interface Reader {
  detect: (frame: ImageData) => Promise<readonly { rawValue: string }[]>
}

interface NativeReader {
  new (options: { formats: string[] }): Reader
  getSupportedFormats: () => Promise<string[]>
}

let reader: Promise<Reader> | null = null

self.addEventListener('message', ({ data }: MessageEvent<ImageData>) => void answer(data))

async function answer(frame: ImageData): Promise<void> {
  reader ??= open()
  try {
    const found = await (await reader).detect(frame)
    self.postMessage(found[0]?.rawValue ?? null)
  } catch {
    // A frame that cannot be read is a frame without a code; the next one comes at once.
    self.postMessage(null)
  }
}

async function open(): Promise<Reader> {
  const Native = (self as unknown as { BarcodeDetector?: NativeReader }).BarcodeDetector
  if (Native && (await Native.getSupportedFormats()).includes('qr_code')) return new Native({ formats: ['qr_code'] })
  prepareZXingModule({ overrides: { locateFile: () => wasm } })
  return new OwnReader({ formats: ['qr_code'] })
}
