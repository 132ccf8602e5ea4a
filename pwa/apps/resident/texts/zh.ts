export default {
  'app.title': '驿站',
  'home.title': '首页',
  'home.welcome': '家门口的消费券',
  'home.text': '在手机上领取县里发放的消费券，到店出示券码即可抵扣。每一分优惠由谁出资，都能查到。',
  'home.counter': '不会用手机？到附近的驿站，站长帮您办。',
} as const
