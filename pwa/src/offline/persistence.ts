/**
 * May the browser throw away what this device keeps when space runs short? It is asked not to, once something is kept
 * that would be missed, and whoever works at the device is told what it answered.
 */

import { shallowRef } from 'vue'

/** `unknown` until it was asked; `impossible` where the browser has no such promise to give. */
export type Persistence = 'unknown' | 'granted' | 'refused' | 'impossible'

export const persistence = shallowRef<Persistence>('unknown')

let asking: Promise<void> | null = null

/** Asks once a page. Most browsers answer by themselves; one that asks the person does so after a press of theirs. */
export function askToPersist(): Promise<void> {
  asking ??= ask()
  return asking
}

/** What holds now, without asking for anything. */
export async function lookIfPersisted(): Promise<void> {
  if (asking) return asking
  const persisted = await isPersisted()
  if (persisted === null) persistence.value = 'impossible'
  else if (persisted) persistence.value = 'granted'
}

/** Whether the browser has promised it by now; null where it does not say. It is only looked at, never asked for. */
export async function isPersisted(): Promise<boolean | null> {
  try {
    return await navigator.storage.persisted()
  } catch {
    return null
  }
}

async function ask(): Promise<void> {
  try {
    persistence.value = (await navigator.storage.persist()) ? 'granted' : 'refused'
  } catch {
    persistence.value = 'impossible'
  }
}
