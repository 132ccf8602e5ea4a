import { expect, it } from 'vitest'
import type { Manifest } from 'vite'
import { settleBuilds } from '../../build/kept_assets'
import { markApps } from '../../build/precache'
import { allFiles, firstFiles } from '../../build/reach'

const chunk = (file: string, rest: Partial<Manifest[string]> = {}): Manifest[string] => ({ file, ...rest })

/** Two apps with a part in common, a lazy page, and two parts that import each other. */
const BUILT: Manifest = {
  'resident/index.html': chunk('assets/resident-1.js', { imports: ['_vue.js'], dynamicImports: ['wallet'], css: ['assets/r-1.css'] }),
  'office/index.html': chunk('assets/office-1.js', { imports: ['_vue.js'] }),
  'station/index.html': chunk('assets/station-1.js'),
  'merchant/index.html': chunk('assets/merchant-1.js'),
  '_vue.js': chunk('assets/vue-1.js', { imports: ['_both.js'] }),
  '_both.js': chunk('assets/both-1.js', { imports: ['_vue.js'] }),
  wallet: chunk('assets/wallet-1.js', { imports: ['_both.js'], css: ['assets/wallet-1.css'] }),
}

it('a first page needs its entry and what that imports, and no lazy page', () => {
  expect([...firstFiles(BUILT, 'resident')].toSorted()).toEqual([
    'assets/both-1.js',
    'assets/r-1.css',
    'assets/resident-1.js',
    'assets/vue-1.js',
  ])
})

it('without a network the lazy pages are needed too', () => {
  expect([...allFiles(BUILT, 'resident')]).toEqual(expect.arrayContaining(['assets/wallet-1.js', 'assets/wallet-1.css']))
})

it('a part that nobody lists stops the build', () => {
  const broken = { ...BUILT, wallet: chunk('assets/wallet-1.js', { imports: ['_gone.js'] }) }
  expect(() => allFiles(broken, 'resident')).toThrow('_gone.js')
})

it('each app keeps its own page and files, and none keeps what no app reaches', () => {
  const files = ['resident/index.html', 'assets/vue-1.js', 'assets/wallet-1.js', 'assets/office-1.js', 'assets/old-0.js']
  const marked = markApps(files.map((url) => ({ url, revision: 'abc', size: 1 })), BUILT)
  expect(marked.map(({ url, revision, apps }) => [url, revision, apps])).toEqual([
    ['/resident/', 'abc', ['resident']],
    ['/assets/vue-1.js', null, ['resident', 'office']],
    ['/assets/wallet-1.js', null, ['resident']],
    ['/assets/office-1.js', null, ['office']],
  ])
})

it('whoever scans codes keeps their reader, and the office does not', () => {
  const [kept, ...others] = markApps([{ url: 'assets/zxing_reader-BxB2YfIY.wasm', revision: null, size: 1 }], BUILT)
  expect([kept?.url, kept?.apps, others]).toEqual(['/assets/zxing_reader-BxB2YfIY.wasm', ['resident', 'merchant', 'station'], []])
})

it('files of an earlier build stay for thirty days and then go', () => {
  const first = { at: '2026-06-01T00:00:00.000Z', files: ['assets/a-1.js', 'assets/same.js'] }
  const second = { at: '2026-06-20T00:00:00.000Z', files: ['assets/a-2.js', 'assets/same.js'] }
  expect(settleBuilds([first], second, new Date(second.at))).toEqual({ kept: [first, second], gone: [] })

  const third = { at: '2026-07-05T00:00:00.000Z', files: ['assets/a-3.js', 'assets/same.js'] }
  const settled = settleBuilds([first, second], third, new Date(third.at))
  expect(settled).toEqual({ kept: [second, third], gone: ['assets/a-1.js'] })
})

it('building the same again leaves one record', () => {
  const files = ['assets/a-1.js']
  const again = { at: '2026-06-02T00:00:00.000Z', files }
  const settled = settleBuilds([{ at: '2026-06-01T00:00:00.000Z', files }], again, new Date(again.at))
  expect(settled).toEqual({ kept: [again], gone: [] })
})
