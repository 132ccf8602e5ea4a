/** How dossiers of trade-in sales stand and what they tell, in words. */

import type { DossierAnswer, DossierState } from '@/api/wire'
import { tt } from './texts'

export const STATES = ['filed', 'returned', 'approved', 'rejected', 'withdrawn'] as const satisfies readonly DossierState[]

const TONES: Record<DossierState, 'plain' | 'good' | 'warn' | 'bad'> = {
  filed: 'plain',
  returned: 'warn',
  approved: 'good',
  rejected: 'bad',
  withdrawn: 'plain',
}

export const toneOf = (state: DossierState): 'plain' | 'good' | 'warn' | 'bad' => TONES[state]

/** What shows that an old appliance was handed in. */
export function oldWords({ old_appliance: old }: Pick<DossierAnswer, 'old_appliance'>): string {
  return old ? `${tt(`old.${old.kind}`)} ${old.value}` : tt('old.none')
}

/** The name of each field with what stands in it. */
export function fieldsOf(one: DossierAnswer): [string, string][] {
  return [
    [tt('invoice'), one.invoice_no],
    [tt('model'), one.model],
    [tt('serial'), one.serial_no],
    [tt('energy'), tt('level', { level: one.energy_level })],
    ...(one.energy_record_no ? ([[tt('record'), one.energy_record_no]] as [string, string][]) : []),
    ...(one.old_appliance || one.old_asked !== 'not-asked' ? ([[tt('old'), oldWords(one)]] as [string, string][]) : []),
  ]
}
