/** Which ink stands on which ground; measured by tests/contrast.test.ts and shown on the office's page of all parts. */

export const TEXT_PAIRS: readonly (readonly [ink: string, ground: string])[] = [
  ['--ink', '--ground'],
  ['--ink', '--surface'],
  ['--ink', '--sunken'],
  ['--ink', '--brand-soft'],
  ['--ink-soft', '--ground'],
  ['--ink-soft', '--surface'],
  ['--ink-soft', '--sunken'],
  ['--on-brand', '--brand'],
  ['--on-hero', '--hero'],
  ['--brand-ink', '--surface'],
  ['--brand-ink', '--ground'],
  ['--brand-ink', '--brand-soft'],
  ['--on-ticket', '--ticket'],
  ['--ticket-ink', '--surface'],
  ['--ticket-ink', '--ticket-soft'],
  ['--good', '--good-soft'],
  ['--good', '--surface'],
  ['--on-good', '--good'],
  ['--warn', '--warn-soft'],
  ['--warn', '--surface'],
  ['--bad', '--bad-soft'],
  ['--bad', '--surface'],
  ['--on-bad', '--bad'],
]

export const EDGE_PAIRS: readonly (readonly [edge: string, ground: string])[] = [
  ['--edge', '--surface'],
  ['--edge', '--ground'],
  ['--brand', '--surface'],
  ['--focus', '--surface'],
  ['--focus', '--ground'],
]
