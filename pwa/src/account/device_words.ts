/** The kind of device of a session, which the county keeps in Chinese, in the language on the screen. */

import { named } from '@/i18n/when'

const ENGLISH = [
  ['其他设备', 'another device'],
  ['鸿蒙', 'HarmonyOS'],
  ['微信', 'WeChat'],
] as const

export function deviceWords(device: string): string {
  return named(
    device,
    ENGLISH.reduce((words, [zh, en]) => words.replace(zh, en), device),
  )
}
