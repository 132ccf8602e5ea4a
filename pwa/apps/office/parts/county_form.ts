/** The county's settings while somebody changes them: colours to choose from, what is wrong, and what is sent. */

import type { CountySettings, SettingsBody } from '@/api/wire'
import { countyColours } from '@/county/colours'
import { contrast, rgbOf } from '@/design-system/measure'

/** Colours of which white letters stand out (tests/county_form.test.ts), with the key of their name. */
export const PALETTE = [
  ['tea', '#0b6b4f'],
  ['bamboo', '#2f6b2f'],
  ['lake', '#0f6670'],
  ['river', '#1b568f'],
  ['indigo', '#3d4b8f'],
  ['plum', '#7a2f6b'],
  ['red', '#a32c15'],
  ['ochre', '#7d4a12'],
  ['slate', '#43505a'],
] as const

/** What the picker says where none of the palette is chosen. */
export const OTHER = 'other'
export const MOST_LOGO_BYTES = 2_000_000
export const LOGO_KINDS = ['image/png', 'image/jpeg', 'image/webp']

export interface CountyForm {
  nameZh: string
  nameEn: string
  /** A colour of the palette, or OTHER. */
  chosen: string
  code: string
  phone: string
  icp: string
  police: string
  /** After so many minutes without a touch devices ask for their passphrase. */
  idle: string
  logo: File | null
  dropLogo: boolean
}

export function formOf(now: CountySettings): CountyForm {
  const known = PALETTE.some(([, colour]) => colour === now.colour)
  return {
    nameZh: now.name_zh,
    nameEn: now.name_en,
    chosen: known ? now.colour : OTHER,
    code: now.colour,
    phone: now.help_phone,
    icp: now.icp_filing,
    police: now.police_filing,
    idle: String(now.device_idle_minutes),
    logo: null,
    dropLogo: false,
  }
}

/** The colour as it is sent: the palette's, or what was typed. */
export function colourOf(form: CountyForm): string {
  return form.chosen === OTHER ? form.code.trim().toLowerCase() : form.chosen
}

/** How white letters stand on a colour, or null for what is none. */
export function ratioOf(colour: string): number | null {
  const own = rgbOf(colour)
  // Rounded down: 4.496 is not enough, and must not be shown as 4.5.
  return own && Math.floor(contrast(own, [255, 255, 255]) * 10) / 10
}

export const MOST_IDLE_MINUTES = 60

/** A whole number of minutes from 1 on, or null for what is none. */
export function idleOf({ idle }: CountyForm): number | null {
  const minutes = /^\d{1,2}$/.test(idle.trim()) ? Number(idle) : 0
  return minutes >= 1 && minutes <= MOST_IDLE_MINUTES ? minutes : null
}

export const readable = (colour: string): boolean => countyColours(colour) !== null

export function changed(form: CountyForm, now: CountySettings): boolean {
  const before = formOf(now)
  return (
    form.logo !== null ||
    form.dropLogo ||
    colourOf(form) !== now.colour ||
    (['nameZh', 'nameEn', 'phone', 'icp', 'police', 'idle'] as const).some((field) => form[field].trim() !== before[field])
  )
}

/** What is sent; `logo` is the file in base64, or null where the sign stays. */
export function bodyOf(form: CountyForm, id: string, basedOn: number, logo: string | null): SettingsBody {
  return {
    change_id: id,
    based_on: basedOn,
    name_zh: form.nameZh.trim(),
    name_en: form.nameEn.trim(),
    colour: colourOf(form),
    help_phone: form.phone.trim(),
    icp_filing: form.icp.trim(),
    police_filing: form.police.trim(),
    device_idle_minutes: idleOf(form) ?? 0,
    logo,
    drop_logo: form.dropLogo,
  }
}
