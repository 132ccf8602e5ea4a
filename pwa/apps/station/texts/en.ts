import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'app.title': 'Yizhan counter',
  'home.title': 'Counter',
  'home.empty': 'Nothing is open here yet',
  'home.text': 'Assisting, checking and registering appear here once they are open.',
} satisfies Twin<typeof zh>
