/**
 * One drawing for every icon: a station's roof with upswept eaves over an open doorway, and in it what the app is for.
 *
 * It shows no emblem of the state, and no letters, so that it needs no font.
 */

import { Resvg } from '@resvg/resvg-js'
import type { App } from './apps.ts'

const ROOF =
  'M256 92c-30 62-98 100-190 106 8 22 30 38 62 40v6h256v-6c32-2 54-18 62-40-92-6-160-44-190-106z' +
  'M240 70a16 16 0 1 1 32 0v22h-32z'
const HOUSE = 'M116 240h280v168a16 16 0 0 1-16 16H132a16 16 0 0 1-16-16z'

/** `maskable` fills the square and stays inside the circle that a phone may cut out; the other has round corners. */
export function iconSvg(app: App, { maskable = false } = {}): string {
  const scale = maskable ? 0.78 : 1
  const shift = (512 - 512 * scale) / 2
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">' +
    `<rect width="512" height="512" rx="${maskable ? 0 : 112}" fill="${app.colour}"/>` +
    `<g transform="translate(${shift} ${shift}) scale(${scale})">` +
    `<path fill="#fff" d="${ROOF}${HOUSE}"/>` +
    `<g transform="translate(186 264) scale(1.4)" fill="${app.colour}">${app.glyph}</g></g></svg>`
  )
}

/** The same drawing as a picture of `size` × `size` points; the same input gives the same bytes. */
export function iconPng(svg: string, size: number): Buffer {
  return Buffer.from(new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().asPng())
}
