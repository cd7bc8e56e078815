/** Building elements. Text always goes in as text, never as markup. */

/**
 * Make an element.
 * @param {string} tag  Name, with classes behind dots: "button.go".
 * @param {object} [props]  `on` holds listeners, `data` data attributes; the rest are attributes:
 *   true sets an empty one, false and null leave it out.
 * @param {...(Node|string|number|null|false|Array)} children
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (key === "data") {
      Object.assign(element.dataset, value);
    } else if (key === "value") {
      element.value = value;
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  add(element, children);
  return element;
}

/** Append children; null and false are left out, arrays are flattened. */
export function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== false && child !== undefined) element.append(child);
  }
  return element;
}

/** Replace everything in an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an SVG element. */
export function s(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return add(element, children);
}

const PATHS = {
  desk: "M4 20l4-1 11-11-3-3L5 16l-1 4zM14 7l3 3",
  heart: "M12 20s-7-4.6-9-9c-1.300-3.500 1-7 4.500-7 2 0 3.500 1.200 4.500 3 1-1.800 2.500-3 4.500-3C20 4 22.300 7.500 21 11c-2 4.400-9 9-9 9z",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  card: "M4 5h16v14H4zM4 15l5-4 4 4 3-2 4 3",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
  open: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 7.500-2",
  again: "M20 12a8 8 0 1 1-2.500-5.800M20 3v4h-4",
  undo: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  redo: "M15 7l5 5-5 5M20 12H10a6 6 0 0 0-6 6",
  edit: "M12 20h8M4 20l1-4L16 5l3 3L8 19l-4 1z",
  stop: "M7 7h10v10H7z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  moon: "M20 14A8 8 0 1 1 10 4a7 7 0 0 0 10 10z",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  close: "M6 6l12 12M18 6L6 18",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  down: "M12 4v12M7 11l5 5 5-5M5 20h14",
  up: "M12 16V4M7 9l5-5 5 5M5 20h14",
  help: "M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 18v.5",
  gear: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
};

/** A line icon, hidden from screen readers: its button carries the words. */
export function icon(name) {
  const path = s("path", { d: PATHS[name] });
  return s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, path);
}

/** A button with words; `kind` is its class. */
export function button(kind, words, onClick, props = {}) {
  return h(`button.${kind}`, { type: "button", ...props, on: { click: onClick } }, words);
}

/** A button with an icon and a name that screen readers and tooltips tell. */
export function iconButton(name, label, onClick, props = {}) {
  const all = { type: "button", title: label, "aria-label": label, ...props, on: { click: onClick } };
  return h("button.icon-button", all, icon(name));
}

/** Whether a key event belongs to an input method that is still composing. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}
