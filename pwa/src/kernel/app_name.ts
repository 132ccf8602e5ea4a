/** The four apps of this build; each one's addresses begin with its name. */
export const APP_NAMES = ['resident', 'station', 'merchant', 'office'] as const
export type AppName = (typeof APP_NAMES)[number]

/** Which app an address belongs to; an address that names none belongs to the residents. */
export function appOfPath(path: string): AppName {
  return APP_NAMES.find((name) => path === `/${name}` || path.startsWith(`/${name}/`)) ?? 'resident'
}
