/** Are slips laid out, drawn into dots and sent to printers so that a printer reads the same picture back? */

import { expect, it } from 'vitest'
import { bitmapOf, rowBytes, type Bitmap } from '@/printing/bitmap'
import { BAND, escposOf } from '@/printing/escpos'
import { receiptSlip } from '@/printing/receipt_slip'
import { broken, layOut, WIDTH, type Measure, type Slip } from '@/printing/slip'

/** A printer as its maker describes it: starts anew, takes raster pictures and feeds; anything else is a fault. */
function printed(bytes: Uint8Array): { rows: string[]; fed: number; bands: number[] } {
  const rows: string[] = []
  const bands: number[] = []
  let [at, fed, started] = [0, 0, false]
  const next = (): number => {
    const byte = bytes[at]
    if (byte === undefined) throw new Error('the bytes end within a command')
    at += 1
    return byte
  }
  while (at < bytes.length) {
    const [first, second] = [next(), next()]
    if (first === 0x1b && second === 0x40) {
      started = true
    } else if (first === 0x1d && second === 0x76) {
      if (!started || next() !== 0x30 || next() !== 0) throw new Error('no plain raster picture')
      const width = next() + 256 * next()
      const height = next() + 256 * next()
      if (width > 48) throw new Error('wider than 384 dots')
      bands.push(height)
      for (let y = 0; y < height; y += 1) {
        let row = ''
        for (let x = 0; x < width; x += 1) row += next().toString(2).padStart(8, '0')
        rows.push(row)
      }
    } else if (first === 0x1b && second === 0x64) {
      fed += next()
    } else {
      throw new Error(`a command that printers do not know: ${first} ${second}`)
    }
  }
  return { rows, fed, bands }
}

function dotted(width: number, height: number, dark: (x: number, y: number) => boolean): Bitmap {
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) if (dark(x, y)) rgba.fill(0, 4 * (y * width + x), 4 * (y * width + x) + 3)
  }
  return bitmapOf(rgba, width, height)
}

it('a printer reads back every dot of a picture that is sent to it', () => {
  for (const [width, height] of [[384, 1], [384, BAND], [384, BAND + 1], [384, 3 * BAND + 7], [381, 5], [8, 2]] as const) {
    const { rows, fed, bands } = printed(escposOf(dotted(width, height, dark)))
    expect(rows).toHaveLength(height)
    expect(rows[0]).toHaveLength(8 * rowBytes(width))
    rows.forEach((row, y) => {
      const wanted = Array.from({ length: 8 * rowBytes(width) }, (_, x) => (x < width && dark(x, y) ? '1' : '0')).join('')
      expect(row).toBe(wanted)
    })
    expect(Math.max(...bands)).toBeLessThanOrEqual(BAND)
    expect(fed).toBeGreaterThan(0)
  }
})

it('colours are black or white as eyes see them on paper, and what is transparent is paper', () => {
  const pixels = [[0, 0, 0, 255], [255, 255, 255, 255], [0, 0, 0, 0], [200, 30, 30, 255], [250, 240, 60, 255], [0, 0, 0, 100], [10, 10, 10, 200]]
  const { bits } = bitmapOf(new Uint8ClampedArray(pixels.flat()), pixels.length, 1)
  expect([...bits]).toEqual([0b1001_0010])
  expect(() => bitmapOf(new Uint8ClampedArray(8), 1, 1)).toThrow('not the pixels')
})

const dark = (x: number, y: number): boolean => (x * 7 + y * 13 + ((x * y) >> 3)) % 5 === 0
const squeezed = (text: string): string => text.replaceAll(/\s/g, '')
const fits = (row: string): boolean => row.length <= 10

/** Chinese is as wide as its letters are high, everything else half of it. */
const measure: Measure = (text, px) => [...text].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x24f ? px : px / 2), 0)

it('no line of a slip is wider than the paper and nothing of its text is lost', () => {
  const long = '在发卡驿站：出示卡，核对本人就能用券。At other merchants show it and type your PIN yourself, please. ' + 'x'.repeat(90)
  const slip: Slip = {
    name: 'slip',
    parts: [
      { kind: 'text', text: long },
      { kind: 'text', text: '大字'.repeat(20), size: 'l', bold: true, centred: true },
      { kind: 'pair', name: '商家', value: '景阳水粉店' },
      { kind: 'pair', name: '很长很长的名称'.repeat(3), value: '很长很长的内容'.repeat(5) },
      { kind: 'rule' },
      { kind: 'code', text: 'XP1:ABC', label: '码' },
    ],
  }
  const { placed, height } = layOut(slip, measure)
  const texts = placed.filter((one) => one.kind === 'text')
  for (const { text, px, bold } of texts) expect(measure(text, px, bold)).toBeLessThanOrEqual(WIDTH)
  const all = slip.parts.map((part) => ('text' in part && part.kind === 'text' ? part.text : part.kind === 'pair' ? part.name + part.value : '')).join('')
  expect(squeezed(texts.map(({ text }) => text).join(''))).toBe(squeezed(all))
  const code = placed.find((one) => one.kind === 'code')!
  expect(height).toBeGreaterThanOrEqual(code.y + WIDTH)
  const [name, value] = texts.filter(({ text }) => text === '商家' || text === '景阳水粉店')
  expect([name!.y, name!.align, value!.align]).toEqual([value!.y, 'left', 'right'])
})

it('words are kept whole where they can be', () => {
  expect(broken('show it and go', fits)).toEqual(['show it', 'and go'])
  expect(broken('abcdefghijklm no', fits)).toEqual(['abcdefghij', 'klm no'])
  expect(broken('', fits)).toEqual([])
})

it('no row begins with a comma or a full stop', () => {
  expect(broken('一二三四五六七八九十，好', fits)).toEqual(['一二三四五六七八九', '十，好'])
  expect(broken('卡里没有现金卡里没金。', fits)).toEqual(['卡里没有现金卡里没', '金。'])
  expect(broken('拨打 1234567。', fits)).toEqual(['拨打', '1234567。'])
})

const RECEIPT = { shop: '老街小面馆', bill_fen: 200_00, amount_fen: 50_00, time: Date.UTC(2026, 10, 24, 1, 5), seq: 12, code: 'XR1:ABC' }
const SHOWN = { name: '筠连县', phone: '0831-7710000', demonstration: true }

it('puts on a receipt what the bill was, its code, whom to call, and the word of a demonstration', () => {
  const slip = receiptSlip(RECEIPT, SHOWN)
  const texts = slip.parts.map((part) => ('text' in part ? part.text : 'value' in part ? part.value : ''))
  for (const wanted of ['筠连县', '演示数据', '老街小面馆', '¥200.00', '−¥50.00', '¥150.00', '12', 'XR1:ABC', '服务热线 0831-7710000']) {
    expect(texts).toContain(wanted)
  }
  expect(slip.parts.filter(({ kind }) => kind === 'code')).toHaveLength(1)
  const real = receiptSlip(RECEIPT, { ...SHOWN, demonstration: false, phone: '' })
  expect(JSON.stringify(real)).not.toMatch(/演示数据|服务热线 /)
  expect(slip.name).toBe('receipt-12')
})
