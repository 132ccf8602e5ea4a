/** What every chart says. */
export default {
  'numbers': '看数字',
  'failed': '图没有载入，数字在下面的表里。',
} as const
