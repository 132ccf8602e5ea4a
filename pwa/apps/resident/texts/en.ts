import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'app.title': 'Yizhan',
  'home.title': 'Home',
  'home.welcome': 'Vouchers close to home',
  'home.text': 'Claim the vouchers of your county on this phone and show their code in the shop. Who pays each fen of the discount can be looked up.',
  'home.counter': 'Not used to phones? At a station nearby the operator does it with you.',
} satisfies Twin<typeof zh>
