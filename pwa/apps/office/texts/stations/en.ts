/** What the pages of stations say. */

import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'note': 'Opening, operators, caps of assisted service, shifts',
  'clerk': 'A clerk does this.',

  'list': 'Stations and vans',
  'list.empty': 'No station yet',
  'kind.fixed': 'station',
  'kind.van': 'van',
  'state.open': 'serves',
  'state.closed': 'closed for good',

  'new': 'Open a station',
  'new.kind': 'Kind',
  'new.name': 'Name',
  'new.name-en': 'English name',
  'new.send': 'Open it',
  'new.done': 'The station is open',

  'close': 'Close the station',
  'close.about': 'It cannot be undone. Open shifts can still be closed with their cash counted.',

  'facts.where': 'Address',
  'facts.hours': 'Hours',
  'facts.phone': 'Phone',

  'operators': 'Operators',
  'operators.empty': 'Nobody is appointed yet',
  'operators.over': 'over',
  'operators.now': 'in post',
  'operators.coming': 'to come',
  'appoint': 'Appoint an operator',
  'appoint.find': 'Find by name',
  'appoint.find.hint': 'The list below has {count} {count:person|people}',
  'appoint.who': 'Whom',
  'appoint.who.none': 'No operator’s account yet: the system administrator makes it, the security administrator gives the role.',
  'appoint.choose': 'Choose',
  'appoint.from': 'First day',
  'appoint.until': 'Last day (empty: until further notice)',
  'appoint.dates.wrong': 'The last day lies before the first',
  'appoint.send': 'Appoint',
  'appoint.done': 'Appointed',
  'end': 'End the appointment',
  'end.about': 'At once; no more shifts can be opened.',

  'policy': 'Caps of assisted service',
  'policy.text': 'How much an operator may claim for residents; in force at once, what was done today counts.',
  'policy.helper': 'Claims by one operator for one resident',
  'policy.device': 'Claims on one device a day',
  'policy.hours': 'Longest shift (hours)',
  'policy.reason': 'Why it changes',
  'policy.change': 'Change the caps',
  'policy.send': 'Save the caps',
  'policy.done': 'The caps have changed',
  'policy.wrong': 'Give a whole number from {least} to {most}',

  'shifts': 'Shifts',
  'shifts.which': 'Which shifts',
  'shifts.open': 'open',
  'shifts.closed': 'closed',
  'shifts.empty': 'No such shift',
  'shift.close': 'Close it for the operator',
  'shift.close.about': 'For an operator who cannot come. Count the cash in presence.',
  'shift.cash': 'Cash counted (yuan)',
  'shift.cash.wrong': 'Give an amount with at most two decimals',
  'shift.reason': 'Why you close it',
  'shift.done': 'The shift is closed',

  'assisted': 'Assisted service',
  'assisted.text': 'Everything operators did for residents, the newest first.',
  'assisted.empty': 'Nothing yet',
  'act.voucher.claim': 'claimed a voucher',
  'act.voucher.redeem': 'used a voucher',
  'act.voucher.short-code': 'took a code',
} satisfies Twin<typeof zh>
