/** Can each app be installed beside the others, with an icon of its own on every phone? */

import { describe, expect, it } from 'vitest'
import { filesOf } from '../../build/app_heads'
import { APPS } from '../../build/apps'

interface Icon {
  src: string
  sizes: string
  type: string
  purpose?: string
}

const manifestOf = (app: (typeof APPS)[number]): Record<string, unknown> & { icons: Icon[] } =>
  JSON.parse(String(filesOf(app).manifest.source))
const sideOf = (png: string | Buffer): number[] => [(png as Buffer).readUInt32BE(16), (png as Buffer).readUInt32BE(20)]

describe.each([...APPS])('the manifest of $name', (app) => {
  const manifest = manifestOf(app)
  const { all, touch } = filesOf(app)

  it('keeps to its own addresses: a wider scope would silence the install prompts of the other three', () => {
    const own = `/${app.name}/`
    expect(manifest).toMatchObject({ id: own, start_url: own, scope: own, display: 'standalone', lang: 'zh-CN' })
    expect(filesOf(app).manifest.fileName).toBe(`${app.name}/manifest.webmanifest`)
    expect([manifest['name'], manifest['short_name'], manifest['theme_color']]).toEqual([app.title, app.shortTitle, app.colour])
  })

  it('names icons of the sizes that they have, one of them for phones that cut their own shape', () => {
    expect(manifest.icons.map(({ sizes, type, purpose }) => [sizes, type, purpose])).toEqual([
      ['192x192', 'image/png', undefined],
      ['512x512', 'image/png', undefined],
      ['512x512', 'image/png', 'maskable'],
      ['any', 'image/svg+xml', undefined],
    ])
    for (const { src, sizes } of manifest.icons) {
      const file = all.find(({ fileName }) => `/${fileName}` === src)
      expect(file, src).toBeDefined()
      if (sizes !== 'any') expect(sideOf(file?.source ?? '').map((side) => `${side}x${side}`)[0]).toBe(sizes)
    }
    expect(sideOf(touch.source)).toEqual([180, 180])
  })
})

it('no two apps share an address, an icon or a colour', () => {
  const shown = APPS.map((app) => [app.colour, manifestOf(app).id, ...manifestOf(app).icons.map(({ src }) => src)])
  expect(new Set(shown.flat()).size).toBe(shown.flat().length)
})
