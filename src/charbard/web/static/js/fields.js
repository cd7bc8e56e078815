/** Labelled fields, chips and dials: native controls with a calm face. */

import { h, isComposing } from "./dom.js";

/** A text field under its label. `onInput(value)` is called after each edit. */
export function textField({ label, value, place = "", onInput, onEnter, area = false, ...more }) {
  const input = h(area ? "textarea" : "input", {
    value,
    placeholder: place,
    autocomplete: "off",
    spellcheck: "false",
    ...more,
    on: {
      input: (event) => onInput?.(event.target.value),
      keydown: (event) => {
        if (event.key !== "Enter" || isComposing(event) || !onEnter) return;
        if (area && !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        onEnter();
      },
    },
  });
  return h("label.field", h("span.field-name", label), input);
}

/** A choice of a few under its label. `options` are [value, words] pairs. */
export function selectField({ label, value, options, onChange, ...more }) {
  const select = h("select", { ...more, on: { change: (event) => onChange(event.target.value) } });
  for (const [name, words] of options) {
    select.append(h("option", { value: name, selected: name === value }, words));
  }
  return h("label.field", h("span.field-name", label), select);
}

/** A row of chips of which one is chosen: radio buttons, so arrows work. */
export function chips({ label, name, value, options, onChange, quiet = false }) {
  const row = h("div.chips", { role: "radiogroup", "aria-label": label });
  for (const [key, words, hint] of options) {
    const input = h("input", {
      type: "radio",
      name,
      value: key,
      checked: key === value,
      on: { change: () => onChange(key) },
    });
    row.append(h("label.chip", { title: hint ?? null }, input, h("span", words)));
  }
  return quiet ? row : h("div.field", h("span.field-name", label), row);
}

/** A box to tick, with its words. */
export function tick({ label, checked, onChange }) {
  return h("label.tick", h("input", { type: "checkbox", checked, on: { change: (event) => onChange(event.target.checked) } }), label);
}

/** A dial between two words. */
export function dial({ label, low, high, value, most, onChange }) {
  const input = h("input.dial", { type: "range", min: 1, max: most, value, "aria-label": label, on: { input: (event) => onChange(Number(event.target.value)) } });
  return h("div.dial-row", h("span", { "aria-hidden": "true" }, low), input, h("span", { "aria-hidden": "true" }, high));
}
