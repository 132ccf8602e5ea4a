import { start } from '@/shell/start'
import { isOffice } from '@/staff/roles'
import { routes } from './routes'
import { t } from './texts'

void start({ app: 'office', title: () => t('app.title'), routes, fits: isOffice })
