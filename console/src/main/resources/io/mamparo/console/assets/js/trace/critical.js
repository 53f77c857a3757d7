/**
 * The critical path: what the request was waiting for at each moment, found backwards from the end.
 * A span waits for its child that ended last, before that for the child that had ended last when
 * that one began, and so on; the time between belongs to the span itself. Making anything else
 * faster does not make the request faster.
 *
 * @param root node of a tree (tree.js)
 * @returns Map node → [{start, end}] in microseconds
 */
export function criticalPath(root) {
  const segments = new Map();
  const add = (node, start, end) => {
    if (end > start) segments.set(node, [...(segments.get(node) ?? []), { start, end }]);
  };
  const stack = [{ node: root, until: root.end }];
  while (stack.length) {
    const { node, until } = stack.pop();
    let cursor = Math.min(node.end, until);
    const lastFirst = [...node.children].sort((a, b) => b.end - a.end || b.start - a.start);
    for (const child of lastFirst) {
      const end = Math.min(child.end, cursor);
      if (child.start >= cursor || end <= node.start) continue;
      add(node, end, cursor);
      stack.push({ node: child, until: end });
      cursor = Math.max(child.start, node.start);
    }
    add(node, node.start, cursor);
  }
  return segments;
}
