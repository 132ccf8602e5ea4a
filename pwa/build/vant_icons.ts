/**
 * Vant draws its icons with a font that is fetched from a foreign host; ours are drawings in our own style sheet.
 */

import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const OURS = fileURLToPath(new URL('../src/design-system/vant_icons.css', import.meta.url))

export function vantIcons(): Plugin {
  return {
    name: 'yizhan:vant-icons',
    enforce: 'pre',
    resolveId: (source) => (/(^|\/)icon\/index\.css$/.test(source) ? OURS : null),
  }
}
