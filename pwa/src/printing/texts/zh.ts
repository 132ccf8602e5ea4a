/** What is said where something is printed. */
export default {
  title: '打印',
  page: '用打印机打印（A4）',
  picture: '发给小票打印机的应用',
  bluetooth: '蓝牙小票打印机',
  usb: 'USB 小票打印机',
  hint: '小票打印机纸宽 58 毫米。图片可以分享给打印机自带的应用。',
  kept: '图片已存到下载里，请用打印机的应用打开。',
  sent: '已发给打印机。',
  failed: '没有打印成：打印机没有接上或没有回应。请检查后再试，或换一种方式。',
  demo: '演示数据',
} as const
