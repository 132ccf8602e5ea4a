import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'app.title': 'Yizhan counter',
  'home.title': 'Counter',
  'home.welcome': 'The mobile convenience station',
  'home.text': 'Serve people here: assist, check, register. It works without a network and reports once there is one.',
} satisfies Twin<typeof zh>
