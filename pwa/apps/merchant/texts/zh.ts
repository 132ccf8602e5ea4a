export default {
  'app.title': '驿站商家',
  'home.title': '收券',
  'home.welcome': '收消费券',
  'home.text': '扫顾客的券码，填入账单金额，当场看清优惠多少、应收多少。',
} as const
