import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'inbox.title': 'Inbox',
  'inbox.empty': 'No messages yet',
  'inbox.empty.text': 'What the county has to tell you appears here.',
  'inbox.unread': 'unread',
  'inbox.go': 'Go there',
  'sessions.title': 'Where I am signed in',
  'sessions.text': 'Sign out at once any device that you do not know.',
  'sessions.current': 'this device',
  'sessions.opened': 'signed in {at}',
  'sessions.seen': 'last used {at}',
  'sessions.network': 'network {network}',
  'sessions.end': 'Sign it out',
  'sessions.ended': 'That device is signed out',
  'sessions.end-others': 'Sign out all the others',
  'sessions.ended-others': 'All other devices are signed out',
} satisfies Twin<typeof zh>
