/**
 * Small choices that this browser keeps: language, theme, what was answered once.
 *
 * Some browsers refuse storage altogether (private windows, full disks); the app then works and forgets.
 */

export function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Forgetting a choice is better than failing the page that asked for it.
  }
}
