/** Draws a slip as a picture of 384 dots' width: black on white, letters by the canvas, codes in whole dots. */

import { encode } from 'uqr'
import { bitmapOf, type Bitmap } from './bitmap'
import { layOut, WIDTH, type Layout, type Measure, type Slip } from './slip'

const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif'
/** Free modules around a code. */
const QUIET = 4

export function drawSlip(slip: Slip): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH
  const pen = penOf(canvas)
  const measure: Measure = (text, px, bold) => {
    pen.font = fontOf(px, bold)
    return pen.measureText(text).width
  }
  const layout = layOut(slip, measure)
  // A new height wipes the canvas and everything that the pen knew.
  canvas.height = layout.height
  paint(pen, layout)
  return canvas
}

/** The dots to print. */
export function dotsOf(canvas: HTMLCanvasElement): Bitmap {
  const { width, height } = canvas
  return bitmapOf(penOf(canvas).getImageData(0, 0, width, height).data, width, height)
}

export function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be made'))), 'image/png')
  })
}

function penOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (pen === null) throw new Error('this browser draws no pictures')
  return pen
}

const fontOf = (px: number, bold: boolean): string => `${bold ? 'bold ' : ''}${px}px ${FONT}`

function paint(pen: CanvasRenderingContext2D, { height, placed }: Layout): void {
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, WIDTH, height)
  pen.fillStyle = '#000'
  pen.textBaseline = 'top'
  for (const one of placed) {
    if (one.kind === 'rule') pen.fillRect(0, one.y, WIDTH, 2)
    else if (one.kind === 'code') paintCode(pen, one.text, one.side, one.y)
    else {
      pen.font = fontOf(one.px, one.bold)
      const free = WIDTH - pen.measureText(one.text).width
      const left = one.align === 'right' ? free : one.align === 'centre' ? free / 2 : 0
      pen.fillText(one.text, Math.max(0, Math.floor(left)), one.y)
    }
  }
}

/** Each module is the same whole number of dots: a printer that scales blurs it. */
function paintCode(pen: CanvasRenderingContext2D, text: string, side: number, top: number): void {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const dots = Math.max(1, Math.floor(side / (size + 2 * QUIET)))
  const [left, above] = [Math.floor((side - dots * size) / 2), top + Math.floor((side - dots * size) / 2)]
  data.forEach((row, y) => {
    row.forEach((dark, x) => {
      if (dark) pen.fillRect(left + x * dots, above + y * dots, dots, dots)
    })
  })
}
