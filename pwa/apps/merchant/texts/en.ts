import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'app.title': 'Yizhan merchant',
  'home.title': 'Redeem',
  'home.welcome': 'Take vouchers',
  'home.text': 'Scan the customer’s code, enter the bill, and see at once the discount and what is left to pay.',
} satisfies Twin<typeof zh>
