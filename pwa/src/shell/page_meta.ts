/** What a route says about itself, so that the shell can draw its head and the main sections. */

import type { RouteLocationRaw } from 'vue-router'
import type { Drawing } from '@/design-system/icons'

declare module 'vue-router' {
  interface RouteMeta {
    /** The page's name, in the head and in the browser's tab. */
    title: () => string
    /** The page above it; pages of the main sections have none. */
    up?: RouteLocationRaw
    /** Its place among the main sections; a route without one is reached from another page. */
    section?: { text: () => string; drawing: Drawing }
    /** Only for somebody who is signed in for this app. */
    signedIn?: boolean
    /** Stands by itself, without the main sections: one thing is being done here. */
    alone?: boolean
    /** On a wide screen: a list of cards beside each other, or one form in the middle; else as wide as the app's pages. */
    width?: 'wide' | 'narrow'
  }
}
