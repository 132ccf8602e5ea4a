/** Chinese sentences with Chinese punctuation, whoever wrote them: a comma after a Chinese letter is as wide as one. */

const WIDE: Readonly<Record<string, string>> = { ',': '，', ';': '；', ':': '：', '!': '！', '?': '？' }

/** Mends what stands between or after Chinese letters; figures, times and English stay as they are. */
export function wellSet(sentence: string): string {
  return sentence.replace(/([\p{Script=Han}”》）])([,;:!?])\s?/gu, (_whole, letter: string, sign: string) => letter + (WIDE[sign] ?? sign))
}
