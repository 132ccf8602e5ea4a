export default {
  'app.title': '驿站办公室',
  'home.title': '工作台',
  'home.welcome': '消费券活动工作台',
  'home.text': '经办、复核、审批分开；每一步都有记录，每一分公共资金都能追到小票。',
} as const
