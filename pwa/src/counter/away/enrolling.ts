/**
 * This browser becomes a device of the county: it proves its key, waits for the office, and hears how it stands.
 *
 * The id and the key belong to the device and are made once. What was sent may be sent again: the county answers the same
 * device with the same answer.
 */

import { api, ask, type Answer } from '@/api/client'
import type { DeviceState } from '@/api/wire'
import { countyCode } from '@/county/county'
import { toBase64url, type Bytes } from '@/kernel/bytes'
import { version } from '@/kernel/version'
import { provePossession } from '@/offline/device_enrolment'
import { currentIdentity, ensureIdentity, renewIdentity } from '@/offline/device_key'
import { noteState, notedState } from '@/offline/device_note'
import { forgetNames } from '@/session/keeping'

/** A device that stands like this does not come back: it enrols anew under another id. */
const OVER = new Set<DeviceStanding>(['refused', 'suspended', 'revoked'])

/** `none` where it was never enrolled, `unknown` where the county knows of no such device. */
export type DeviceStanding = DeviceState | 'none' | 'unknown'

export interface Stood {
  readonly standing: DeviceStanding
  /** False where the county could not be asked, and this is how it stood when last it could. */
  readonly fresh: boolean
}

/** Uses an invitation up; a device that is over gets a new id and a new key, and the old ones still send. */
export async function enrol(code: Bytes): Promise<Answer<DeviceStanding> | 'nothing-kept'> {
  const county = await countyCode()
  const { standing } = await standingNow()
  try {
    const identity = OVER.has(standing) ? await renewIdentity() : await ensureIdentity()
    const { device, pair } = identity
    const proof = await provePossession({ county: county ?? '', device, code }, pair)
    const body = {
      device_id: device,
      code: toBase64url(code),
      key: toBase64url(proof.publicKey),
      signature: toBase64url(proof.signature),
      app_version: version(),
    }
    const answer = await ask(api.POST('/api/v1/sync/enrolments', { body }))
    if (!answer.ok) return answer
    noteState(device, answer.value.state)
    forgetNames()
    return { ...answer, value: answer.value.state }
  } catch (fault) {
    reportError(fault)
    return 'nothing-kept'
  }
}

/** How this device stands by the county, or by what it last said. */
export async function standingNow(): Promise<Stood> {
  const identity = await currentIdentity().catch(() => undefined)
  if (!identity) return { standing: 'none', fresh: true }
  const { device } = identity
  const answer = await ask(api.GET('/api/v1/sync/enrolments/{device_id}', { params: { path: { device_id: device } } }))
  if (answer.ok) {
    noteState(device, answer.value.state)
    return { standing: answer.value.state, fresh: true }
  }
  // An identity that was made and whose enrolment never came through.
  if (answer.problem.status === 404) return { standing: notedState(device) ? 'unknown' : 'none', fresh: true }
  return { standing: notedState(device) ?? 'none', fresh: false }
}
