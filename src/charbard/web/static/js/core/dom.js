/** Build elements. Text is always inserted as text, never as markup. */

/**
 * Make an element from a tag with classes after dots ("button.go"), optional properties, and children.
 * `on` holds listeners and `data` data attributes. Other properties are attributes: true sets an empty
 * attribute, false and null omit it. ARIA attributes keep true and false as their values.
 */
export function h(tag, props = {}, ...children) {
  if (props?.constructor !== Object) return h(tag, {}, props, ...children);
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
    } else if (value !== null && value !== undefined) {
      if (key.startsWith("aria-")) element.setAttribute(key, value);
      else if (value !== false) element.setAttribute(key, value === true ? "" : value);
    }
  }
  add(element, children);
  return element;
}

/** Append children; null and false are left out, and arrays are flattened. */
export function add(element, children) {
  element.append(...children.flat(Infinity).filter((child) => (child ?? false) !== false));
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

/** A line icon, hidden from screen readers because its button has a label. */
export function icon(name) {
  return s("svg", { class: "icon", "aria-hidden": "true" }, s("use", { href: `icons.svg#${name}` }));
}

/** A button with a text; `kind` is its class. */
export function button(kind, words, onClick, props = {}) {
  return h(`button.${kind}`, { type: "button", ...props, on: { click: onClick } }, words);
}

/** A button with an icon; its label is for screen readers and the tooltip. */
export function iconButton(name, label, onClick, props = {}) {
  const all = { type: "button", title: label, "aria-label": label, ...props, on: { click: onClick } };
  return h("button.icon-button", all, icon(name));
}

/** Text that is shown but hidden from screen readers. */
export function unsaid(tag, ...words) {
  return h(tag, { "aria-hidden": true }, words);
}

/** Whether a key event belongs to an input method that is still composing. */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}
