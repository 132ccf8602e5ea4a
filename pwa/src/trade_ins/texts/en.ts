import type { Twin } from '@/i18n/texts'
import type zh from './zh'

const en: Twin<typeof zh> = {
  'state.filed': 'to be reviewed',
  'state.returned': 'returned to be mended',
  'state.approved': 'approved',
  'state.rejected': 'no subsidy',
  'state.withdrawn': 'void, goods returned',
  'state.all': 'every state',
  'level': 'level {level}',
  'old.recycling-receipt': 'Recycling receipt',
  'old.photo': 'Photo number',
  'old.waived': 'No old appliance',
  'old.none': 'not filled in',
  'line': 'price {bill}, subsidy {discount}',
  'sold': 'sold {at}',
  'filed': 'filed {at}',
  'late': 'filed after its day',
  'invoice': 'E-invoice number',
  'model': 'Model',
  'serial': 'Serial number (SN)',
  'energy': 'Energy or water label',
  'record': 'Record number of the label',
  'old': 'Old appliance',
  'told': 'Reviewer: {words}',
  'told.before': 'Why it was returned: {words}',
}

export default en
