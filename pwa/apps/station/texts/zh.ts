export default {
  'app.title': '驿站服务台',
  'home.title': '服务台',
  'home.empty': '这里还没有开通的业务',
  'home.text': '代办、核验和登记开通后，会出现在这里。',
} as const
