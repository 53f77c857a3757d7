// A layered drawing of a directed graph, after Sugiyama, Tagawa and Toda (1981): break cycles, put
// every node into a layer, order the layers so that few edges cross, then place nodes as near to
// their neighbours as their sizes allow. Long edges get a bend in every layer they pass, so that
// they run around nodes and not under them. The same graph always gives the same drawing: live
// figures never move a node.
//
// Along: the direction in which the layers follow each other. Across: the direction within a layer.

const SWEEPS = 16;

/**
 * @param nodes [{id, along, across, layer?}] sizes; `layer` is where a node without edges goes
 * @param edges [{from, to}] ids
 * @param gaps {along, across, bend} free space between layers, between nodes, beside a bend
 * @returns {at: Map id → {along, across}} centres, {paths: Map edge → [{along, across}]} ends and
 *     bends, {along, across} the size of it all, {layers} how many, {widest} most nodes in one layer
 */
export function layout(nodes, edges, gaps) {
  const real = edges.filter((e) => e.from !== e.to && has(nodes, e.from) && has(nodes, e.to));
  const forward = breakCycles(nodes, real);
  const layerOf = assignLayers(nodes, forward);
  const { layers, chains } = fillLayers(nodes, forward, layerOf, gaps);
  const links = linksOf(chains);
  order(layers, links);
  placeAcross(layers, links, gaps);
  return measure(nodes, layers, chains, gaps);
}

const has = (nodes, id) => nodes.some((node) => node.id === id);

/** Turns around every edge that leads back to a node still being visited. */
function breakCycles(nodes, edges) {
  const state = new Map();
  const turned = new Set();
  const visit = (id) => {
    state.set(id, 'open');
    for (const edge of edges) {
      if (edge.from !== id) continue;
      if (state.get(edge.to) === 'open') turned.add(edge);
      else if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(id, 'done');
  };
  const targets = new Set(edges.map((e) => e.to));
  const sourcesFirst = [...nodes].sort((a, b) => targets.has(a.id) - targets.has(b.id));
  sourcesFirst.forEach((node) => state.has(node.id) || visit(node.id));
  return edges.map((edge) => (turned.has(edge)
    ? { edge, from: edge.to, to: edge.from, turned: true }
    : { edge, from: edge.from, to: edge.to, turned: false }));
}

/** Longest path from a source; then sources move up to just before the first node they call. */
function assignLayers(nodes, edges) {
  const layerOf = new Map();
  const longest = (id) => {
    if (!layerOf.has(id)) {
      const before = edges.filter((e) => e.to === id).map((e) => longest(e.from) + 1);
      layerOf.set(id, Math.max(0, ...before));
    }
    return layerOf.get(id);
  };
  nodes.forEach((node) => longest(node.id));
  const deepest = Math.max(0, ...layerOf.values());
  for (const node of nodes) {
    const out = edges.filter((e) => e.from === node.id);
    const into = edges.filter((e) => e.to === node.id);
    if (!into.length && out.length) layerOf.set(node.id, Math.min(...out.map((e) => layerOf.get(e.to))) - 1);
    if (!into.length && !out.length) layerOf.set(node.id, Math.min(node.layer ?? 0, deepest));
  }
  return layerOf;
}

function fillLayers(nodes, edges, layerOf, gaps) {
  const layers = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => []);
  const cells = new Map();
  for (const node of nodes) {
    const cell = { node, along: node.along, across: node.across, layer: layerOf.get(node.id), weight: 1 };
    cells.set(node.id, cell);
    layers[cell.layer].push(cell);
  }
  const chains = edges.map((e) => {
    const chain = [cells.get(e.from)];
    for (let layer = layerOf.get(e.from) + 1; layer < layerOf.get(e.to); layer++) {
      const bend = { node: null, along: 0, across: gaps.bend, layer, weight: 3 };
      layers[layer].push(bend);
      chain.push(bend);
    }
    chain.push(cells.get(e.to));
    return { edge: e.edge, turned: e.turned, cells: chain };
  });
  return { layers, chains };
}

function linksOf(chains) {
  const links = new Map();
  const add = (map, key, value) => map.set(key, [...(map.get(key) ?? []), value]);
  for (const chain of chains) {
    for (let i = 1; i < chain.cells.length; i++) {
      add(links, chain.cells[i - 1], chain.cells[i]);
      add(links, chain.cells[i], chain.cells[i - 1]);
    }
  }
  return links;
}

