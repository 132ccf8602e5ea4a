import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'version': 'Version {version}, from {at}',
  'coming': 'A published change (version {version}) counts from {at}',
  'versions': 'All versions',
  'change': 'Change the rules',
  'change.text': 'A change is public now and counts in seven days; whoever applies before that does so under the old rules.',
  'change.pending': 'A published change does not count yet. Another one can follow when it does.',
  'change.late': 'The call ends in less than seven days: no change could count in time.',
  'change.over': 'The call has ended. Publish a new one where it is needed.',
  'change.send': 'Publish the change',
  'change.done': 'The change is public and counts in seven days',
  'end': 'End applications early',
  'end.text': 'Seven days from now at the earliest: a change of rules is published ahead. Check the day, and give the document number.',
  'end.send': 'Publish the early end',
  'apply': 'Apply for somebody at the office',
  'list': 'The list',
  'list.none': 'Nobody is on the list yet',
  'unlist': 'Take off the list',
  'unlist.text': 'Within a second vouchers that ask for this list are refused there; the merchant stays admitted for everything else.',
  'unlist.done': 'Taken off the list',
  'publicised': 'Published for objections',
  'publicised.none': 'Nobody is published now',
  'record': 'Record an objection',
  'record.text': 'Somebody objected by letter, by phone or in person: write it down here.',
} satisfies Twin<typeof zh>
