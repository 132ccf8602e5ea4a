import { defineAsyncComponent } from 'vue'
import { gate } from '@/offline/lock/first_look'
import { start } from '@/shell/start'
import { isOperator } from '@/staff/roles'
import { routes } from './routes'
import { t } from './texts'

/** Brings home what was done without a network, on every page; loaded after the page has drawn. */
const bar = defineAsyncComponent(() => import('@/counter/away/AwayBar.vue'))

void start({ app: 'station', title: () => t('app.title'), routes, fits: isOperator, bar, gate })
