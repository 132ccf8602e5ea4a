/**
 * Lets the browser breathe between two pieces of long work.
 *
 * A task of half a second keeps an old phone from scrolling and from hearing a touch; the same work in pieces does not.
 * `scheduler.yield` says it better, but phones in the villages are older than it.
 */

/** Goes on once the browser has had its turn: what was pressed meanwhile comes first. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(null)
  })
}
