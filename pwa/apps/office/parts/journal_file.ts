/** A device's journal in a file goes to the county as it is; what came of it. */

import { api, ask, type Answer } from '@/api/client'
import type { JournalFileTaken } from '@/api/wire'

export function bringJournal(file: File): Promise<Answer<JournalFileTaken>> {
  const headers = { 'content-type': 'application/cbor' }
  // The description calls the body a text, since JSON has no bytes.
  return ask(api.POST('/api/v1/sync/journal-files', { body: '', bodySerializer: () => file, headers }))
}