/** Sweeps down and up, sorting each layer by the mean position of its neighbours; keeps the best. */
function order(layers, links) {
  let best = null;
  for (let sweep = 0; sweep <= SWEEPS; sweep++) {
    layers.forEach((layer) => layer.forEach((cell, i) => (cell.index = i)));
    const crossings = countCrossings(layers, links);
    if (!best || crossings < best.crossings) best = { crossings, layers: layers.map((layer) => [...layer]) };
    if (best.crossings === 0 && sweep > 0) break;
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) sortLayer(layer, links, down ? -1 : 1);
  }
  best.layers.forEach((layer, i) => (layers[i] = layer));
}

function sortLayer(layer, links, side) {
  for (const cell of layer) {
    const beside = (links.get(cell) ?? []).filter((other) => Math.sign(other.layer - cell.layer) === side);
    cell.wish = beside.length ? beside.reduce((sum, other) => sum + other.index, 0) / beside.length : cell.index;
  }
  layer.sort((a, b) => a.wish - b.wish || a.index - b.index);
  layer.forEach((cell, i) => (cell.index = i));
}

function countCrossings(layers, links) {
  let crossings = 0;
  for (const layer of layers) {
    const pairs = layer.flatMap((cell) =>
      (links.get(cell) ?? []).filter((o) => o.layer > cell.layer).map((o) => [cell.index, o.index]));
    for (let i = 0; i < pairs.length; i++) {
      for (let j = i + 1; j < pairs.length; j++) {
        if ((pairs[i][0] - pairs[j][0]) * (pairs[i][1] - pairs[j][1]) < 0) crossings++;
      }
    }
  }
  return crossings;
}

/** Draws every node towards the mean of its neighbours, layer by layer, without overlaps. */
function placeAcross(layers, links, gaps) {
  layers.forEach((layer) => settle(layer, layer.map((cell) => cell.index * (cell.across + gaps.across)), gaps));
  for (let pass = 0; pass < 24; pass++) {
    const side = pass % 2 === 0 ? -1 : 1;
    const last = pass >= 20;
    for (const layer of pass % 2 === 0 ? layers : [...layers].reverse()) {
      const wishes = layer.map((cell) => {
        const beside = (links.get(cell) ?? []).filter((o) => last || Math.sign(o.layer - cell.layer) === side);
        return beside.length ? beside.reduce((sum, o) => sum + o.at, 0) / beside.length : cell.at;
      });
      settle(layer, wishes, gaps);
    }
  }
}

/**
 * The positions nearest to the wishes, by weighted least squares, that keep order and distance:
 * with the distances subtracted this is isotonic regression, solved by pooling adjacent violators.
 */
function settle(layer, wishes, gaps) {
  let offset = 0;
  const blocks = [];
  const offsets = layer.map((cell, i) => {
    if (i > 0) offset += (layer[i - 1].across + cell.across) / 2 + gaps.across;
    return offset;
  });
  layer.forEach((cell, i) => {
    let block = { sum: (wishes[i] - offsets[i]) * cell.weight, weight: cell.weight, cells: [i] };
    while (blocks.length && blocks.at(-1).sum / blocks.at(-1).weight >= block.sum / block.weight) {
      const before = blocks.pop();
      block = { sum: before.sum + block.sum, weight: before.weight + block.weight, cells: [...before.cells, ...block.cells] };
    }
    blocks.push(block);
  });
  blocks.forEach((block) => block.cells.forEach((i) => (layer[i].at = block.sum / block.weight + offsets[i])));
}

function measure(nodes, layers, chains, gaps) {
  const cells = layers.flat();
  const start = Math.min(...cells.map((c) => c.at - c.across / 2), Infinity);
  const end = Math.max(...cells.map((c) => c.at + c.across / 2), -Infinity);
  let along = 0;
  const centres = layers.map((layer) => {
    const depth = Math.max(0, ...layer.map((c) => c.along));
    const centre = along + depth / 2;
    along += depth + gaps.along;
    return centre;
  });
  const point = (cell) => ({ along: centres[cell.layer], across: cell.at - start });
  return {
    at: new Map(cells.filter((c) => c.node).map((c) => [c.node.id, point(c)])),
    paths: new Map(chains.map((c) => [c.edge, (c.turned ? [...c.cells].reverse() : c.cells).map(point)])),
    along: Math.max(0, along - gaps.along),
    across: cells.length ? end - start : 0,
    layers: layers.length,
    widest: Math.max(0, ...layers.map((layer) => layer.filter((c) => c.node).length)),
  };
}
