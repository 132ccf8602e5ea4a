/** Which staff may use which app, and what is a post called? */

import type { Me } from '@/api/wire'
import { ts } from './texts'

const ROLES = [
  'merchant',
  'operator',
  'office',
  'reviewer',
  'approver',
  'system_admin',
  'security_admin',
  'auditor',
] as const

const OFFICE = new Set<string>(['office', 'reviewer', 'approver', 'system_admin', 'security_admin', 'auditor'])

export const isMerchant = (me: Me): boolean => has(me, 'merchant')
export const isOperator = (me: Me): boolean => has(me, 'operator')
export const isOffice = (me: Me): boolean => isOfficeRoles(me.roles)

/** Whether somebody with these posts belongs to the office. */
export function isOfficeRoles(roles: readonly string[]): boolean {
  return roles.some((role) => OFFICE.has(role))
}


export function has(me: Me | null, role: (typeof ROLES)[number]): boolean {
  return me?.roles.includes(role) ?? false
}

export function roleName(code: string): string {
  const known = ROLES.find((role) => role === code)
  return ts(known ? `role.${known}` : 'role.other')
}
