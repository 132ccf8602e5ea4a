/**
 * Drawings in a field of 24 × 24, as the strokes of one path each. Only those that an app imports are in its files.
 */

export type Drawing = string

export const station: Drawing = 'M12 3.5C10.5 7 7.5 9 3 9.3c.6 1.5 1.8 2.2 3 2.2h12c1.2 0 2.4-.7 3-2.2-4.5-.3-7.5-2.3-9-5.8zM6 11.5V20h12v-8.5M10 20v-4.5h4V20'
export const home: Drawing = 'M4 11.5 12 4l8 7.5M6 10v9.5h4.5V14h3v5.5H18V10'
export const display: Drawing = 'M3 19 8.2 5h.6L14 19M4.9 14h7.2M14.5 19l2.9-8h.4l2.9 8m-5.2-2.8h4.2'
export const back: Drawing = 'M15 5l-7 7 7 7'
export const onward: Drawing = 'M9 5l7 7-7 7'
export const close: Drawing = 'M6 6l12 12M18 6 6 18'
export const done: Drawing = 'M5 12.5l4.5 4.5L19 7.5'
export const alert: Drawing = 'M12 4.5 3 19.5h18zM12 10v4.2M12 16.8v.2'
export const noNetwork: Drawing = 'M4 4l16 16M5 11.5a10 10 0 0 1 4-2.4M19 11.5a10 10 0 0 0-6-2.8M8 15a6 6 0 0 1 6.5-1M12 19v.1'
export const refresh: Drawing = 'M19 8a8 8 0 1 0 1 5M19.5 4v4.5h-4.5'
export const empty: Drawing = 'M4 8.5 12 4.5l8 4v7l-8 4-8-4zM4 8.5l8 4 8-4M12 12.5v7'
export const phone: Drawing = 'M6 4h3.5l1.5 4.5-2 1.5a11 11 0 0 0 5 5l1.5-2 4.5 1.5V18a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2z'
export const search: Drawing = 'M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM16 16l4.5 4.5'
