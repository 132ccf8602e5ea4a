/** Does the county have something for this device that only a passphrase may keep? Said on every page until there is one. */

import { shallowRef } from 'vue'

export const asksPassphrase = shallowRef(false)
