/** Vant declares its widgets to Vue's templates by itself; `build/vant_widgets.ts` says which of them pages may use. */

import 'vant'
