/** About this program: what it is, what it runs on, and where its API is. */

import { button, h, store, t } from "../parts/kit.js";
import { openHelp } from "../parts/settings.js";

export function mount(root) {
  const { models } = store.state;
  root.append(
    h("article.prose-page",
      h("h1", t("nav.about")),
      h("p", t("about.what")),
      h("p", t("about.private")),
      h("h2", t("about.models")),
      h("dl", models.map((model) => [
        h("dt", model.name, " ", h("code", model.digest)),
        h("dd", `${model.num_layers} × ${model.cell} ${model.hidden_size} · `, t("about.weights", { n: model.weights.toLocaleString(), c: model.characters.toLocaleString() })),
      ])),
      h("h2", t("about.api")),
      h("p", t("about.api.text"), " ", h("a", { href: "docs.html" }, "docs.html"), " · ", h("a", { href: "api/openapi.json" }, "api/openapi.json")),
      h("p", button("plain", t("keys.title"), openHelp))),
  );
}
