/** UUIDv7, made where the act happens and stored before it is sent: primary key and idempotency key in one. */

import { uuidOf } from './token'

/** A fresh id; `at` are milliseconds since 1970. */
export function newId(at: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  new DataView(bytes.buffer).setUint16(0, Math.floor(at / 2 ** 32))
  new DataView(bytes.buffer).setUint32(2, at >>> 0)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return uuidOf(bytes)
}

/** When an id was made, by the clock that it was made with. */
export function madeAt(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16))
}
