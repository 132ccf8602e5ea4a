/** Somebody who is to get an account, as whoever invites writes it down. */

import { isMobile, mobileOf } from '@/merchants/dossier'

export interface Person {
  name: string
  phone: string
  login: string
}

/** Whether everything that can be seen from here is filled in; the county looks closer. */
export const isPerson = ({ name, phone, login }: Person): boolean =>
  name.trim() !== '' && login.trim() !== '' && isMobile(phone)

/** What is sent: logins are written small. */
export const personBody = ({ name, phone, login }: Person): Person => ({
  name: name.trim(),
  phone: mobileOf(phone),
  login: login.trim().toLowerCase(),
})
