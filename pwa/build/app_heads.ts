/**
 * Gives each app its manifest, its icons and the tags that name them.
 *
 * vite-plugin-pwa knows one manifest a build; four apps on one origin need four, each with an id and scope of its own.
 */

import { createHash } from 'node:crypto'
import type { HtmlTagDescriptor, Plugin } from 'vite'
import { appOfPath } from '../src/kernel/app_name.ts'
import { APPS, type App } from './apps.ts'
import { iconPng, iconSvg } from './icon.ts'

interface MadeFile {
  fileName: string
  source: string | Buffer
}

interface AppFiles {
  svg: MadeFile
  touch: MadeFile
  manifest: MadeFile
  all: MadeFile[]
}

export function appHeads(): Plugin {
  const files = new Map(APPS.map((app) => [app.name, filesOf(app)]))
  return {
    name: 'yizhan:app-heads',
    generateBundle() {
      for (const { all } of files.values()) {
        for (const file of all) this.emitFile({ type: 'asset', ...file })
      }
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { path, server }) {
        const app = APPS.find(({ name }) => name === appOfPath(path))
        const made = app && files.get(app.name)
        // While developing, nothing is emitted, and a link to nothing would only fill the console.
        return made && app && !server ? tagsOf(app, made) : []
      },
    },
  }
}

/** The manifest of an app and the icons that it names, all from the one drawing. */
export function filesOf(app: App): AppFiles {
  const plain = iconSvg(app)
  const masked = iconSvg(app, { maskable: true })
  const svg = hashed(app, 'icon', 'svg', plain)
  const touch = hashed(app, 'touch', 'png', iconPng(iconSvg(app, { maskable: true }), 180))
  const small = hashed(app, '192', 'png', iconPng(plain, 192))
  const large = hashed(app, '512', 'png', iconPng(plain, 512))
  const round = hashed(app, 'maskable', 'png', iconPng(masked, 512))
  const manifest = {
    id: `/${app.name}/`,
    start_url: `/${app.name}/`,
    scope: `/${app.name}/`,
    name: app.title,
    short_name: app.shortTitle,
    description: app.description,
    lang: 'zh-CN',
    dir: 'ltr',
    display: 'standalone',
    theme_color: app.colour,
    background_color: '#f4f7f5',
    icons: [
      { src: `/${small.fileName}`, sizes: '192x192', type: 'image/png' },
      { src: `/${large.fileName}`, sizes: '512x512', type: 'image/png' },
      { src: `/${round.fileName}`, sizes: '512x512', type: 'image/png', purpose: 'maskable' },
      { src: `/${svg.fileName}`, sizes: 'any', type: 'image/svg+xml' },
    ],
  }
  const made = { fileName: `${app.name}/manifest.webmanifest`, source: JSON.stringify(manifest) }
  return { svg, touch, manifest: made, all: [svg, touch, small, large, round, made] }
}

function hashed(app: App, what: string, type: string, source: string | Buffer): MadeFile {
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8)
  return { fileName: `assets/${app.name}-${what}-${hash}.${type}`, source }
}

function tagsOf(app: App, files: AppFiles): HtmlTagDescriptor[] {
  return [
    { tag: 'link', attrs: { rel: 'manifest', href: `/${files.manifest.fileName}` }, injectTo: 'head' },
    { tag: 'link', attrs: { rel: 'icon', type: 'image/svg+xml', href: `/${files.svg.fileName}` }, injectTo: 'head' },
    { tag: 'link', attrs: { rel: 'apple-touch-icon', href: `/${files.touch.fileName}` }, injectTo: 'head' },
    { tag: 'meta', attrs: { name: 'theme-color', content: app.colour }, injectTo: 'head' },
    { tag: 'meta', attrs: { name: 'description', content: app.description }, injectTo: 'head' },
    { tag: 'meta', attrs: { name: 'apple-mobile-web-app-title', content: app.shortTitle }, injectTo: 'head' },
  ]
}
