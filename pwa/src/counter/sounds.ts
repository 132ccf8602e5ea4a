/** Two rising tones for yes, two that stay for taken and not yet with the county, one low for no, for hands and eyes that are busy. Off until somebody turns it on. */

import { shallowRef } from 'vue'
import { read, remember } from '@/kernel/remembered'

const KEY = 'yizhan.sound'

export const soundOn = shallowRef(read(KEY) === 'on')

export function switchSound(on: boolean): void {
  soundOn.value = on
  remember(KEY, on ? 'on' : 'off')
  if (on) sayYes()
}

export function sayYes(): void {
  play([660, 880])
}

export function sayTaken(): void {
  play([660, 660])
}

export function sayNo(): void {
  play([196])
}

function play(tones: readonly number[]): void {
  if (!soundOn.value || !('AudioContext' in window)) return
  const context = new AudioContext()
  tones.forEach((frequency, nth) => {
    const tone = context.createOscillator()
    const volume = context.createGain()
    const from = context.currentTime + nth * 0.16
    tone.frequency.value = frequency
    volume.gain.setValueAtTime(0.25, from)
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.3)
    tone.connect(volume).connect(context.destination)
    tone.start(from)
    tone.stop(from + 0.3)
  })
  setTimeout(() => void context.close(), 1000)
}
