/** Labelled fields, chips and dials, built from native controls. */

import { h, isComposing, unsaid } from "../core/dom.js";
import { t } from "../core/strings.js";

/** A text field with its label. `onInput(value)` is called after each edit. */
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

/** A selection list with its label. `options` are [value, text] pairs, or values that are their own text. */
export function selectField({ label, value, options, onChange, ...more }) {
  const select = h("select", { ...more, on: { change: (event) => onChange(event.target.value) } });
  for (const [name, words = name] of options.map((one) => [one].flat())) {
    select.append(h("option", { value: name, selected: name === value }, words));
  }
  return h("label.field", h("span.field-name", label), select);
}

/** A row of chips, one of them chosen: radio buttons, so that arrow keys work. */
export function chips({ label, name, value, options, onChange, quiet = false }) {
  const row = h("div.chips", { role: "radiogroup", "aria-label": label });
  for (const [key, words = key, hint = null] of options.map((one) => [one].flat())) {
    const input = h("input", {
      type: "radio",
      name,
      value: key,
      checked: key === value,
      on: { change: () => onChange(key) },
    });
    row.append(h("label.chip", { title: hint }, input, h("span", words)));
  }
  return quiet ? row : h("div.field", h("span.field-name", label), row);
}

/** A checkbox with its text. */
export function tick({ label, checked, onChange }) {
  return h("label.tick", h("input", { type: "checkbox", checked, on: { change: (event) => onChange(event.target.checked) } }), label);
}

/** Labels of the dials: boldness, and how closely to follow the theme. */
export const BOLD = { label: "write.dial", low: "write.bold", high: "write.wild" };
export const CLOSE = { label: "write.close", low: "write.loose", high: "write.tight" };

/** A dial with `most` positions between two labels; screen readers use `names` for the positions. */
export function dial(value, most, onChange, words = BOLD, names = null) {
  const end = (name) => unsaid("span", t(name));
  const name = (at) => names?.[at - 1] ?? `${at}/${most}`;
  const turned = ({ target }) => {
    target.setAttribute("aria-valuetext", name(target.value));
    onChange(Number(target.value));
  };
  const input = h("input.dial", { type: "range", min: 1, max: most, value, "aria-label": t(words.label), "aria-valuetext": name(value), title: t(words.label), on: { input: turned } });
  return h("div.dial-row", end(words.low), input, end(words.high));
}
