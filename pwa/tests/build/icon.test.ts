import { describe, expect, it } from 'vitest'
import { APPS } from '../../build/apps'
import { iconPng, iconSvg } from '../../build/icon'
import { APP_NAMES } from '../../src/kernel/app_name'

it('every app introduces itself, in words that fit below an icon', () => {
  expect(APPS.map(({ name }) => name)).toEqual([...APP_NAMES])
  for (const { shortTitle } of APPS) expect(shortTitle.length).toBeLessThanOrEqual(6)
})

describe.each([...APPS])('the icon of $name', (app) => {
  it('is a picture of the size asked for, and the same every time', () => {
    const png = iconPng(iconSvg(app), 192)
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([192, 192])
    expect(iconPng(iconSvg(app), 192).equals(png)).toBe(true)
  })

  it('needs no font and no other file', () => {
    expect(iconSvg(app)).not.toMatch(/<text|<image|href|url\(/)
  })

  it('fills the square where a phone cuts it to its own shape', () => {
    expect(iconSvg(app, { maskable: true })).toContain('rx="0"')
  })
})
