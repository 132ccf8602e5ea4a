/** Does the browser get its turn between two pieces of work? */

import { expect, it } from 'vitest'
import { breathe } from '@/kernel/breathing'

it('goes on after what was already waiting, not before it', async () => {
  const order: string[] = []
  setTimeout(() => order.push('a touch'), 0)
  void Promise.resolve().then(() => order.push('the same task'))
  await new Promise((resolve) => setTimeout(resolve, 0))
  await breathe()
  order.push('the next piece')
  expect(order).toEqual(['the same task', 'a touch', 'the next piece'])
})

it('leaves the task it was called in', async () => {
  const order: string[] = []
  const breathing = breathe().then(() => order.push('after'))
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  order.push('this task')
  await breathing
  expect(order).toEqual(['this task', 'after'])
})
