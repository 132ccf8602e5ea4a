/** Which lists may somebody take in, and how does a chosen file travel? */

import { api, ask, type Answer } from '@/api/client'
import type { AppliedAnswer, ImportReport, Me } from '@/api/wire'
import { has } from '@/staff/roles'

export const KINDS = ['stations', 'staff', 'roles', 'merchants'] as const
export type ImportKind = (typeof KINDS)[number]

const DESKS = { stations: 'office', staff: 'system_admin', roles: 'security_admin', merchants: 'office' } as const

/** The lists of somebody's own desk, in the order in which a county needs them. */
export function kindsOf(me: Me | null): ImportKind[] {
  return KINDS.filter((kind) => has(me, DESKS[kind]))
}

/** Where the sheet to fill is. */
export const templateOf = (kind: ImportKind): string => `/api/v1/office/imports/${kind}/template`

/** A file as JSON carries it. */
export async function asBase64(file: Blob): Promise<string> {
  const reader = new FileReader()
  return await new Promise((resolve, reject) => {
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,/, '')))
    reader.addEventListener('error', () => reject(reader.error ?? new Error('unreadable')))
    reader.readAsDataURL(file)
  })
}

export async function tryFile(kind: ImportKind, id: string, file: string): Promise<Answer<ImportReport>> {
  return await ask(api.POST(`/api/v1/office/imports/${kind}`, { body: { import_id: id, file } }))
}

/** Carries a report out; the same id again has the same answer, without what was shown once. */
export async function applyFile(
  kind: ImportKind,
  report: ImportReport,
  id: string,
  file: string,
): Promise<Answer<AppliedAnswer>> {
  const params = { path: { import_id: report.import_id } }
  return await ask(
    api.POST(`/api/v1/office/imports/${kind}/{import_id}/application`, { params, body: { application_id: id, file } }),
  )
}

/** The whole link of an invitation, into the app in which its person will work. */
export const linkOf = (invitation: string, app: 'office' | 'merchant' | 'station' = 'office'): string =>
  `${location.origin}/${app}/invitation#${invitation}`
