/** Do the parts that every page is made of work by keyboard and screen reader? axe checks all but the colours here. */

import { flushPromises, mount } from '@vue/test-utils'
import axe from 'axe-core'
import { afterEach, expect, it, vi } from 'vitest'
import { defineComponent, h, ref, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import ActionButton from '../src/design-system/ActionButton.vue'
import AppBar from '../src/design-system/AppBar.vue'
import CardBox from '../src/design-system/CardBox.vue'
import ChoiceGroup from '../src/design-system/ChoiceGroup.vue'
import { home } from '../src/design-system/icons'
import NavLinks from '../src/design-system/NavLinks.vue'
import SkeletonLines from '../src/design-system/SkeletonLines.vue'
import StatePanel from '../src/design-system/StatePanel.vue'
import TextField from '../src/design-system/TextField.vue'
import { hush, tell, warn } from '../src/design-system/toast'
import ToastRegion from '../src/design-system/ToastRegion.vue'
import { inTask, useTask } from '../src/offline/task'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: { render: () => null } }] })

function show(component: Component, props: object = {}, slots: Record<string, () => unknown> = {}) {
  return mount(component as never, { props, slots, attachTo: document.body, global: { plugins: [router] } } as never)
}

afterEach(() => {
  document.body.innerHTML = ''
  hush()
})

it('none of the parts breaks a rule of accessibility', async () => {
  const page = defineComponent(() => () => [
    h(AppBar, { title: '我的券', up: '/' }),
    h('main', [
      h(CardBox, { title: '登录' }, () => [
        h(TextField, { label: '手机号', hint: '11 位数字', problem: '请填写 11 位手机号', modelValue: '' }),
        h(ChoiceGroup, { label: '字的大小', choices: [{ value: 'a', text: '标准' }], modelValue: 'a' }),
        h(ActionButton, { kind: 'main', busy: true }, () => '领取'),
        h(ActionButton, { to: '/' }, () => '返回'),
      ]),
      h(StatePanel, { kind: 'empty', title: '还没有消费券', text: '领到的券会出现在这里。' }),
      h(SkeletonLines),
    ]),
    h(NavLinks, { items: [{ to: '/', text: '首页', drawing: home }] }),
    h(ToastRegion),
  ])
  warn('没有成功')
  show(page)
  await flushPromises()
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })
  expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
})

it('a busy button stays where it is, says so, and takes no second press', async () => {
  const pressed = vi.fn<() => void>()
  const button = show(ActionButton, { busy: true, onPress: pressed }, { default: () => '领取' })
  await button.trigger('click')
  expect(pressed).not.toHaveBeenCalled()
  expect(button.attributes()).toMatchObject({ 'aria-busy': 'true', 'aria-disabled': 'true' })
  await button.setProps({ busy: false } as never)
  await button.trigger('click')
  expect(pressed).toHaveBeenCalledTimes(1)
})

it('what is wrong with a field is read together with the field', () => {
  const field = show(TextField, { label: '手机号', problem: '请填写 11 位手机号', modelValue: '', inputmode: 'numeric' })
  const input = field.get('input')
  expect(input.attributes()).toMatchObject({ 'aria-invalid': 'true', inputmode: 'numeric' })
  const described = document.getElementById(input.attributes('aria-describedby') ?? '')
  expect(described?.textContent).toContain('请填写 11 位手机号')
  expect(field.get('label').attributes('for')).toBe(input.attributes('id'))
})

it('good news goes by itself, a problem stays until it is closed', async () => {
  vi.useFakeTimers()
  const region = show(ToastRegion)
  tell('已保存')
  await flushPromises()
  expect(region.get('[role=status]').text()).toBe('已保存')
  vi.advanceTimersByTime(8000)
  warn('没有成功')
  vi.advanceTimersByTime(60_000)
  vi.useRealTimers()
  await flushPromises()
  expect(region.get('[role=status]').text()).toBe('')
  expect(region.get('[role=alert]').text()).toBe('没有成功')
  await region.get('button').trigger('click')
  expect(region.get('[role=alert]').text()).toBe('')
})

it('an update is not offered while somebody is in the middle of something', () => {
  const dirty = ref(false)
  const form = show(defineComponent(() => (useTask(dirty), () => null)))
  expect(inTask.value).toBe(false)
  dirty.value = true
  expect(inTask.value).toBe(true)
  form.unmount()
  expect(inTask.value).toBe(false)
})
