export default {
  'app.title': '驿站服务台',
  'home.title': '服务台',
  'home.welcome': '移动便民惠民驿站',
  'home.text': '在这里为乡亲代办、核验和登记。没有网络也能办，连上后自动上报。',
} as const
