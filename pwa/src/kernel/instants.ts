/** Instants as people of the county read them: always in Asia/Shanghai, whatever the phone is set to. */

const CLOCK = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** 09:05 */
export function clockTime(at: Date): string {
  return CLOCK.format(at)
}
