import { gate } from '@/offline/lock/first_look'
import { start } from '@/shell/start'
import { isOperator } from '@/staff/roles'
import { routes } from './routes'
import { t } from './texts'

void start({ app: 'station', title: () => t('app.title'), routes, fits: isOperator, gate })
