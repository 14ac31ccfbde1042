/** @file The door to Streamlit: it calls a component again for every change of data or theme; what was made for a root lives on. */

/**
 * @template {{close(): void}} Part
 * @param {(root: ShadowRoot) => Part} create
 * @param {(part: Part, call: any) => void} receive
 * @returns {(call: any) => () => void} what Streamlit calls, and calls back when it takes the component away
 */
export function mounted(create, receive) {
  const parts = new WeakMap();
  return (call) => {
    const root = call.parentElement;
    let part = parts.get(root);
    if (!part) parts.set(root, (part = create(root)));
    receive(part, call);
    // The cleanup of a call that newer data overtook is called too: only a root that left the page is closed.
    return () =>
      setTimeout(() => {
        if (root.isConnected || parts.get(root) !== part) return;
        part.close();
        parts.delete(root);
      });
  };
}
