/** Can this app be put on the home screen from here? Only offered in the settings, never by a window that opens itself. */

import { shallowRef } from 'vue'

/** What Chromium hands over; the standard library of TypeScript does not know it. */
interface InstallPrompt extends Event {
  prompt: () => Promise<{ outcome: 'accepted' | 'dismissed' }>
}

const held = shallowRef<InstallPrompt | null>(null)

export const installable = held
export const installed = shallowRef(false)

/** Holds the browser's own prompt back until somebody asks for it. */
export function holdInstallPrompt(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    held.value = event as InstallPrompt
  })
  addEventListener('appinstalled', () => {
    held.value = null
    installed.value = true
  })
  installed.value = matchMedia('(display-mode: standalone)').matches
}

/** An iPhone or iPad: there is no prompt, only the browser's own menu; inside another app there is not even that. */
export function byHand(agent: string = navigator.userAgent, touches: number = navigator.maxTouchPoints): boolean {
  const apple = /iPhone|iPad|iPod/.test(agent) || (agent.includes('Macintosh') && touches > 1)
  return apple && agent.includes('Safari/') && !/MicroMessenger|QQ\/|Weibo|AlipayClient|DingTalk/.test(agent)
}

/** Shows the browser's prompt; it can be used once. */
export async function install(): Promise<void> {
  const prompt = held.value
  held.value = null
  await prompt?.prompt()
}
