/** Do all bytes reach a printer, in pieces that it takes, and is it let go of whatever happens? And what a share sheet answers. */

import { afterEach, expect, it, vi } from 'vitest'
import { NoneChosen, printOverBluetooth, printOverUsb } from '@/printing/printers'
import { shareOrKeep } from '@/printing/sharing'

const BYTES = Uint8Array.from({ length: 10_000 }, (_, at) => at % 251)
const NOTHING_CHOSEN = new DOMException('no device selected', 'NotFoundError')
const IN = { endpointNumber: 1, direction: 'in', type: 'bulk' }
const OUT = { endpointNumber: 2, direction: 'out', type: 'bulk' }
const SCANNER = { interfaceNumber: 0, alternate: { interfaceClass: 3, endpoints: [IN, OUT] } }
const PRINTER = { interfaceNumber: 1, alternate: { interfaceClass: 7, endpoints: [IN, OUT] } }

/** A printer at a USB port, which takes bytes only in the order of the standard: open, configured, claimed. */
class UsbPrinter {
  readonly taken: number[][] = []
  configuration: { interfaces: readonly unknown[] } | null = null
  isOpen = false
  claimed: number | null = null
  readonly interfaces: readonly unknown[]
  /** After so many pieces it has no paper. */
  readonly most: number

  constructor(interfaces: readonly unknown[] = [SCANNER, PRINTER], most = Infinity) {
    this.interfaces = interfaces
    this.most = most
  }

  async open(): Promise<void> {
    this.isOpen = true
  }

  async close(): Promise<void> {
    this.isOpen = false
  }

  async selectConfiguration(value: number): Promise<void> {
    if (!this.isOpen || value !== 1) throw new DOMException('not open', 'InvalidStateError')
    this.configuration = { interfaces: this.interfaces }
  }

  async claimInterface(number: number): Promise<void> {
    if (!this.configuration) throw new DOMException('not configured', 'InvalidStateError')
    this.claimed = number
  }

  async transferOut(endpoint: number, bytes: Uint8Array): Promise<{ status: string }> {
    if (!this.isOpen || this.claimed !== 1 || endpoint !== 2) throw new DOMException('not claimed', 'InvalidStateError')
    if (this.taken.length >= this.most) return { status: 'stall' }
    this.taken.push([...bytes])
    return { status: 'ok' }
  }
}

const reaching = (parts: object): void => void vi.stubGlobal('navigator', parts)
const asked: object[] = []
const plugged = (printer: UsbPrinter): void =>
  reaching({ usb: { requestDevice: async (what: object) => (asked.push(what), printer) } })

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

it('sends a printer over USB every byte in its order, in pieces, and lets it go', async () => {
  const printer = new UsbPrinter()
  plugged(printer)
  await printOverUsb(BYTES)
  expect(asked).toEqual([{ filters: [{ classCode: 7 }] }])
  expect(printer.taken.flat()).toEqual([...BYTES])
  expect(printer.taken.length).toBeGreaterThan(1)
  expect(Math.max(...printer.taken.map((piece) => piece.length))).toBeLessThanOrEqual(4096)
  expect(printer.isOpen).toBe(false)
})

it('does not configure a printer anew that somebody configured', async () => {
  const printer = new UsbPrinter()
  printer.configuration = { interfaces: [PRINTER] }
  printer.selectConfiguration = () => Promise.reject(new Error('it was configured'))
  plugged(printer)
  await printOverUsb(BYTES)
  expect(printer.taken.flat()).toHaveLength(BYTES.length)
})

it('says so where the printer stops in the middle, or is none, and lets it go', async () => {
  for (const [printer, says, pieces] of [
    [new UsbPrinter([PRINTER], 1), 'did not take it', 1],
    [new UsbPrinter([SCANNER]), 'no printer', 0],
    [new UsbPrinter([{ ...PRINTER, alternate: { interfaceClass: 7, endpoints: [IN] } }]), 'no printer', 0],
  ] as const) {
    plugged(printer)
    await expect(printOverUsb(BYTES)).rejects.toThrow(says)
    expect([printer.taken.length, printer.isOpen]).toEqual([pieces, false])
  }
})

it('tells a person who chose no printer from a fault', async () => {
  reaching({
    usb: { requestDevice: () => Promise.reject(NOTHING_CHOSEN) },
    bluetooth: { requestDevice: () => Promise.reject(NOTHING_CHOSEN) },
  })
  await expect(printOverUsb(BYTES)).rejects.toThrow(NoneChosen)
  await expect(printOverBluetooth(BYTES)).rejects.toThrow(NoneChosen)
  reaching({ usb: { requestDevice: () => Promise.reject(new DOMException('not here', 'SecurityError')) } })
  await expect(printOverUsb(BYTES)).rejects.not.toBeInstanceOf(NoneChosen)
  await expect(printOverBluetooth(BYTES)).rejects.toThrow('no Bluetooth')
})

it('sends a printer over Bluetooth every byte in small pieces, and lets it go', async () => {
  const [taken, let_go] = [[] as number[], vi.fn()]
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (bytes.length > 100) throw new Error('more than it holds')
    taken.push(...bytes)
  }
  const closed = { properties: { write: false, writeWithoutResponse: false } }
  const door = { properties: { write: true, writeWithoutResponse: true }, writeValueWithResponse: write, writeValueWithoutResponse: write }
  const gatt = {
    connect: async () => gatt,
    disconnect: let_go,
    getPrimaryServices: async () => [{ getCharacteristics: async () => [closed] }, { getCharacteristics: async () => [closed, door] }],
  }
  reaching({ bluetooth: { requestDevice: async () => ({ gatt }) } })
  await printOverBluetooth(BYTES)
  expect(taken).toEqual([...BYTES])
  expect(let_go).toHaveBeenCalledOnce()
})

const share = (): Promise<void> => Promise.reject(new DOMException('no press', 'NotAllowedError'))
const PICTURE = new Blob(['dots'], { type: 'image/png' })

/** The names under which pictures were left with the downloads. */
function downloads(): string[] {
  const names: string[] = []
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function keep(this: HTMLAnchorElement) {
    names.push(this.download)
  })
  return names
}

it('hands a picture to the app that the person chooses', async () => {
  const kept = downloads()
  const shared: ShareData[] = []
  reaching({ canShare: () => true, share: async (told: ShareData) => void shared.push(told) })
  expect(await shareOrKeep(PICTURE, 'receipt-7')).toBe('shared')
  expect(shared.map(({ files }) => files?.map(({ name, type }) => [name, type]))).toEqual([[['receipt-7.png', 'image/png']]])
  expect(kept).toEqual([])
})

it('leaves it at that where the person closes the sheet', async () => {
  const kept = downloads()
  reaching({ canShare: () => true, share: () => Promise.reject(new DOMException('closed', 'AbortError')) })
  expect([await shareOrKeep(PICTURE, 'receipt-7'), kept]).toEqual(['left', []])
})

it('keeps it with the downloads where the browser shares no files, or will not now', async () => {
  const kept = downloads()
  for (const parts of [{}, { canShare: () => false, share }, { canShare: () => true, share }]) {
    reaching(parts)
    expect(await shareOrKeep(PICTURE, 'receipt-7')).toBe('kept')
  }
  expect(kept).toEqual(Array(3).fill('receipt-7.png'))
})
