/** Hands a picture to the printer's own app, or leaves it with the downloads where a browser shares no files. */

export async function shareOrKeep(picture: Blob, name: string): Promise<'shared' | 'kept' | 'left'> {
  const file = new File([picture], `${name}.png`, { type: 'image/png' })
  const told = { files: [file] }
  if (navigator.canShare?.(told)) {
    try {
      await navigator.share(told)
      return 'shared'
    } catch (problem) {
      if (problem instanceof DOMException && problem.name === 'AbortError') return 'left'
    }
  }
  keep(picture, file.name)
  return 'kept'
}

function keep(picture: Blob, name: string): void {
  const url = URL.createObjectURL(picture)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has read it by then; without this the picture would stay in memory.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
