export default {
  'app.title': '驿站办公室',
  'home.title': '工作台',
  'home.empty': '这里还没有开通的业务',
  'home.text': '活动的拟稿、复核和审批开通后，会出现在这里。',
} as const
