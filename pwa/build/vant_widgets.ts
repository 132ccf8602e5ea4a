/**
 * Which widgets of Vant may a page use, and what do they look like?
 *
 * Only those in which axe found nothing in either mode; every other one stops the build. They are loaded where they are
 * used. Vant draws its marks with a font from a foreign host; ours are drawings in our own style sheet.
 */

import { VantResolver } from '@vant/auto-import-resolver'
import { fileURLToPath } from 'node:url'
import type { ComponentResolver } from 'unplugin-vue-components/types'
import type { Plugin } from 'vite'

const ALLOWED = new Set([
  'VanBadge',
  'VanCell', // One that can be pressed must hold no other control.
  'VanCellGroup',
  'VanCollapse',
  'VanCollapseItem',
  'VanPasswordInput',
  'VanProgress',
  'VanPullRefresh',
  'VanSearch',
  'VanStep',
  'VanSteps',
  'VanSwipeCell',
  'VanSwitch',
  'VanTab',
  'VanTabs',
])

const MARKS = fileURLToPath(new URL('../src/design-system/vant_icons.css', import.meta.url))

/** Finds an allowed widget by its name in a template. */
export function vantWidgets(): ComponentResolver {
  const vant = VantResolver()
  return {
    type: 'component',
    resolve: (name) => {
      if (!name.startsWith('Van')) return undefined
      if (!ALLOWED.has(name)) throw new Error(`${name} is not among the widgets that everybody can use: build/vant_widgets.ts`)
      return vant.resolve(name)
    },
  }
}

/** Puts our marks in the place of Vant's icon font. */
export function vantMarks(): Plugin {
  return {
    name: 'yizhan:vant-marks',
    enforce: 'pre',
    resolveId: (source) => (/(^|\/)icon\/index\.css$/.test(source) ? MARKS : null),
  }
}
