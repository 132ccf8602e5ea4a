/** What every chart says. */
import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'numbers': 'Show the numbers',
  'failed': 'The chart did not load; its numbers are in the table below.',
} as const satisfies Twin<typeof zh>
