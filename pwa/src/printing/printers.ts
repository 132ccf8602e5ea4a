/**
 * Small printers that this browser can reach by itself: over Bluetooth or USB, where it has either at all.
 *
 * Whoever prints chooses the printer in the browser's own window, each time anew: nothing is remembered of it.
 */

import type { Bytes } from '@/kernel/bytes'

/** What cheap 58 mm printers call their door for bytes; each maker has another. */
const SERVICES = [
  '000018f0-0000-1000-8000-00805f9b34fb',
  '0000ff00-0000-1000-8000-00805f9b34fb',
  '0000ffe0-0000-1000-8000-00805f9b34fb',
  '0000fee7-0000-1000-8000-00805f9b34fb',
  '49535343-fe7d-4ae5-8fa9-9fafd205e455',
  'e7810a71-73ae-499d-8c15-faa9aef0c3f2',
]
/** Bytes at once over Bluetooth: what every printer takes, however short its memory. */
const PIECE = 100
/** Bytes at once over USB, so that a printer that stops in the middle is noticed there. */
const USB_PIECE = 4096
const PRINTER_CLASS = 7

interface Characteristic {
  readonly properties: { readonly write: boolean; readonly writeWithoutResponse: boolean }
  writeValueWithResponse: (bytes: Bytes) => Promise<void>
  writeValueWithoutResponse: (bytes: Bytes) => Promise<void>
}

interface Gatt {
  connect: () => Promise<Gatt>
  disconnect: () => void
  getPrimaryServices: () => Promise<{ getCharacteristics: () => Promise<Characteristic[]> }[]>
}

interface Bluetooth {
  requestDevice: (asked: object) => Promise<{ readonly gatt?: Gatt }>
}

interface UsbEndpoint {
  readonly endpointNumber: number
  readonly direction: 'in' | 'out'
  readonly type: string
}

interface UsbDevice {
  readonly configuration: {
    readonly interfaces: readonly {
      readonly interfaceNumber: number
      readonly alternate: { readonly interfaceClass: number; readonly endpoints: readonly UsbEndpoint[] }
    }[]
  } | null
  open: () => Promise<void>
  close: () => Promise<void>
  selectConfiguration: (value: number) => Promise<void>
  claimInterface: (number: number) => Promise<void>
  transferOut: (endpoint: number, bytes: Bytes) => Promise<{ readonly status: string }>
}

interface Usb {
  requestDevice: (asked: object) => Promise<UsbDevice>
}

type Reaching = Navigator & { readonly bluetooth?: Bluetooth; readonly usb?: Usb }

const reached = (): Reaching => navigator as Reaching

export const hasBluetooth = (): boolean => reached().bluetooth !== undefined
export const hasUsb = (): boolean => reached().usb !== undefined

/** Nobody chose a printer: not a fault, and nothing is said of it. */
export class NoneChosen extends Error {}

export async function printOverBluetooth(bytes: Bytes): Promise<void> {
  const { bluetooth } = reached()
  if (!bluetooth) throw new Error('this browser has no Bluetooth')
  const filters = SERVICES.map((service) => ({ services: [service] }))
  const { gatt } = await chosen(bluetooth.requestDevice({ filters, optionalServices: SERVICES }))
  if (!gatt) throw new Error('this is no printer')
  const server = await gatt.connect()
  try {
    const door = await doorOf(server)
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.slice(at, at + PIECE)
      // With an answer where there is one: the printer then says when it has room again.
      await (door.properties.write ? door.writeValueWithResponse(piece) : door.writeValueWithoutResponse(piece))
    }
  } finally {
    server.disconnect()
  }
}

async function doorOf(server: Gatt): Promise<Characteristic> {
  for (const service of await server.getPrimaryServices()) {
    for (const door of await service.getCharacteristics()) {
      if (door.properties.write || door.properties.writeWithoutResponse) return door
    }
  }
  throw new Error('this printer takes no bytes')
}

export async function printOverUsb(bytes: Bytes): Promise<void> {
  const { usb } = reached()
  if (!usb) throw new Error('this browser has no USB')
  const device = await chosen(usb.requestDevice({ filters: [{ classCode: PRINTER_CLASS }] }))
  await device.open()
  try {
    if (device.configuration === null) await device.selectConfiguration(1)
    const found = device.configuration?.interfaces.find(({ alternate }) => alternate.interfaceClass === PRINTER_CLASS)
    const out = found?.alternate.endpoints.find(({ direction, type }) => direction === 'out' && type === 'bulk')
    if (!found || !out) throw new Error('this is no printer')
    await device.claimInterface(found.interfaceNumber)
    for (let at = 0; at < bytes.length; at += USB_PIECE) {
      const { status } = await device.transferOut(out.endpointNumber, bytes.slice(at, at + USB_PIECE))
      if (status !== 'ok') throw new Error('the printer did not take it')
    }
  } finally {
    await device.close()
  }
}

async function chosen<Device>(asked: Promise<Device>): Promise<Device> {
  try {
    return await asked
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === 'NotFoundError') throw new NoneChosen()
    throw problem
  }
}
