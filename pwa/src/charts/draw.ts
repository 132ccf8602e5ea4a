/** Draws a chart with uPlot in the colours, letters and mode that are on the screen. Loaded when the first one is shown. */

import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { belowSteps, sideRange, sideSteps, sideWidth, sideWords, type Series, type Unit } from './chart'

export interface Drawn {
  readonly series: readonly Series[]
  readonly unit: Unit
  readonly step: 'hour' | 'day'
  /** The words below each step. */
  readonly labels: readonly string[]
  /** The step under the pointer, or nothing. */
  readonly point: (nth: number | null) => void
}

const NARROW = 3

/** Draws into `box`; returns the chart, which is to be destroyed before another one is drawn. */
export function draw(box: HTMLElement, { series, unit, step, labels, point }: Drawn): UPlot {
  const style = getComputedStyle(box)
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const letters = Number.parseFloat(style.fontSize)
  const font = `${letters}px ${style.fontFamily}`
  const axis = { font, stroke: colour('ink-soft'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line'), width: 1 } }
  const data = [labels.map((_, nth) => nth), ...series.map(({ values }) => [...values])] as UPlot.AlignedData
  return new UPlot(
    {
      width: box.clientWidth,
      height: box.clientHeight,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false },
      scales: {
        x: { time: false, range: () => [-0.6, labels.length - 0.4] },
        y: { range: () => sideRange(series.map(({ values }) => values)) },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: letters * 2.2,
          space: letters * 7,
          incrs: belowSteps(step),
          values: (_chart, splits) => splits.map((nth) => labels[nth] ?? ''),
        },
        {
          ...axis,
          incrs: sideSteps(unit),
          space: letters * 3,
          size: (_chart, values) => sideWidth(values ?? [''], letters),
          values: (_chart, splits) => splits.map((value) => sideWords(unit, value)),
        },
      ],
      series: [{}, ...series.map((one) => seriesOf(one, colour(one.colour), colour('surface'), labels.length))],
      hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? null)] },
    },
    data,
    box,
  )
}

function seriesOf({ name, look }: Series, stroke: string, surface: string, count: number): UPlot.Series {
  if (look === 'line' || look === 'dashed') {
    const dash = look === 'dashed' ? { dash: [6, 4] } : {}
    return { label: name, stroke, width: 2, ...dash, points: { show: count <= NARROW || undefined, fill: surface } as UPlot.Series.Points }
  }
  const fill = look === 'solid' ? stroke : look === 'hollow' ? surface : () => hatching(stroke, surface)
  const paths = UPlot.paths.bars?.({ size: [0.7, 40], align: 0 })
  return { label: name, stroke, width: 1.5, fill, points: { show: false }, ...(paths ? { paths } : {}) }
}

/** Strokes across, so that a bar can be told from the others without its colour. */
function hatching(stroke: string, ground: string): CanvasPattern | string {
  const tile = document.createElement('canvas')
  tile.width = tile.height = 8
  const pen = tile.getContext('2d')
  if (!pen) return stroke
  pen.fillStyle = ground
  pen.fillRect(0, 0, 8, 8)
  pen.strokeStyle = stroke
  pen.lineWidth = 2
  for (const at of [-8, 0, 8]) {
    pen.moveTo(at, 8)
    pen.lineTo(at + 8, 0)
  }
  pen.stroke()
  return pen.createPattern(tile, 'repeat') ?? stroke
}
