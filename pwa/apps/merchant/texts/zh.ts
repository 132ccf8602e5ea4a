export default {
  'app.title': '驿站商家',
  'home.title': '收券',
  'home.empty': '这里还没有开通的业务',
  'home.text': '扫码收券开通后，会出现在这里。',
} as const
