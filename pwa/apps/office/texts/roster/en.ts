import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'new': 'Bring a list in',
  'text': 'A list only recognises people: phones and identity numbers are kept as hashes, and nobody can read who is on it. Another person confirms it.',
  'template': 'Download an empty sheet',
  'file': 'The file of the list',
  'file.hint': 'Excel (.xlsx) or CSV, at most 5000 rows',
  'file.missing': 'Choose the file of the list',
  'document.hint': 'of the document that grants it; residents will see it',
  'look': 'Try it',
  'report': 'What the file would do',
  'faults': '{count} {count:thing|things} to mend; nothing was brought in',
  'good': 'No fault; it can be brought in',
  'over': 'More than there is; it cannot be brought in',
  'over.text': '{figures}. Check the list, or give the campaign more pieces.',
  'class': '{name}: {count} {count:person|people}',
  'ignored': 'Columns that were not used: {columns}',
  'row': 'row {row}',
  'cell': 'column {column}',
  'whole': 'the whole file',
  'more': 'and {count} more',
  'bring': 'Bring in {count} {count:person|people}, to be confirmed by somebody else',
  'done': 'The list is in and waits for somebody else to confirm it',
} satisfies Twin<typeof zh>
