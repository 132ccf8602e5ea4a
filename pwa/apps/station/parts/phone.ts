/** A mobile number as people type it: with gaps, and with the country before it. */

export const phoneDigits = (typed: string): string => typed.replaceAll(/\D/g, '').replace(/^86(?=1\d{10}$)/, '')
