/** Sends the papers of an appliance, for a sale or for a dossier that was returned. */

import { api, ask, type Answer } from '@/api/client'
import type { paths } from '@/api/schema.gen'

type FileRequest = paths['/api/v1/merchant/trade-in-dossiers']['post']['requestBody']['content']['application/json']

export type Papers = Omit<FileRequest, 'dossier_id' | 'redemption_id'>

/** The ids are made when the form is opened: sent again after a lost answer, the same act. */
export const filePapers = (dossierId: string, redemptionId: string, papers: Papers): Promise<Answer<unknown>> =>
  ask(
    api.POST('/api/v1/merchant/trade-in-dossiers', {
      body: { dossier_id: dossierId, redemption_id: redemptionId, ...papers },
    }),
  )

export const mendPapers = (mendId: string, dossierId: string, papers: Papers): Promise<Answer<unknown>> =>
  ask(
    api.POST('/api/v1/merchant/trade-in-dossiers/{dossier_id}/mends', {
      params: { path: { dossier_id: dossierId } },
      body: { mend_id: mendId, ...papers },
    }),
  )
