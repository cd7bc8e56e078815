/** Undo as a tree: a change after an undo loses nothing. Pure functions of values. */

/** A tree with one step. */
export function plant(poem, label) {
  return { steps: [{ parent: null, poem, label, depth: 0 }], at: 0, last: [null] };
}

/** The tree with a new step after the current one. */
export function grow(tree, poem, label) {
  const steps = [...tree.steps];
  const siblings = steps.filter((step) => step.parent === tree.at).length;
  const depth = Math.min(3, steps[tree.at].depth + (siblings ? 1 : 0));
  steps.push({ parent: tree.at, poem, label, depth });
  const last = [...tree.last];
  last[tree.at] = steps.length - 1;
  last.push(null);
  return { steps, at: steps.length - 1, last };
}

/** The tree one step back, or unchanged at its root. */
export function back(tree) {
  const { parent } = tree.steps[tree.at];
  return parent === null ? tree : { ...tree, at: parent };
}

/** The tree one step forward, along the branch that was added or visited last. */
export function on(tree) {
  const next = tree.last[tree.at];
  return next === null || next === undefined ? tree : { ...tree, at: next };
}

/** The tree at any of its steps; redo from the step's ancestors leads to it again. */
export function jump(tree, at) {
  const last = [...tree.last];
  for (let step = at; tree.steps[step].parent !== null; step = tree.steps[step].parent) last[tree.steps[step].parent] = step;
  return { ...tree, at, last };
}

/** The tree with another poem at the current step. */
export function amend(tree, poem) {
  const steps = [...tree.steps];
  steps[tree.at] = { ...steps[tree.at], poem };
  return { ...tree, steps };
}
