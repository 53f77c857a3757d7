// From the flat list of spans to a tree, and from the tree to the rows that are unfolded. Nothing
// here recurses: a trace may be as deep as it is long.

/**
 * @param spans as the control API gives them
 * @returns {roots, all, from, to, services} where all is in drawing order (parents before their
 *     children, siblings by start); each node is {span, parent, children, level, start, end}
 */
export function treeOf(spans) {
  const nodes = new Map();
  for (const span of spans) {
    const start = span.startUs ?? 0;
    nodes.set(span.spanId, { span, parent: null, children: [], level: 1, start, end: start + (span.durationUs ?? 0) });
  }
  for (const node of nodes.values()) {
    const parent = nodes.get(node.span.parentId);
    if (parent && !isAncestor(node, parent)) {
      node.parent = parent;
      parent.children.push(node);
    }
  }
  const byStart = (a, b) => a.start - b.start || a.end - b.end;
  const roots = [...nodes.values()].filter((node) => !node.parent).sort(byStart);
  nodes.forEach((node) => node.children.sort(byStart));
  const all = walk(roots, () => true);
  const from = all.reduce((least, node) => Math.min(least, node.start), Infinity);
  const to = all.reduce((most, node) => Math.max(most, node.end), -Infinity);
  return { roots, all, from: all.length ? from : 0, to: all.length ? Math.max(to, from + 1) : 1, services: servicesOf(all) };
}

/** Broken data must not make the walk endless: a span cannot be above itself. */
function isAncestor(node, of) {
  for (let up = of; up; up = up.parent) if (up === node) return true;
  return false;
}

/** Nodes in drawing order, leaving out what is below nodes for which `enter` is false. */
export function walk(roots, enter) {
  const rows = [];
  const stack = [...roots].reverse().map((node) => [node, 1]);
  while (stack.length) {
    const [node, level] = stack.pop();
    node.level = level;
    rows.push(node);
    if (enter(node)) for (let i = node.children.length - 1; i >= 0; i--) stack.push([node.children[i], level + 1]);
  }
  return rows;
}

/** Services in order of appearance, with their number of spans. */
function servicesOf(all) {
  const services = new Map();
  for (const { span } of all) services.set(span.service, (services.get(span.service) ?? 0) + 1);
  return services;
}

/** How many spans are below a node. */
export function below(node) {
  let total = 0;
  const stack = [...node.children];
  while (stack.length) {
    const next = stack.pop();
    total++;
    stack.push(...next.children);
  }
  return total;
}
