/**
 * A table as a workbook: amounts and counts are numbers, instants are the clock on the county's wall, the rest is text.
 *
 * The few parts of ISO/IEC 29500 that one sheet needs, written here and packed by fflate in this very thread: packages
 * that write workbooks pack large ones in workers made from text, which the policy of our pages forbids.
 */

import { strToU8, zipSync } from 'fflate'
import { plain, type ColumnKind, type Sheet, type Value } from './table'

const ZONE_DAYS = 8 / 24
const DAY_MS = 24 * 3600 * 1000
/** Day 0 of a workbook is 1899-12-30. */
const EPOCH_DAYS = 25_569
const WIDEST = 48
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Which of the styles below each kind has; the head of a column is 1. */
const STYLES: Readonly<Record<ColumnKind, number>> = { money: 2, count: 3, instant: 4, text: 5, day: 5, state: 5 }

const STYLE_SHEET = `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6">${[
  [0, 0],
  [49, 1],
  [4, 0],
  [1, 0],
  [164, 0],
  [49, 0],
]
  .map(([format, font]) => `<xf numFmtId="${format}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>`)
  .join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

export function xlsxOf(sheet: Sheet): Uint8Array {
  const files = {
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
    '_rels/.rels': relations(['officeDocument', 'xl/workbook.xml']),
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${escaped(sheetName(sheet.title))}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(['worksheet', 'worksheets/sheet1.xml'], ['styles', 'styles.xml']),
    'xl/styles.xml': STYLE_SHEET,
    'xl/worksheets/sheet1.xml': sheetXml(sheet),
  }
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), {
    // The same table makes the same file.
    mtime: '2000-01-01T00:00:00',
  })
}

function relations(...all: readonly (readonly [string, string])[]): string {
  const told = all.map(([type, target], nth) => `<Relationship Id="rId${nth + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`)
  return `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${told.join('')}</Relationships>`
}

function sheetXml({ columns, rows }: Sheet): string {
  const widths = columns.map(({ title, kind }, nth) => {
    const longest = rows.reduce((most, row) => Math.max(most, widthOf(plain(kind, row[nth]))), widthOf(title))
    return `<col min="${nth + 1}" max="${nth + 1}" width="${Math.min(WIDEST, longest + 3)}" customWidth="1"/>`
  })
  const head = columns.map(({ title }, nth) => text(place(nth, 1), 1, title)).join('')
  const body = rows.map((row, at) => {
    const cells = columns.map(({ kind }, nth) => cell(place(nth, at + 2), kind, row[nth])).join('')
    return `<row r="${at + 2}">${cells}</row>`
  })
  const frozen = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
  return `${HEAD}<worksheet xmlns="${MAIN}">${frozen}<cols>${widths.join('')}</cols><sheetData><row r="1">${head}</row>${body.join('')}</sheetData></worksheet>`
}

function cell(at: string, kind: ColumnKind, value: Value): string {
  if (value === null || value === undefined || value === '') return ''
  if (kind === 'money' || kind === 'count') return figure(at, STYLES[kind], plain(kind, value))
  if (kind !== 'instant') return text(at, STYLES[kind], String(value))
  // A workbook knows no zones.
  return figure(at, STYLES.instant, String(new Date(String(value)).getTime() / DAY_MS + EPOCH_DAYS + ZONE_DAYS))
}

const figure = (at: string, style: number, digits: string): string => `<c r="${at}" s="${style}"><v>${digits}</v></c>`

/** As text, so that no long number is cut and nothing is taken for a formula. */
const text = (at: string, style: number, words: string): string =>
  `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(words)}</t></is></c>`

/** A1, Z1, AA1 */
function place(column: number, row: number): string {
  let letters = ''
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26)) {
    letters = String.fromCodePoint(65 + ((left - 1) % 26)) + letters
  }
  return letters + String(row)
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(words: string): string {
  return (
    words
      // A workbook reads _x0041_ as a letter; the sign that begins it is written so itself.
      .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
      // XML has no place for these signs.
      .replace(/(?![\t\n\r])[\p{Cc}\uFFFE\uFFFF]/gu, '')
      .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
  )
}

/** A name of a sheet has at most 31 signs, and none of these. */
const sheetName = (title: string): string => title.replace(/[[\]:*?/\\']/g, ' ').trim().slice(0, 31) || 'Sheet1'

const widthOf = (words: string): number => [...words].reduce((sum, sign) => sum + (sign > '\u2E80' ? 2 : 1), 0)
