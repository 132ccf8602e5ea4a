import type { Twin } from '@/i18n/texts'
import type zh from './zh'

export default {
  'open': 'Open the camera to scan',
  'opening': 'Opening the camera…',
  'picture.take': 'Scan with a photo',
  'torch': 'Torch',
  'close': 'Close the camera',
  'picture': 'Read from a picture',
} satisfies Twin<typeof zh>
