/** The receipt `XR1` of a claim that was taken without a network: the lines on paper, and the slip of 58 mm. Nobody's name. */

import { clockTime, formDay } from '@/kernel/instants'
import { yuan } from '@/kernel/money'
import type { Slip, SlipPart } from './slip'
import { tp } from './texts'

export interface PrintedReceipt {
  readonly shop: string
  readonly bill_fen: number
  readonly amount_fen: number
  /** Milliseconds since 1970. */
  readonly time: number
  /** The device's number of it. */
  readonly seq: number
  /** `XR1:` and what follows. */
  readonly code: string
}

/** Of whom it is, and whether everything there is only shown. */
export interface PrintingCounty {
  readonly name: string
  readonly phone: string
  readonly demonstration: boolean
}

/** What stands between the head and the code, in the order of a bill. */
export function receiptLines({ shop, bill_fen, amount_fen, time, seq }: PrintedReceipt): readonly (readonly [string, string])[] {
  const at = new Date(time)
  return [
    [tp('receipt.shop'), shop],
    [tp('receipt.time'), `${formDay(at)} ${clockTime(at)}`],
    [tp('receipt.bill'), yuan(bill_fen)],
    [tp('receipt.discount'), `−${yuan(amount_fen)}`],
    [tp('receipt.paid'), yuan(bill_fen - amount_fen)],
    [tp('receipt.number'), String(seq)],
  ]
}

export function receiptSlip(of: PrintedReceipt, { name, phone, demonstration }: PrintingCounty): Slip {
  const parts: SlipPart[] = [
    { kind: 'text', text: name, size: 's', centred: true },
    { kind: 'text', text: tp('receipt.title'), size: 'l', bold: true, centred: true },
    ...(demonstration ? [{ kind: 'text', text: tp('demo'), bold: true, centred: true } as const] : []),
    { kind: 'rule' },
    ...receiptLines(of).map(([line, value]) => ({ kind: 'pair', name: line, value }) as const),
    { kind: 'rule' },
    { kind: 'code', text: of.code, label: tp('receipt.code') },
    { kind: 'text', text: tp('receipt.note'), size: 's' },
    ...(phone ? [{ kind: 'text', text: tp('receipt.phone', { phone }), size: 's' } as const] : []),
  ]
  return { name: `receipt-${of.seq}`, parts }
}
