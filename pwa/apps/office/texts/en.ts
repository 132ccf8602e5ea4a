import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'app.title': 'Yizhan office',
  'home.title': 'Desk',
  'home.empty': 'Nothing is open here yet',
  'home.text': 'Drafting, checking and approving campaigns appear here once they are open.',
} satisfies Twin<typeof zh>
