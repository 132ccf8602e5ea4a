import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'title': 'Not sent yet',
  'text': 'What was pressed on this device and has had no answer. Open its page with a network and it goes on; nothing is done twice.',
  'none': 'Nothing waits to be sent',
  'none.text': 'Everything that you pressed has arrived.',
  'claim': 'Claiming a voucher',
  'entry': 'Entering a draw',
  'entitlement': 'Taking what a list gives',
  'redemption': 'Taking a voucher, bill {bill}',
  'since': 'pressed {at}',
  'go': 'Go on with it',
  'others': '{count} more {count:belongs|belong} to another account. Sign in with that account to see and finish {count:it|them}.',
  'drafts': 'Half-filled forms',
  'drafts.text': 'Not handed in; they are on this device alone.',
  'plan': 'Plan of a campaign: {name}',
  'plan.unnamed': 'no name yet',
  'application': 'Application: {name}',
  'application.unnamed': 'no shop name yet',
  'storage': 'What this device keeps',
  'storage.granted': 'The browser has promised to keep it: what was not sent and what is needed offline stays when space runs short.',
  'storage.refused': 'The browser has not promised to keep it: when space runs short, what is needed offline may be removed. Put the app on the home screen and connect often.',
  'storage.impossible': 'This browser cannot keep things for offline use. Stay connected, or use the browser that came with the device.',
  'storage.unknown': 'There is nothing yet that has to be kept.',
  'storage.gone': 'The browser once removed what this device had kept. If something was not sent at that time, please check the records.',
  'storage.memory': 'The browser allows no storage: what was not sent is gone from this device once the page is closed.',
} satisfies Twin<typeof zh>
