/** Reads digits aloud with a Chinese voice of the phone's own; a voice that sends the text to a foreign server is none. */

import { shallowRef, type ShallowRef } from 'vue'

const SLOWLY = 0.75

/** A local Chinese voice, once the phone has told its voices; null hides the button. */
export function localVoice(): ShallowRef<SpeechSynthesisVoice | null> {
  const voice = shallowRef<SpeechSynthesisVoice | null>(null)
  if (!('speechSynthesis' in window)) return voice
  const look = (): void => {
    voice.value = speechSynthesis.getVoices().find(({ lang, localService }) => localService && /^zh\b/i.test(lang)) ?? null
  }
  look()
  speechSynthesis.addEventListener?.('voiceschanged', look)
  return voice
}

export function say(text: string, voice: SpeechSynthesisVoice): void {
  const spoken = new SpeechSynthesisUtterance(text)
  spoken.voice = voice
  spoken.lang = voice.lang
  spoken.rate = SLOWLY
  speechSynthesis.cancel()
  speechSynthesis.speak(spoken)
}

export function hush(): void {
  if ('speechSynthesis' in window) speechSynthesis.cancel()
}
