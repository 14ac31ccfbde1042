/** @file How Streamlit calls a component: again for each change of data or theme. What was created for a root is kept. */

/**
 * @template {{close(): void}} Part
 * @param {(root: ShadowRoot) => Part} create
 * @param {(part: Part, call: any) => void} receive
 * @returns {(call: any) => () => void} what Streamlit calls; it returns the cleanup
 */
export function component(create, receive) {
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
