/** Which build of the app is this? Six digits that can be read aloud on the phone; another build has others. */

/** From the address of the script that the page began with: its name carries a hash of all that it leads to. */
export function versionOf(script: string): string {
  const hash = /-([\w-]{8})\.js$/.exec(script)?.[1] ?? ''
  let sum = 0
  for (const sign of hash) sum = (sum * 67 + sign.charCodeAt(0)) % 1_000_000
  return String(sum).padStart(6, '0')
}

export const version = (): string => versionOf(document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? '')
