/** When is a merchant warned that a licence ends? As the county itself does: a month before. */

export const WARNED_DAYS = 30
