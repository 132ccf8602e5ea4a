/** A file that a page has made goes to whoever asked for it; some browsers cannot take one. */

const WITHOUT_DOWNLOADS = /MicroMessenger|MiniProgram/i

/** WeChat's browser shows nothing when a page offers a file. */
export const canSave = (): boolean =>
  'download' in HTMLAnchorElement.prototype && !WITHOUT_DOWNLOADS.test(navigator.userAgent)

export function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
