/**
 * What does a counter hand to the holder when it has taken a voucher without a network? The receipt `XR1`.
 *
 * The holder's phone knows no device's key: it reads the receipt, keeps it, and carries it to the county as a second way
 * home. Twin of `backend/kernel/receipts.py`; `fixtures/protocols/receipt/SPEC.md`.
 */

import { fromHex, type Bytes } from './bytes'
import { encodeCbor, type CborValue } from './cbor'
import { bytesOfCode, codeOfBytes, isBytes, valueOf } from './code_text'
import { SIGNATURE_BYTES, signed, verifies, type PublicKey } from './keys'
import { uuidOf } from './token'
import { countyOf, isInstant, isUint } from './trust'

const HASH_BYTES = 32
const LONGEST_TEXT = 384

/** What a receipt says; `time` in seconds since 1970. */
export interface Receipt {
  readonly county: string
  readonly device: string
  readonly seq: number
  /** The name of the event that it stands for. */
  readonly eventHash: Bytes
  readonly voucher: string
  readonly amountFen: number
  readonly time: number
}

/** A receipt taken apart, not yet believed. */
export interface ReadReceipt {
  readonly receipt: Receipt
  readonly content: Bytes
  readonly signature: Bytes
}

/** Why a receipt is not believed; `receipt/SPEC.md` has a line for each. */
export type ReceiptReason =
  | 'not-a-receipt'
  | 'receipt-version-unsupported'
  | 'receipt-unreadable'
  | 'receipt-malformed'
  | 'receipt-wrong-county'
  | 'receipt-device-unknown'
  | 'receipt-forged'

const FAULTS = {
  'another-kind': 'not-a-receipt',
  'another-version': 'receipt-version-unsupported',
  unreadable: 'receipt-unreadable',
} as const

/** The text on the counter's screen. */
export async function issueReceipt(receipt: Receipt, device: CryptoKey): Promise<string> {
  const { county, seq, eventHash, amountFen, time } = receipt
  const items = ['XR1', Number(county), idBytes(receipt.device), seq, eventHash, idBytes(receipt.voucher), amountFen, time]
  if (receiptOf(items) === null) throw new Error('nobody would read this receipt')
  const content = encodeCbor(items)
  return codeOfBytes('XR1', encodeCbor([content, await signed(device, content)]))
}

/** Takes a receipt apart, or tells the first reason why it is none of this county. */
export function readReceipt(text: string, county: string): ReadReceipt | ReceiptReason {
  const data = bytesOfCode(text, 'XR1', LONGEST_TEXT)
  if (typeof data === 'string') return FAULTS[data]
  const whole = valueOf(data)
  if (whole === undefined) return 'receipt-unreadable'
  if (!Array.isArray(whole) || whole.length !== 2) return 'receipt-malformed'
  const [content, signature] = whole
  if (!(content instanceof Uint8Array) || !isBytes(signature, SIGNATURE_BYTES)) return 'receipt-malformed'
  const items = valueOf(content)
  if (items === undefined) return 'receipt-unreadable'
  const receipt = Array.isArray(items) ? receiptOf(items) : null
  if (receipt === null) return 'receipt-malformed'
  return receipt.county === county ? { receipt, content, signature } : 'receipt-wrong-county'
}

/** The receipt, if the device that it names signed it; `devices` are keys by device. */
export async function verifyReceipt(
  text: string,
  { county, devices }: { county: string; devices: ReadonlyMap<string, PublicKey> },
): Promise<Receipt | ReceiptReason> {
  const read = readReceipt(text, county)
  if (typeof read === 'string') return read
  const key = devices.get(read.receipt.device)
  if (key === undefined) return 'receipt-device-unknown'
  return (await verifies(key, read.signature, read.content)) ? read.receipt : 'receipt-forged'
}

function receiptOf(items: readonly CborValue[]): Receipt | null {
  const [kind, number, device, seq, eventHash, voucher, amountFen, time] = items
  const county = countyOf(number)
  if (items.length !== 8 || kind !== 'XR1' || county === null || !isBytes(device, 16) || !isBytes(voucher, 16)) return null
  if (!isBytes(eventHash, HASH_BYTES) || !isUint(seq) || !isUint(amountFen) || !isInstant(time)) return null
  if (seq === 0 || amountFen === 0) return null
  return { county, device: uuidOf(device), seq, eventHash, voucher: uuidOf(voucher), amountFen, time }
}

function idBytes(id: string): Bytes {
  return fromHex(id.replaceAll('-', ''))
}
