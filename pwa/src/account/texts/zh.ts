/** What everybody reads about their own account, whichever app they use. */
export default {
  'inbox.title': '收件箱',
  'inbox.empty': '还没有消息',
  'inbox.empty.text': '县里给您的通知会出现在这里。',
  'inbox.unread': '未读',
  'inbox.go': '去看看',
  'sessions.title': '登录过的设备',
  'sessions.text': '不认识的设备请马上退出。',
  'sessions.current': '这台设备',
  'sessions.opened': '{at} 登录',
  'sessions.seen': '最近使用 {at}',
  'sessions.network': '网络 {network}',
  'sessions.end': '让它退出',
  'sessions.ended': '已让那台设备退出',
  'sessions.end-others': '除这台以外全部退出',
  'sessions.ended-others': '其他设备都已退出',
} as const
