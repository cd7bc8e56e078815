/** Dialogs for the settings and the list of keys. */

import { chips, fill, h, iconButton, selectField, store, t, textField } from "./kit.js";

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

/** Show all settings. */
export function openSettings() {
  const box = h("div.settings");
  rows(box);
  const stop = store.subscribe((state, names) => names.includes("settings") && rows(box));
  openDialog(t("settings.title"), box).addEventListener("close", stop);
}

function rows(box) {
  const { settings, models } = store.state;
  const focused = document.activeElement?.closest(".chip input, select")?.name;
  const choose = (name, options, field = chips) =>
    field({ label: t(`settings.${name}`), name: `set-${name}`, value: settings[name], options, onChange: (value) => store.merge("settings", { [name]: value }) });
  const flag = (name) => choose(name, [[true, t("settings.on")], [false, t("settings.off")]]);
  fill(
    box,
    choose("language", [["zh", "中文"], ["en", "English"]]),
    choose("theme", [["auto", t("settings.theme.auto")], ["light", t("settings.theme.light")], ["dark", t("settings.theme.dark")]]),
    choose("script", [["simplified", t("settings.simplified")], ["traditional", t("settings.traditional")]]),
    flag("pinyin"),
    flag("vertical"),
    models.length > 1 && choose("model", models.map((model) => model.name), selectField),
    textField({ label: t("settings.token"), value: settings.token, type: "password", onInput: (token) => { store.state.settings.token = token; }, onEnter: () => location.reload() }),
  );
  if (focused) box.querySelector(`[name="${focused}"]:checked, select[name="${focused}"]`)?.focus();
}

/** Show the list of keys. */
export function openHelp() {
  openDialog(t("keys.title"), h("ul.keys", t("keys.list").split("\n").map((line) => h("li", line))));
}
