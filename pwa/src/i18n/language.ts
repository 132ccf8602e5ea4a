/**
 * In which language does this person read? Chinese, until they choose English; the choice stays on this phone.
 */

import { ref, watch } from 'vue'
import { read, remember } from '@/kernel/remembered'

export type Language = 'zh' | 'en'

const KEY = 'yizhan.language'

/** The language now on the screen; people change it with `speak`, which waits for its texts. */
export const language = ref<Language>(read(KEY) === 'en' ? 'en' : 'zh')

/** Changes the language everywhere at once and remembers it on this phone. */
export function changeLanguage(wanted: Language): void {
  language.value = wanted
  remember(KEY, wanted)
}

watch(
  language,
  (now) => {
    // Screen readers choose their voice, and browsers their quotation marks, by this.
    document.documentElement.lang = now === 'zh' ? 'zh-CN' : 'en'
  },
  { immediate: true },
)
