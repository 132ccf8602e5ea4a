/** Short names for what the county sends and takes; the shapes themselves are generated from its own description. */

import type { components, paths } from './schema.gen'

type Wire = components['schemas']

export type AuditEntryAnswer = Wire['AuditEntryAnswer']
export type BoardAnswer = Wire['BoardAnswer']

export type CampaignAnswer = Wire['CampaignAnswer']
export type CampaignState = Wire['CampaignState']
export type ClaimAnswer = Wire['ClaimAnswer']
export type CollectedAnswer = Wire['CollectedAnswer']
export type ConsentAnswer = Wire['ConsentAnswerWire']
export type CountyInfo = paths['/api/v1/county']['get']['responses'][200]['content']['application/json']
export type DecisionAnswer = Wire['DecisionAnswer']
export type DiscountKind = Wire['DiscountKind']
export type Funder = Wire['Funder']
export type FunderAnswer = Wire['FunderAnswer']
export type InvitationAnswer = Wire['InvitationAnswer']
export type KindAnswer = Wire['KindAnswer']
export type LineAnswer = Wire['LineAnswer']
export type Me = Wire['MeAnswer']
export type MerchantAnswer = Wire['MerchantAnswer']
export type MessageAnswer = Wire['MessageAnswer']
export type PlanRequest = Wire['PlanRequest']
export type RedemptionAnswer = Wire['RedemptionAnswer']
export type RedemptionItem = Wire['RedemptionItem']
export type RoundAnswer = Wire['RoundAnswer']
export type Role = Wire['Role']
export type ShiftAnswer = Wire['ShiftAnswer']
export type SmsAnswer = Wire['SmsAnswer']
export type StaffAnswer = Wire['StaffAnswer']
export type TallyAnswer = Wire['TallyAnswer']
export type TermsAnswer = Wire['TermsAnswer']
export type TownAnswer = Omit<Wire['TownAnswer'], 'schematic'>
export type Trade = Wire['Trade']
export type VoucherAnswer = Wire['VoucherAnswer']
export type VoucherState = Wire['VoucherState']
