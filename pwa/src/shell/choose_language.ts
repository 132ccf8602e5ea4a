/** Changes the language when somebody asks for it; without a network its texts may not be on this phone yet. */

import { warn } from '@/design-system/toast'
import { speak, t } from '@/i18n'
import type { Language } from '@/i18n/language'

export async function chooseLanguage(wanted: Language): Promise<void> {
  try {
    await speak(wanted)
  } catch {
    warn(t('problem.page-missing'))
  }
}
