/** For whom a card is issued, and what was seen of them; in the form in which the county is told. */

export const PROOFS = ['identity-card', 'social-card', 'phone-code'] as const
export type CardProofKind = (typeof PROOFS)[number]

export interface CardPerson {
  readonly resident_id: string
  readonly proof: CardProofKind
  /** Of the document that was seen. */
  readonly proof_number?: string
}
