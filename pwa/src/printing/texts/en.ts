import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  title: 'Print',
  page: 'Print on A4',
  picture: 'Send to the slip printer’s app',
  bluetooth: 'Slip printer over Bluetooth',
  usb: 'Slip printer over USB',
  hint: 'Slip printers take paper of 58 mm. The picture can be shared with the printer’s own app.',
  kept: 'The picture is in the downloads; open it with the printer’s app.',
  sent: 'Sent to the printer.',
  failed: 'Nothing was printed: the printer is not connected or did not answer. Check it and try again, or print another way.',
  demo: 'Demonstration data',
  'receipt.act': 'Print the receipt',
  'receipt.hide': 'Close',
  'receipt.gone': 'This device has no record of it any more, so no receipt can be printed.',
  'receipt.title': 'Voucher receipt',
  'receipt.shop': 'Merchant',
  'receipt.time': 'Time',
  'receipt.bill': 'Bill',
  'receipt.discount': 'Voucher',
  'receipt.paid': 'Paid',
  'receipt.number': 'Number',
  'receipt.code': 'Receipt code',
  'receipt.note': 'Taken without a network; it counts once the county has it. Keep it, and bring it to a station or call the help phone with any question.',
  'receipt.phone': 'Help phone {phone}',
} satisfies Twin<typeof zh>
