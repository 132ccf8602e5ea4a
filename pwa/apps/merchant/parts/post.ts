/** Does whoever is signed in own this merchant? What only owners may do is not offered to cashiers. */

import { api, ask } from '@/api/client'
import { useLoaded, type Loaded } from '@/offline/loaded'

export const usePost = (): Loaded<{ owner: boolean }> => useLoaded(() => ask(api.GET('/api/v1/merchant/post')))
