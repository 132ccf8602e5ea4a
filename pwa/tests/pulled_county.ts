/** A county that hands out what devices keep, behind `fetch`. */

import { deflateSync } from 'node:zlib'
import { vi } from 'vitest'
import { fromHex, toHex, type Bytes } from '@/kernel/bytes'
import { encodeCbor, type CborValue } from '@/kernel/cbor'
import { sign1 } from '@/kernel/cose'
import { newDeviceKey, publicHalf, publicKeyOfPoint, type PublicKey } from '@/kernel/keys'
import { verifyRequest } from '@/offline/device_request'
import { digestOf, type Json } from '@/offline/digest'
import { AT, CAMPAIGN, COUNTY, MERCHANT, POLICY } from './offline_world'

type Rows = Record<string, { [name: string]: Json }>

/** What the county says; all of it may be changed between two questions. */
export interface HandingCounty {
  readonly addresses: string[]
  epoch: number
  at: number
  policy: number
  episode: number
  after: number
  status: { version: number; states: number[] }
  collections: Record<string, Rows>
  /** Collections that the word leaves out. */
  unchanged: string[]
  root: CryptoKeyPair
  /** How whoever pinned an earlier root comes to this one. */
  handovers: Bytes[]
  issuer: CryptoKeyPair
  /** Of the list that the root signs; the papers are always the issuer's. */
  listed: CryptoKeyPair
  serial: number
  /** In place of the device's own key in its certificate. */
  certified: PublicKey | null
  /** In place of an answer to an address that contains this. */
  instead: Record<string, () => Response>
  admit: (device: string, key: string) => Promise<void>
}

export const TERMS_ROW: { [name: string]: Json } = {
  campaign: CAMPAIGN,
  terms_version: 2,
  domain: 1,
  paused: false,
  offline: true,
  terms: {
    discount: 'threshold',
    face_fen: 20_00,
    minimum_spend_fen: 60_00,
    percent_bp: 0,
    fixed_price_fen: 0,
    trades: [],
    towns: [],
    merchants: [],
    lists: [],
    weekdays: [],
    hours: [],
    redeem_level: 1,
    use_from: null,
  },
}
const KID = Uint8Array.of(0xca, 0xfe)

export async function openHandingCounty(): Promise<HandingCounty> {
  const devices = new Map<string, PublicKey>()
  const [root, issuer] = [await newDeviceKey(), await newDeviceKey()]
  const county: HandingCounty = {
    addresses: [],
    epoch: 1,
    at: AT / 1000,
    policy: 4,
    episode: 1,
    after: 0,
    status: { version: 7, states: [0, 1, 2, 0, 0, 0, 0, 0] },
    collections: {
      terms: { [`${CAMPAIGN}.2.1`]: TERMS_ROW, '9.1.1': { ...TERMS_ROW, offline: false } },
      counter: { [MERCHANT]: { merchant_id: MERCHANT, trade: 'catering', town: '511527001', standing: 'admitted', lists: [] } },
    },
    unchanged: [],
    root,
    handovers: [],
    issuer,
    listed: issuer,
    serial: 1,
    certified: null,
    instead: {},
    async admit(device, key) {
      devices.set(device, (await publicKeyOfPoint(fromHex(key)))!)
    },
  }
  vi.stubGlobal('fetch', async (address: string, init: RequestInit = {}) => {
    county.addresses.push(address)
    const found = Object.entries(county.instead).find(([part]) => address.includes(part))
    if (found) return found[1]()
    const header = new Headers(init.headers).get('authorization')
    const read = await verifyRequest(header, { county: COUNTY, address, devices })
    if (typeof read === 'string') return Response.json({ reason: read }, { status: 401 })
    if (address.includes('/sync/digest')) return Response.json(await digests(county))
    if (!address.includes('/sync/status')) return new Response(await wordOf(county, read.device, county.certified ?? devices.get(read.device)!))
    const { version } = county.status
    return address.endsWith(`since=${version}&epoch=${county.epoch}`) ? new Response(null, { status: 204 }) : new Response(listOf(county))
  })
  return county
}

