/** What every table says. */
import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'find': 'Find',
  'find.hint': 'Words in the table',
  'choice.all': 'All',
  'sort': 'Order',
  'sort.given': 'As it comes',
  'sort.up': '{column}, smallest first',
  'sort.down': '{column}, largest first',
  'sort.by': 'Sort by {column}',
  'rows': '{count} {count:row|rows}',
  'rows.some': '{count} of {all} {all:row|rows}',
  'rows.drawn': 'The first {count} rows are listed here; an exported file has all {all}',
  'rows.part': '{count} {count:row|rows} loaded, and there are more',
  'rows.most': 'Too many: only the first {count} rows are here; narrow them down above',
  'rows.loading': 'Loading, {count} {count:row|rows} so far',
  'none': 'No row matches',
  'none.clear': 'Show all rows',
  'sum': 'Total',
  'acts': 'To do',
  'all': 'Load all',
  'csv': 'Export CSV',
  'xlsx': 'Export Excel',
  'saved': '{count} {count:row|rows} exported',
  'saved.not': 'The export failed; please try again',
  'no-download': 'WeChat cannot download files. Tap “…” at the top right, open this page in a browser, and export there.',
} as const satisfies Twin<typeof zh>
