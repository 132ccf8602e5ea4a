/** What is said where a code is read by a camera or from a picture. */
export default {
  'open': '打开摄像头扫码',
  'opening': '正在打开摄像头…',
  'picture.take': '拍照扫码',
  'torch': '手电筒',
  'close': '关闭摄像头',
  'picture': '从图片识别',
} as const
