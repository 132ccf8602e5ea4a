/** Makes an audit pack and takes it in: minutes of waiting, then a file that comes in pieces. */

import { api, ask, fetchPatiently } from '@/api/client'
import type { Problem } from '@/api/problem'
import { answered } from '@/offline/connection'

export interface Pack {
  name: string
  file: Blob
}

export interface Asked {
  campaignId: string
  packId: string
  seed: string
  sample: number
}

/** The pack; a problem of the county's; or `null` where the line broke off or somebody gave up. */
export async function makePack(
  { campaignId, packId, seed, sample }: Asked,
  given: AbortSignal,
  received: (bytes: number) => void,
): Promise<Pack | Problem | null> {
  const answer = await ask(
    api.POST('/api/v1/office/campaigns/{campaign_id}/audit-pack', {
      params: { path: { campaign_id: campaignId } },
      body: { pack_id: packId, seed, sample },
      parseAs: 'stream',
      fetch: fetchPatiently(given),
    }),
  )
  // Whoever gives up has not lost the line.
  if (given.aborted) answered()
  if (!answer.ok) return given.aborted ? null : answer.problem
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  try {
    const reader = (answer.value as unknown as ReadableStream<Uint8Array<ArrayBuffer>>).getReader()
    given.addEventListener('abort', () => void reader.cancel())
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value)
      bytes += piece.value.length
      received(bytes)
    }
  } catch {
    return null
  }
  if (given.aborted) return null
  const name = /filename="([^"]+)"/.exec(answer.response.headers.get('content-disposition') ?? '')?.[1]
  return { name: name ?? 'audit-pack.zip', file: new Blob(pieces, { type: 'application/zip' }) }
}

/** Hands a file to the browser's downloads. */
export function save({ name, file }: Pack): void {
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** 12.3 MB, 45 KB */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1000)} KB`
  return `${Math.floor(bytes / 1_000_000)}.${Math.floor((bytes % 1_000_000) / 100_000)} MB`
}
