/** Is every part of the design system shown on the office's page of all parts, and are the shared states? */

import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import type { Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import AllParts from '../apps/office/design/AllParts.vue'
import ModeFrame from '../apps/office/design/ModeFrame.vue'
import AcceptedPanel from '../src/counter/away/AcceptedPanel.vue'
import AskPanel from '../src/counter/away/AskPanel.vue'
import AwayBar from '../src/counter/away/AwayBar.vue'
import AwayClaims from '../src/counter/away/AwayClaims.vue'
import HomeCardDesk from '../src/counter/away/HomeCardDesk.vue'
import NotAwayPanel from '../src/counter/away/NotAwayPanel.vue'
import ConnectionBar from '../src/offline/ConnectionBar.vue'
import LoadedView from '../src/offline/LoadedView.vue'
import MoreButton from '../src/offline/MoreButton.vue'
import UnsentBar from '../src/offline/UnsentBar.vue'
import UpdateOffer from '../src/offline/UpdateOffer.vue'
import IdleWarning from '../src/session/IdleWarning.vue'

const parts = import.meta.glob<{ default: Component }>('../src/design-system/*.vue', { eager: true })
const specimens = import.meta.glob('../apps/office/design/specimens/*.vue')
const nameOf = (path: string): string => path.split('/').at(-1)?.replace('.vue', '') ?? ''

const page = { render: () => null }
const routes = ['/', '/me', '/design', '/outbox', '/waiting', '/device'].map((path) => ({ path, name: path.slice(1) || 'home', component: page }))
const router = createRouter({ history: createMemoryHistory(), routes })

function show() {
  return mount(AllParts, { props: { mode: 'light resident' }, global: { plugins: [router, createPinia()] } })
}

it('every part of the design system is shown, each from a file of its name', () => {
  const shown = show()
  const missing = Object.entries(parts)
    .filter(([, { default: part }]) => !shown.findComponent(part).exists())
    .map(([path]) => nameOf(path))
  expect(missing).toEqual([])
  expect(Object.keys(specimens).map(nameOf).toSorted()).toEqual(Object.keys(parts).map(nameOf).toSorted())
})

it('the states that pages share are shown, each of them', async () => {
  const shown = show()
  await flushPromises()
  for (const part of [LoadedView, ConnectionBar, UnsentBar, UpdateOffer, IdleWarning, MoreButton, AcceptedPanel, AskPanel, AwayBar, AwayClaims, HomeCardDesk, NotAwayPanel])
    expect(shown.findComponent(part as Component).exists()).toBe(true)
  const text = shown.text()
  for (const said of ['现在没有网络', '没能打开', '没有这个页面', '以下内容截至', '连不上服务', '网络已恢复', '新版本已准备好', '就要自动退出', '有 2 件事还没有送到', '有 3 笔待上传', '已受理·待上传', '县里在核查'])
    expect(text).toContain(said)
})

it('a mode is a document of its own, with the looks of this page', async () => {
  const sheet = document.createElement('style')
  document.head.append(sheet)
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} })
  const props = { scheme: 'dark', text: 'elder', app: 'station', title: '长辈版' }
  const frame = mount(ModeFrame, { props, slots: { default: () => '券' }, attachTo: document.body })
  const inside = document.implementation.createHTMLDocument()
  Object.defineProperty(frame.get('iframe').element, 'contentDocument', { value: inside })
  await frame.get('iframe').trigger('load')
  await flushPromises()
  expect({ ...inside.documentElement.dataset }).toEqual({ scheme: 'dark', text: 'elder', app: 'station' })
  expect([inside.body.textContent, inside.title, inside.head.querySelectorAll('style').length]).toEqual(['券', '长辈版', 1])
  frame.unmount()
  sheet.remove()
})
