import { start } from '@/shell/start'
import { routes } from './routes'
import { t } from './texts'

void start({ app: 'office', title: () => t('app.title'), routes })
