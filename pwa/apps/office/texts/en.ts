import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'app.title': 'Yizhan office',
  'home.title': 'Desk',
  'home.welcome': 'The campaign desk',
  'home.text': 'Drafting, checking and approving are apart; each step is recorded, and each fen of public money can be followed to the receipt.',
} satisfies Twin<typeof zh>
