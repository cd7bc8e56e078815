/** Settings and the list of keys, each in a dialog. */

import { chips, fill, h, iconButton, selectField, speak, store, t, tellError, textField } from "./kit.js";

/** A modal dialog with a title; closes on Escape and on its button. */
export function openDialog(title, content, kind = "") {
  const dialog = h(`dialog.dialog${kind ? `.${kind}` : ""}`, { "aria-label": title },
    h("div.dialog-head", h("h2", title), iconButton("close", t("card.close"), () => dialog.close())),
    content);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Everything a reader may set. */
export function openSettings() {
  const box = h("div.settings");
  rows(box);
  const stop = store.subscribe((state, names) => names.includes("settings") && rows(box));
  openDialog(t("settings.title"), box).addEventListener("close", stop);
}

function rows(box) {
  const { settings, models, features } = store.state;
  const focused = document.activeElement?.closest(".chip input, select")?.name;
  const choose = (name, options) =>
    chips({ label: t(`settings.${name}`), name: `set-${name}`, value: settings[name], options, onChange: (value) => store.merge("settings", { [name]: value }) });
  const flag = (name) =>
    chips({ label: t(`settings.${name}`), name: `set-${name}`, value: String(settings[name]), options: [["true", t("settings.on")], ["false", t("settings.off")]], onChange: (value) => store.merge("settings", { [name]: value === "true" }) });
  fill(
    box,
    chips({ label: t("settings.language"), name: "set-language", value: settings.language, options: [["zh", "中文"], ["en", "English"]], onChange: (language) => speak(language).then(() => store.merge("settings", { language }), tellError) }),
    choose("theme", [["auto", t("settings.theme.auto")], ["light", t("settings.theme.light")], ["dark", t("settings.theme.dark")]]),
    features.show ? choose("script", [["simplified", t("settings.simplified")], ["traditional", t("settings.traditional")]]) : null,
    features.show ? flag("pinyin") : null,
    flag("vertical"),
    models.length > 1
      ? selectField({ label: t("settings.model"), name: "set-model", value: settings.model ?? models[0].name, options: models.map((model) => [model.name, model.name]), onChange: (model) => store.merge("settings", { model }) })
      : null,
    textField({ label: t("settings.token"), value: settings.token, type: "password", onInput: (token) => { store.state.settings.token = token; }, onEnter: () => location.reload() }),
  );
  if (focused) box.querySelector(`[name="${focused}"]:checked, select[name="${focused}"]`)?.focus();
}

/** Which key does what. */
export function openHelp() {
  const keys = ["enter", "escape", "digits", "arrows", "l", "r", "e", "z", "help"];
  openDialog(t("keys.title"), h("ul.keys", keys.map((key) => h("li", t(`keys.${key}`)))));
}
