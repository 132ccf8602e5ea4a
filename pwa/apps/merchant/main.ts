import { start } from '@/shell/start'
import { isMerchant } from '@/staff/roles'
import { routes } from './routes'
import { t } from './texts'

void start({ app: 'merchant', title: () => t('app.title'), routes, fits: isMerchant })
