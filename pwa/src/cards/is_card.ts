/** Is this what a scanner reads from a paper card? What it proves is another question. */
export const isCardText = (text: string): boolean => /^XP\d:/i.test(text.trim())
