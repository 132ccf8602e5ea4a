/**
 * Every text a person reads, in Chinese first, with a complete English twin, checked by the compiler.
 *
 * A catalogue is a plain object from a key to a sentence. `{name}` is filled in; `{count:voucher|vouchers}` chooses the
 * singular for exactly one. A key that is missing in either language, a value that is not given, and a value that the
 * sentence does not ask for are all errors before the program runs.
 */

import { shallowRef, type ShallowRef } from 'vue'
import { grouped } from '@/kernel/money'
import { changeLanguage, language, type Language } from './language'

/** The names that a sentence asks for. */
type Names<Sentence extends string> = Sentence extends `${string}{${infer Inside}}${infer Rest}`
  ? (Inside extends `${infer Name}:${string}` ? Name : Inside) | Names<Rest>
  : never

type Values<Sentence extends string> = [Names<Sentence>] extends [never]
  ? []
  : [values: Readonly<Record<Names<Sentence>, string | number>>]

/** The same keys in another language. */
export type Twin<Catalogue> = Readonly<Record<keyof Catalogue, string>>

/** Says a sentence in the language now on the screen. */
export type Say<Catalogue extends Readonly<Record<string, string>>> = <Key extends keyof Catalogue & string>(
  key: Key,
  ...values: Values<Catalogue[Key]>
) => string

interface Loading {
  load: (wanted: Language) => Promise<void>
}

const loadings: Loading[] = []

/** Makes the `t` of one catalogue. The English half is a file of its own, which most phones never download. */
export function texts<const Catalogue extends Readonly<Record<string, string>>>(
  zh: Catalogue,
  english: () => Promise<{ default: Twin<Catalogue> }>,
): Say<Catalogue> {
  const en: ShallowRef<Twin<Catalogue> | null> = shallowRef(null)
  const load = async (wanted: Language): Promise<void> => {
    if (wanted === 'en' && !en.value) en.value = (await english()).default
  }
  loadings.push({ load })
  return (key, ...values) => {
    const sentence = language.value === 'en' && en.value ? en.value[key] : zh[key]
    return fill(sentence ?? key, values[0] ?? {}, language.value)
  }
}

/** Resolves once every catalogue known so far can speak the language; Chinese always can. */
export async function textsReady(wanted: Language = language.value): Promise<void> {
  await Promise.all(loadings.map(({ load }) => load(wanted)))
}

/** Changes the language once every text is here: a page is never half in one language and half in the other. */
export async function speak(wanted: Language): Promise<void> {
  await textsReady(wanted)
  changeLanguage(wanted)
}

/** Puts the values into a sentence. English groups the digits of a large number, Chinese leaves them together. */
export function fill(
  sentence: string,
  values: Readonly<Record<string, string | number>>,
  reader: Language = 'zh',
): string {
  return sentence.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name]
    if (value === undefined) return whole
    if (one === undefined) return reader === 'en' && typeof value === 'number' ? grouped(value) : String(value)
    return value === 1 ? one : (many ?? '')
  })
}
