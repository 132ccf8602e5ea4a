/** Puts a text where it can be pasted from. */

/** Where there is no clipboard the text in its field is at least chosen, so that it can be copied by hand. */
export async function copyText(text: string, field: HTMLTextAreaElement | null): Promise<boolean> {
  field?.select()
  if (!navigator.clipboard) return field !== null && document.execCommand('copy')
  return await navigator.clipboard.writeText(text).then(() => true, () => false)
}