/** A phone's token by this county's issuer, for the voucher of a place in the status list. */
export function signedBy(county: HandingCounty, items: CborValue[]): Promise<Bytes> {
  return sign1(items, { key: county.issuer.privateKey, kid: KID })
}

async function wordOf(county: HandingCounty, device: string, key: PublicKey): Promise<Bytes> {
  const [number, id] = [Number(COUNTY), fromHex(device.replaceAll('-', ''))]
  const { epoch, at, policy, episode, after } = county
  const since = at - 3600
  const served = [KID, (await publicHalf(county.listed)).compressed, AT / 1000 - 30 * 86_400, AT / 1000 + 90 * 86_400]
  const list = await sign1(['XK1', number, county.serial, since, [served]], { key: county.root.privateKey, kid: Uint8Array.of(1) })
  const trust = [(await publicHalf(county.root)).compressed, list, ...(county.handovers.length > 0 ? [county.handovers] : [])]
  const episodes = [POLICY.merchant, POLICY.station].map(({ soft_s, hard_s, cap_fen, claims }) => [soft_s, hard_s, cap_fen, claims])
  const { scan_fen, challenge_fen, holder_day_fen, skew_s, soft_bp, probe_bp } = POLICY
  const figures = [scan_fen, challenge_fen, holder_day_fen, skew_s, soft_bp, probe_bp, 7 * 86_400]
  const merchant = fromHex(MERCHANT.replaceAll('-', ''))
  const papers = [
    ['XI1', number, id, key.compressed, 1, merchant, null, policy, [], since, since + 30 * 86_400, 2],
    ['XL1', number, policy, since, ...figures, ...episodes],
    ['XQ1', number, id, episode, after, at, [[CAMPAIGN, 2_000_00]]],
  ]
  const signed = await Promise.all(papers.map((items) => signedBy(county, items)))
  const told = Object.entries(county.collections).filter(([name]) => !county.unchanged.includes(name))
  const collections = told
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, rows]) => [name, encodeCbor(Object.entries(rows).toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([id_, row]) => [id_, cborOf(row)]))])
  return encodeCbor(['XW1', number, id, epoch, `c${epoch}`, at, trust, ...signed, county.status.version, collections])
}

/** The status list of an epoch. */
export function listOf({ epoch, status: { version, states } }: Pick<HandingCounty, 'epoch' | 'status'>): Bytes {
  const packed = new Uint8Array(Math.ceil(states.length / 4))
  for (const [place, state] of states.entries()) packed[Math.floor(place / 4)]! |= state << (2 * (place % 4))
  return encodeCbor(['XU1', Number(COUNTY), epoch, version, states.length, Uint8Array.from(deflateSync(packed))])
}

async function digests({ epoch, collections }: HandingCounty): Promise<unknown> {
  const told = Object.entries(collections).map(async ([name, rows]) => {
    const { count, sha256 } = await digestOf(new Map(Object.entries(rows)))
    return { name, count, sha256: toHex(sha256) }
  })
  return { epoch, collections: await Promise.all(told) }
}

function cborOf(json: Json): CborValue {
  if (Array.isArray(json)) return json.map(cborOf)
  if (json === null || typeof json !== 'object') return json
  return new Map(Object.entries(json).map(([name, item]) => [name, cborOf(item)]))
}

/** One root says that another one speaks for the county from now on. */
export async function handedOver(old: CryptoKeyPair, fresh: CryptoKeyPair): Promise<Bytes> {
  const [before, after] = [await publicHalf(old), await publicHalf(fresh)]
  return sign1(['XN1', Number(COUNTY), before.compressed, after.compressed, AT / 1000], { key: old.privateKey, kid: KID })
}
