/**
 * Are these pages open inside WeChat? It is the browser that most people come with, and it swallows some things without
 * a word: downloads, new windows, push, often the camera. Those are not offered there.
 */

export const inWeChat = /MicroMessenger/i.test(navigator.userAgent)
