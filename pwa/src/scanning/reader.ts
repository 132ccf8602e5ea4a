/** Reads codes out of frames, one at a time, in a worker that lives as long as somebody scans. */

/** A long code needs this many pixels; more only makes an old phone slow. */
const WIDEST = 1000

export interface FrameReader {
  /** The text of a code in this picture, or null. */
  read: (source: CanvasImageSource, width: number, height: number) => Promise<string | null>
  close: () => void
}

export function openReader(): FrameReader {
  const worker = new Worker(new URL('./scan_worker.ts', import.meta.url))
  const canvas = document.createElement('canvas')
  let settle: ((text: string | null) => void) | null = null

  worker.addEventListener('message', ({ data }: MessageEvent<string | null>) => settle?.(data))
  worker.addEventListener('error', () => settle?.(null))

  return {
    read(source, width, height) {
      const scale = Math.min(1, WIDEST / Math.max(width, height))
      canvas.width = Math.round(width * scale)
      canvas.height = Math.round(height * scale)
      const pen = canvas.getContext('2d', { willReadFrequently: true })
      if (!pen || canvas.width === 0) return Promise.resolve(null)
      pen.drawImage(source, 0, 0, canvas.width, canvas.height)
      const frame = pen.getImageData(0, 0, canvas.width, canvas.height)
      return new Promise((done) => {
        settle = done
        worker.postMessage(frame, [frame.data.buffer])
      })
    },
    close: () => worker.terminate(),
  }
}

/** The code on a picture that somebody chose; null where there is none or it is no picture. */
export async function readPicture(file: File): Promise<string | null> {
  const address = URL.createObjectURL(file)
  const reader = openReader()
  try {
    const image = await loaded(address)
    return await reader.read(image, image.naturalWidth, image.naturalHeight)
  } catch {
    return null
  } finally {
    reader.close()
    URL.revokeObjectURL(address)
  }
}

function loaded(address: string): Promise<HTMLImageElement> {
  return new Promise((done, failed) => {
    const image = new Image()
    image.addEventListener('load', () => done(image))
    image.addEventListener('error', failed)
    image.src = address
  })
}
