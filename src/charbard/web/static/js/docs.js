/** The API's pages, generated from its OpenAPI description. */

import { add, h } from "./core/dom.js";

async function start() {
  const main = document.getElementById("main");
  const response = await fetch("api/openapi.json", { credentials: "omit" });
  if (!response.ok) {
    main.append(h("p.notice", `HTTP ${response.status}: this server asks for a token; the description is at api/openapi.json`));
    return;
  }
  const api = await response.json();
  add(main, [h("h1", `${api.info.title} ${api.info.version}`), h("p", "JSON in, JSON out; with “stream”, JSON lines. An error is {\"error\", \"hint\"} under a status that says its kind.")]);
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, about] of Object.entries(methods)) main.append(operation(api, path, method, about));
  }
}

function operation(api, path, method, about) {
  const schema = resolved(api, about.requestBody?.content?.["application/json"]?.schema);
  const base = location.href.replace(/\/docs\.html.*$/, "");
  const body = schema?.example ? ` \\\n  -H 'content-type: application/json' \\\n  -d '${JSON.stringify(schema.example)}'` : "";
  const named = settings(schema, about);
  return h("section.panel",
    h("h2", h("code", `${method.toUpperCase()} ${path}`)),
    h("p", about.description ?? about.summary),
    h("pre", { tabindex: 0 }, `curl ${base}${path}${body}`),
    named.length > 0 && h("dl", named.map(([name, field]) => [h("dt", h("code", name)), h("dd", [field.description, limits(field)].filter(Boolean).join(" "))])));
}

/** The parameters with their schemas: in the body, the path and the query. */
function settings(schema, { parameters = [] }) {
  return [...Object.entries(schema?.properties ?? {}), ...parameters.map(({ name, description, schema: field }) => [name, { ...field, description }])];
}

/** The default and range of a field, from its schema. */
function limits(field) {
  const kinds = [field, ...(field.anyOf ?? [])];
  const of = (key) => kinds.map((kind) => kind[key]).find((value) => value !== undefined);
  const parts = [];
  if (of("enum")) parts.push(of("enum").join(", "));
  if (of("minimum") !== undefined) parts.push(`≥ ${of("minimum")}`);
  if (of("maximum") !== undefined) parts.push(`≤ ${of("maximum")}`);
  if (field.default !== undefined && field.default !== "" && field.default !== null) parts.push(`default ${JSON.stringify(field.default)}`);
  return parts.length ? `(${parts.join("; ")})` : "";
}

function resolved(api, schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? api.components.schemas[name] : schema;
}

start();
