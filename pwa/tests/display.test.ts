import { expect, it } from 'vitest'
import { chooseText, display, hasChosenText, showDisplay } from '../src/design-system/display'
import { appOfPath } from '../src/kernel/app_name'
import { clockTime } from '../src/kernel/instants'

it('a choice shows at once and is remembered', () => {
  const root = document.createElement('html')
  expect(hasChosenText()).toBe(false)
  showDisplay(root)
  expect({ ...root.dataset }).toEqual({ scheme: 'light', text: 'standard' })

  chooseText('elder')
  display.scheme = 'dark'
  expect({ ...root.dataset }).toEqual({ scheme: 'dark', text: 'elder' })
  expect(hasChosenText()).toBe(true)
  expect(localStorage.getItem('yizhan.scheme')).toBe('dark')
  expect(localStorage.getItem('yizhan.text')).toBe('elder')
})

it('times are those of the county, whatever the phone is set to', () => {
  expect(clockTime(new Date('2026-06-01T02:00:00Z'))).toBe('10:00')
  expect(clockTime(new Date('2026-05-31T16:05:00Z'))).toBe('00:05')
})

it('an address belongs to the app that it begins with, else to the residents', () => {
  const found = ['/', '/resident/wallet', '/merchant', '/merchants/', '/office/', '/notice/1'].map(appOfPath)
  expect(found).toEqual(['resident', 'resident', 'merchant', 'resident', 'office', 'resident'])
})
