/**
 * Which apps does this build make, and how does each one introduce itself to a phone's home screen?
 *
 * The manifests, the icons, the heads of the pages and the service worker's lists all come from here.
 */

import type { AppName } from '../src/kernel/app_name.ts'

export interface App {
  /** The first word of its addresses: `/resident/`. */
  name: AppName
  /** What an app store or an install prompt calls it. */
  title: string
  /** What stands below its icon; six Chinese characters fit. */
  shortTitle: string
  description: string
  /** The ground of its icon and of the phone's status bar. */
  colour: string
  /** What stands in the doorway of the drawing, in a field of 100 × 100. */
  glyph: string
}

export const APPS: readonly App[] = [
  {
    name: 'resident',
    title: '驿站',
    shortTitle: '驿站',
    description: '领消费券、出示券码、查看家门口的服务。',
    colour: '#0b6b52',
    glyph:
      '<path d="M8 26h84v15a10 10 0 0 0 0 20v15H8V61a10 10 0 0 0 0-20z"/>' +
      '<path fill="#fff" d="M40 36l10 13 10-13h8L56 51h9v5H53v4h12v5H53v7h-6v-7H35v-5h12v-4H35v-5h9L32 36z"/>',
  },
  {
    name: 'station',
    title: '驿站服务台',
    shortTitle: '驿站服务台',
    description: '移动便民驿站的柜台：代办、核验、离线登记。',
    colour: '#1b568f',
    glyph:
      '<circle cx="50" cy="30" r="17"/><path d="M18 82c0-20 14-30 32-30s32 10 32 30z"/>',
  },
  {
    name: 'merchant',
    title: '驿站商家',
    shortTitle: '驿站商家',
    description: '扫码收券，当场看清优惠多少、应收多少。',
    colour: '#a63a17',
    glyph:
      '<path d="M10 38V14a4 4 0 0 1 4-4h24v12H22v16zM90 38V14a4 4 0 0 0-4-4H62v12h16v16z"/>' +
      '<path d="M10 62v24a4 4 0 0 0 4 4h24V78H22V62zM90 62v24a4 4 0 0 1-4 4H62V78h16V62z"/>' +
      '<rect x="30" y="30" width="40" height="40" rx="5"/>',
  },
  {
    name: 'office',
    title: '驿站办公室',
    shortTitle: '驿站办公室',
    description: '活动的拟稿、复核、审批、发放与对账。',
    colour: '#3d4776',
    glyph:
      '<path d="M20 6h44l18 18v66a4 4 0 0 1-4 4H22a4 4 0 0 1-4-4V10a4 4 0 0 1 2-4z"/>' +
      '<path fill="none" stroke="#fff" stroke-width="9" stroke-linecap="round" stroke-linejoin="round" d="M34 55l13 13 22-26"/>',
  },
]
