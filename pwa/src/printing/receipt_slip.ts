/** The receipt `XR1` of a claim that was taken without a network, on a slip of 58 mm. */

import { clockTime, formDay } from '@/kernel/instants'
import { yuan } from '@/kernel/money'
import type { Slip, SlipPart } from './slip'
import { tp } from './texts'

export interface PrintedReceipt {
  readonly county: string
  /** Where questions go. */
  readonly phone: string
  readonly shop: string
  readonly bill_fen: number
  readonly amount_fen: number
  /** Milliseconds since 1970. */
  readonly time: number
  /** The device's number of it. */
  readonly seq: number
  /** `XR1:` and what follows. */
  readonly code: string
  readonly demonstration: boolean
}

export function receiptSlip(of: PrintedReceipt): Slip {
  const at = new Date(of.time)
  const parts: SlipPart[] = [
    { kind: 'text', text: of.county, size: 's', centred: true },
    { kind: 'text', text: tp('receipt.title'), size: 'l', bold: true, centred: true },
    ...(of.demonstration ? [{ kind: 'text', text: tp('demo'), bold: true, centred: true } as const] : []),
    { kind: 'rule' },
    { kind: 'pair', name: tp('receipt.shop'), value: of.shop },
    { kind: 'pair', name: tp('receipt.time'), value: `${formDay(at)} ${clockTime(at)}` },
    { kind: 'pair', name: tp('receipt.bill'), value: yuan(of.bill_fen) },
    { kind: 'pair', name: tp('receipt.discount'), value: `−${yuan(of.amount_fen)}` },
    { kind: 'pair', name: tp('receipt.paid'), value: yuan(of.bill_fen - of.amount_fen) },
    { kind: 'pair', name: tp('receipt.number'), value: String(of.seq) },
    { kind: 'rule' },
    { kind: 'code', text: of.code, label: tp('receipt.code') },
    { kind: 'text', text: tp('receipt.note'), size: 's' },
    ...(of.phone ? [{ kind: 'text', text: tp('receipt.phone', { phone: of.phone }), size: 's' } as const] : []),
  ]
  return { name: `receipt-${of.seq}`, parts }
}
