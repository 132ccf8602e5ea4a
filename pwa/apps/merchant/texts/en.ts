import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'app.title': 'Yizhan merchant',
  'home.title': 'Redeem',
  'home.empty': 'Nothing is open here yet',
  'home.text': 'Taking vouchers appears here once it is open.',
} satisfies Twin<typeof zh>
