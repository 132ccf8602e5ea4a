import { start } from '@/shell/start'
import { routes } from './routes'
import { t } from './texts'

void start({ app: 'resident', title: () => t('app.title'), routes, fits: ({ kind }) => kind === 'resident' })
